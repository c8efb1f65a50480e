"""A reason that a decision must state: present, and short enough to be read.

What tells of a grantee's circumstances is sealed for them in events (waivers, a suspension's end,
corrected visits). Other reasons of staff name nobody and are plain text; the form says so where
they are typed.

>>> stated(" Receipts burnt with the workshop. ")
'Receipts burnt with the workshop.'
"""

from __future__ import annotations

from typing import Final

from shared.errors import Invalid
from shared.language.marking import N_

REASON_CHARACTERS_MAX: Final = 500


def stated(reason: str) -> str:
    """The reason without surrounding space. Raises Invalid when it is empty or too long."""
    text = reason.strip()
    if not text:
        raise Invalid("reason-missing", N_("State a reason."))
    if len(text) > REASON_CHARACTERS_MAX:
        raise Invalid(
            "reason-too-long",
            N_("Shorten the reason to at most {characters_max} characters."),
            characters_max=REASON_CHARACTERS_MAX,
        )
    return text
