"""What a text or a term must be before it may enter an event, whoever sent it.

>>> text("  Mira Petrić ", field="reason", length_max=200)
'Mira Petrić'
>>> line("Mira\\n Petrić", field="full_name", length_max=200)
'Mira Petrić'
>>> term("F", ("F", "M"), field="sex")
'F'

A text may have several lines, such as a reason; a line is one: a name, a title, a place. Characters
that nobody sees are left out of both, so that what looks the same is the same.

The HTTP edge checks shapes first; this is the floor under every command, imports included. No value
is ever put into a refusal, since it may be personal.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

NAME_LENGTH_MAX: Final = 200
PLACE_LENGTH_MAX: Final = 120
REFERENCE_LENGTH_MAX: Final = 60
REASON_LENGTH_MAX: Final = 1000
EMAIL_LENGTH_MAX: Final = 254

_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible, and yet they change how letters of some scripts, and small pictures, are drawn."""

_SEEN: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
"""Format characters that are drawn all the same (Unicode: Prepended_Concatenation_Mark)."""

_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks by their category that are drawn as nothing (Default_Ignorable_Code_Point)."""

_NEVER_JOINED: Final = ("LATIN", "CYRILLIC", "GREEK")


def text(value: str, *, field: str, length_max: int) -> str:
    """``value`` as it is seen, without space around it; Invalid when empty, long or unwritable."""
    cleaned = visible(value).strip()
    if not cleaned or len(cleaned) > length_max:
        raise Invalid(
            "text-length",
            N_("The field {field} needs 1 to {length_max} characters."),
            field=field,
            length_max=length_max,
        )
    if any(_unwritable(character) for character in cleaned):
        raise Invalid(
            "text-characters",
            N_("The field {field} has characters that cannot be written."),
            field=field,
        )
    return cleaned


def line(value: str, *, field: str, length_max: int) -> str:
    """As ``text``, in one line: line breaks, tabs and runs of space become one space."""
    return text(one_line(value), field=field, length_max=length_max)


def optional_line(value: str | None, *, field: str, length_max: int) -> str | None:
    """As ``line``; None, or nothing that is seen, is None: not known."""
    folded = None if value is None else one_line(value)
    return optional_text(folded, field=field, length_max=length_max)


def optional_text(value: str | None, *, field: str, length_max: int) -> str | None:
    """As ``text``; None, or nothing that is seen, is None: not known."""
    if value is None or not visible(value).strip():
        return None
    return text(value, field=field, length_max=length_max)


def optional_email(value: str | None, *, field: str) -> str | None:
    """As ``optional_text``, when it has the form of an e-mail address; else Invalid."""
    cleaned = optional_line(value, field=field, length_max=EMAIL_LENGTH_MAX)
    if cleaned is None:
        return None
    local, _, domain = cleaned.rpartition("@")
    if not local or not domain or len(cleaned.split()) != 1:
        raise Invalid("not-an-email", N_("The address is not an e-mail address."), field=field)
    return cleaned


def term(value: str, terms: tuple[str, ...], *, field: str) -> str:
    """``value`` when it is one of the field's terms; else Invalid."""
    if value not in terms:
        raise Invalid(
            "unknown-term",
            N_("The field {field} must be one of: {terms}."),
            field=field,
            terms=", ".join(terms),
        )
    return value


def country_code(value: str) -> str:
    """``value`` when it has the form of an ISO 3166-1 alpha-2 code, such as RS or BA."""
    if len(value) != 2 or not (value.isascii() and value.isalpha() and value.isupper()):
        raise Invalid("country-code", N_("A country is two capital letters, such as RS or BA."))
    return value


def past_day(value: str, *, field: str, today: date) -> str:
    """``value`` when it is an ISO day (YYYY-MM-DD), not before 1900 and not after today."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise Invalid(
            "not-a-day", N_("The field {field} must be a day, written YYYY-MM-DD."), field=field
        )
    if day.year < 1900 or day > today:
        raise Invalid(
            "day-out-of-range",
            N_("The day in {field} lies in the future or too far back."),
            field=field,
        )
    return value


def one_line(value: str) -> str:
    """``value`` as it is seen, each run of line breaks, tabs and spaces as one space."""
    return " ".join(visible(value).split())


def visible(value: str) -> str:
    """``value`` without characters that are drawn as nothing, such as U+FEFF, U+200B and U+00AD.

    Joiners stay after letters of scripts that are joined.

    >>> visible("Mi\\u00adra\\u200d \\ufeffPrimer")
    'Mira Primer'
    """
    if value.isascii():
        return value
    kept: list[str] = []
    for character in value:
        if character in _JOINERS:
            if kept and _joins(kept[-1]):
                kept.append(character)
        elif not _unseen(character):
            kept.append(character)
    return "".join(kept)


def _unseen(character: str) -> bool:
    if character in _BLANK:
        return True
    return unicodedata.category(character) == "Cf" and character not in _SEEN


def _joins(character: str) -> bool:
    if unicodedata.category(character)[0] not in "LMS":
        return False
    return unicodedata.name(character, "").split(" ")[0] not in _NEVER_JOINED


def _unwritable(character: str) -> bool:
    # Control characters break files and terminals, lone surrogates cannot become UTF-8.
    point = ord(character)
    control = (point < 0x20 and character != "\n") or 0x7F <= point < 0xA0
    return control or 0xD800 <= point <= 0xDFFF
