"""Days as people and spreadsheet programs write them.

>>> as_day("31. decembar 1990."), as_day("31/12/1990"), as_day(33238)
(datetime.date(1990, 12, 31), datetime.date(1990, 12, 31), datetime.date(1990, 12, 31))
>>> as_day("31.12.90")
Traceback (most recent call last):
shared.sheets.cells.BadCell: short-year: Write the year with four digits, as in 31.12.1990.

The day comes before the month, as everywhere in the two countries; whatever could be read in two
ways is asked for anew. Numbers of days: ECMA-376 part 1, 18.17.4.1 (1900 and 1904 date bases).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from shared.language.folding import fold
from shared.language.marking import N_
from shared.sheets.cells import BadCell, told
from shared.sheets.rows import Cell

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)

_BASE_1900: Final = date(1899, 12, 30)
_BASE_1904: Final = date(1904, 1, 1)
_NUMBER_MIN: Final = 2200
"""Below this a bare number is a year, or a mistake."""

_MONTHS: Final = (
    "januar januara jan sijecanj sijecnja january i 1",
    "februar februara feb veljaca veljace february ii 2",
    "mart marta mar ozujak ozujka march iii 3",
    "april aprila apr travanj travnja iv 4",
    "maj maja svibanj svibnja may v 5",
    "jun juna juni lipanj lipnja june vi 6",
    "jul jula juli srpanj srpnja july vii 7",
    "avgust avgusta avg august augusta aug kolovoz kolovoza viii 8",
    "septembar septembra sep sept rujan rujna september ix 9",
    "oktobar oktobra okt listopad listopada october oct x 10",
    "novembar novembra nov studeni studenog studenoga november xi 11",
    "decembar decembra dec prosinac prosinca december xii 12",
)
_MONTH_OF: Final = {
    word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
_ISO: Final = re.compile(
    r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})\.?(?:[T ][0-9]{1,2}:[0-9]{2}.*)?"
)
_NUMERIC: Final = re.compile(
    r"([0-9]{1,2})\s*[-./]\s*([0-9]{1,2})\s*[-./]\s*([0-9]{1,4})\s*\.?(?:\s+[0-9]{1,2}:[0-9]{2}.*)?"
)
_NAMED: Final = re.compile(r"([0-9]{1,2})\s*[-./ ]\s*([^\W\d_]+)\s*[-./ ,]\s*([0-9]{1,4})\s*\.?")
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]+)\.?\s+([0-9]{1,2})\s*,?\s+([0-9]{1,4})")
_EIGHT: Final = re.compile(r"[0-9]{8}")
_YEAR_WORD: Final = re.compile(r"\s*(?:g|god|godine|г|год|године)\.?\Z", re.IGNORECASE)


def as_day(
    cell: Cell, *, earliest: date = EARLIEST, latest: date = LATEST, from_1904: bool = False
) -> date | None:
    """The day of a date cell, of a number of days, or of text. None for an empty cell.

    from_1904: ``Sheet.from_1904``, for cells that hold the number of a day without its format.
    """
    found = told(cell)
    if found is None:
        return None
    match found:
        case datetime():
            day = found.date()
        case date():
            day = found
        case bool() | timedelta():
            raise _not_a_day()
        case int() | float():
            day = _of_number(found, from_1904=from_1904)
        case str():
            day = _of_text(found)
    if not earliest <= day <= latest:
        raise BadCell(
            "day-outside",
            N_("The day must be between {earliest} and {latest}."),
            earliest=earliest.isoformat(),
            latest=latest.isoformat(),
        )
    return day


def _of_number(number: float, *, from_1904: bool) -> date:
    if number == int(number) and _EIGHT.fullmatch(str(int(number))):
        return _of_eight(str(int(number)))
    if not _NUMBER_MIN < number < 200_000:
        if 1900 <= number <= _NUMBER_MIN:
            raise BadCell(
                "only-a-year", N_("This is a year alone. A day is written as in 31.12.1990.")
            )
        raise _not_a_day()
    return (_BASE_1904 if from_1904 else _BASE_1900) + timedelta(days=int(number))


def _of_text(text: str) -> date:
    text = _YEAR_WORD.sub("", text)
    if match := _ISO.fullmatch(text):
        return _made(match[1], match[2], match[3])
    if match := _NUMERIC.fullmatch(text):
        return _made(match[3], match[2], match[1])
    if match := _NAMED.fullmatch(text):
        return _made(match[3], match[2], match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _made(match[3], match[1], match[2])
    if _EIGHT.fullmatch(text):
        return _of_eight(text)
    if re.fullmatch(r"[0-9]{5}(?:[.,][0-9]+)?", text):
        # A number of days that was saved as text.
        return _of_number(float(text.replace(",", ".")), from_1904=False)
    if re.fullmatch(r"(?:19|20|21)[0-9]{2}\.?", text):
        return _of_number(int(text[:4]), from_1904=False)
    raise _not_a_day()


def _of_eight(digits: str) -> date:
    """Eight digits: day, month, year, or year, month, day; whichever is a day, if one is."""
    days = [
        day
        for day in (
            _calendar(digits[4:], digits[2:4], digits[:2]),
            _calendar(digits[:4], digits[4:6], digits[6:]),
        )
        if day is not None and EARLIEST <= day <= LATEST
    ]
    if len(days) != 1:
        raise _not_a_day()
    return days[0]


def _made(year: str, month: str, day: str) -> date:
    number = month if month.isdigit() else str(_MONTH_OF.get(fold(month), 0))
    if len(year) != 4:
        raise BadCell("short-year", N_("Write the year with four digits, as in 31.12.1990."))
    found = _calendar(year, number, day)
    if found is not None:
        return found
    if number == "0":
        raise _not_a_day()
    if _calendar(year, day, number) is not None:
        raise BadCell("month-first", N_("The day comes before the month, as in 31.12.1990."))
    raise BadCell("no-such-day", N_("There is no such day in the calendar."))


def _calendar(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _not_a_day() -> BadCell:
    return BadCell("not-a-day", N_("A day is written as in 31.12.1990."))
