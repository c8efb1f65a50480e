"""National numbers (JMBG) in sheets, which spreadsheet programs like to take for numbers.

>>> as_national_number(101990710006)
Digits(text='0101990710006', zero_restored=True)
>>> as_national_number("0101990710006")
Digits(text='0101990710006', zero_restored=False)

A number that begins with 0 loses it in a number cell, and in a CSV file saved from one. It gets it
back when what comes of it begins with a day of the calendar. Whether region and last digit agree is
asked by who registers the person, who warns and does not refuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.language.marking import N_
from shared.sheets.cells import BadCell, plain, told
from shared.sheets.rows import Cell

LENGTH: Final = 13
_SHORTENED: Final = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]{1,2}")


@dataclass(frozen=True)
class Digits:
    """Thirteen digits. ``zero_restored``: the first one had been lost by the program."""

    text: str
    zero_restored: bool


def as_national_number(cell: Cell) -> Digits | None:
    """Thirteen digits, or None for an empty cell. Spaces, dots and hyphens do not count."""
    found = told(cell)
    match found:
        case None:
            return None
        case bool() | date() | timedelta():
            raise _wrong()
        case int() | float():
            digits = plain(found)
        case str():
            if _SHORTENED.fullmatch(found):
                raise BadCell(
                    "number-shortened",
                    N_("The program has shortened this number. Set the cell to Text, write anew."),
                )
            digits = re.sub(r"[\s.\-/']", "", found)
            digits = digits.removesuffix(",0").removesuffix(",00")
    if not re.fullmatch(r"[0-9]{12,13}", digits):
        raise _wrong()
    if len(digits) == LENGTH:
        return Digits(digits, zero_restored=False)
    restored = f"0{digits}"
    if not _begins_with_a_day(restored):
        raise _wrong()
    return Digits(restored, zero_restored=True)


def _begins_with_a_day(digits: str) -> bool:
    """Whether day, month and the last three digits of the year stand first, as in a JMBG."""
    thousands = 1000 if int(digits[4:7]) >= 800 else 2000
    try:
        date(thousands + int(digits[4:7]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return True


def _wrong() -> BadCell:
    return BadCell("not-a-national-number", N_("A national number (JMBG) has 13 digits."))
