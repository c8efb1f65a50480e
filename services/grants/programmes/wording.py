"""What a text of staff must be before it may enter an event: a name, a title, a reason.

>>> worded("  Second   chance ", field="name")
'Second   chance'

This is the floor under every command, imports included; the HTTP edge checks shapes first. Reasons
of staff name nobody, so they are plain text in events.
"""

from __future__ import annotations

from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

NAME_LENGTH_MAX: Final = 200
CODE_LENGTH_MAX: Final = 40
REASON_LENGTH_MAX: Final = 500


def worded(value: str, *, field: str, length_max: int = NAME_LENGTH_MAX) -> str:
    """``value`` without space around it; Invalid when empty, too long or not writable."""
    cleaned = value.strip()
    if not 1 <= len(cleaned) <= length_max:
        raise Invalid(
            "text-length",
            N_("The field {field} needs 1 to {length_max} characters."),
            field=field,
            length_max=length_max,
        )
    if not all(_writable(character) for character in cleaned):
        raise Invalid(
            "text-characters",
            N_("The field {field} has characters that cannot be written."),
            field=field,
        )
    return cleaned


def code(value: str, *, field: str = "code") -> str:
    """``value`` when it can stand in an address: letters, digits, hyphens, full stops."""
    plain = value.replace("-", "").replace(".", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and len(value) <= CODE_LENGTH_MAX):
        raise Invalid(
            "code-form",
            N_("The field {field} takes letters, digits, hyphens and full stops, up to {max}."),
            field=field,
            max=CODE_LENGTH_MAX,
        )
    return value


def reason(value: str) -> str:
    """A reason that a decision must state."""
    return worded(value, field="reason", length_max=REASON_LENGTH_MAX)


def _writable(character: str) -> bool:
    # Control characters break files and terminals, lone surrogates cannot become UTF-8.
    point = ord(character)
    control = (point < 0x20 and character != "\n") or 0x7F <= point < 0xA0
    return not control and not 0xD800 <= point <= 0xDFFF
