"""What one cell means: words, numbers, hours, one of a list. Empty cells are None.

>>> as_text("  Mira   Primer ")
'Mira Primer'
>>> as_hours_in_minutes("7,5")
450
>>> as_whole("many")
Traceback (most recent call last):
shared.sheets.cells.BadCell: not-a-whole-number: A whole number is written as in 12.

``BadCell`` says what was expected, with an example, and never what the cell holds, since that may
be a person's. Days are in ``days.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shared.language.folding import fold
from shared.language.marking import N_
from shared.sheets.rows import MERGED, NEVER_COMPUTED, Cell, Failed

TEXT_LENGTH_MAX: Final = 500
MINUTES_MAX: Final = 10_000 * 60
WHOLE_MAX: Final = 10**15 - 1
"""Above this spreadsheet programs keep no last digit."""

_NO_DAYS: Final = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1))
"""How a time of day without its day comes out of some programs."""

YES: Final = ("da", "d", "yes", "y", "true", "tačno", "istina", "x", "+", "✓", "✔", "☑", "1")
NO: Final = ("ne", "n", "no", "false", "netačno", "laž", "-", "–", "☐", "0")

_UNIT: Final = r"(?:h|hrs?|hours?|sat[ia]?|[čc]as(?:ova|a|ovi)?|ч(?:ас(?:ова|а)?)?|сат[иа]?)\.?"
_MINUTE: Final = r"(?:m|min|mins|minuta|minute|minutes|мин|минута)\.?"
_CLOCK: Final = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d))?(?:\s*" + _UNIT + ")?")
_HOURS: Final = re.compile(r"(\d{1,5}(?:[.,]\d{1,4})?)\s*(?:" + _UNIT + ")?")
_HOURS_MINUTES: Final = re.compile(r"(\d{1,5})\s*" + _UNIT + r"\s*(?:i\s*)?(\d{1,2})\s*" + _MINUTE)
_MINUTES: Final = re.compile(r"(\d{1,6})\s*" + _MINUTE)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")
_DECIMAL: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_BOTH: Final = re.compile(r"[+-]?\d{1,3}(?:([.,' ])\d{3})+([.,])\d+")
_MINUS: Final = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "’": "'"})


class BadCell(Exception):
    """A cell that cannot be read as asked. Its facts never hold what stands in the cell."""

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence.format_map(self.facts)}"


def told(cell: Cell) -> str | int | float | bool | date | datetime | timedelta | None:
    """The cell, with None for blank text. Raises BadCell when the program left no value."""
    match cell:
        case Failed(said=said) if said == MERGED:
            raise BadCell(
                "cell-merged",
                N_("This cell is merged with its neighbours. Split them and fill in each."),
            )
        case Failed(said=said) if said == NEVER_COMPUTED:
            raise BadCell(
                "cell-not-computed",
                N_("This formula has no value yet. Open the sheet, save it, then send it anew."),
            )
        case Failed(said=said):
            raise BadCell(
                "cell-error",
                N_("The spreadsheet program shows the error {error} here. Write the value."),
                error=said,
            )
        case float() if not math.isfinite(cell):
            raise BadCell("cell-error", N_("There is no number here."))
        case str():
            return " ".join(cell.split()) or None
    return cell


def as_text(cell: Cell, *, length_max: int = TEXT_LENGTH_MAX) -> str | None:
    """Words with single spaces. A whole number becomes its digits; a day is no text."""
    found = told(cell)
    match found:
        case None:
            return None
        case bool():
            text = "1" if found else "0"
        case int() | float():
            text = plain(found)
        case str():
            text = found
        case _:
            raise BadCell(
                "not-text",
                N_("The program made a date or a time of this. Set the cell to Text, write anew."),
            )
    if len(text) > length_max:
        raise BadCell(
            "too-long", N_("There are more than {length_max} characters."), length_max=length_max
        )
    if not text.isprintable():
        raise BadCell("characters", N_("There are characters that cannot be shown."))
    return text


def as_whole(cell: Cell, *, least: int = 0, most: int = WHOLE_MAX) -> int | None:
    """A whole number; 1.234 and 1,234 and 1 234 are all one thousand two hundred thirty-four."""
    found = told(cell)
    if found is None:
        return None
    wrong = BadCell("not-a-whole-number", N_("A whole number is written as in 12."))
    number: int
    match found:
        case bool():
            raise wrong
        case int() | float() if abs(found) <= WHOLE_MAX and found == int(found):
            number = int(found)
        case str():
            text = found.translate(_MINUS)
            if _GROUPED.fullmatch(text):
                text = re.sub(r"[.,' ]", "", text)
            text = re.sub(r"[.,]0{1,2}\Z", "", text)
            if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
                raise wrong
            number = int(text)
        case _:
            raise wrong
    if not least <= number <= most:
        raise BadCell(
            "number-outside",
            N_("The number must be between {least} and {most}."),
            least=least,
            most=most,
        )
    return number


def as_number(
    cell: Cell, *, least: Decimal | int = 0, most: Decimal | int = WHOLE_MAX, places: int = 2
) -> Decimal | None:
    """A number with a comma or a point before its decimals, rounded half even to ``places``."""
    found = told(cell)
    if found is None:
        return None
    number = _decimal(found)
    if not least <= number <= most:
        raise BadCell(
            "number-outside",
            N_("The number must be between {least} and {most}."),
            least=str(least),
            most=str(most),
        )
    return number.quantize(Decimal(1).scaleb(-places))


def as_percent(cell: Cell, *, most: int = 100, places: int = 2) -> Decimal | None:
    """Per cent, 0 to ``most``: ``85 %``, 85, ``85,5%``, a number cell shown as per cent."""
    found = told(cell)
    if found is None:
        return None
    with_sign = isinstance(found, str) and found.endswith("%")
    if isinstance(found, str):
        found = found.removesuffix("%").strip()
    number = as_number(found, least=0, most=most, places=places)
    if number is None or (not with_sign and 0 < number < 1):
        # 0,85 may be under one per cent, or 85 that lost the sign.
        raise BadCell("not-a-percent", N_("A percentage is written as in 85 or 85 %."))
    return number


def as_hours_in_minutes(cell: Cell, *, most: int = MINUTES_MAX) -> int | None:
    """A length of time in minutes: ``7:30``, 7,5, ``7 h 30 min``, a time cell, ``45 min``."""
    found = told(cell)
    if found is None:
        return None
    minutes = _minutes(found)
    if minutes is None:
        raise BadCell("not-hours", N_("Hours are written as in 7,5 or 7:30."))
    if not 0 <= minutes <= most:
        raise BadCell(
            "hours-outside", N_("There are at most {hours} hours here."), hours=most // 60
        )
    return minutes


def as_choice(cell: Cell, words: Mapping[str, Sequence[str]]) -> str | None:
    """The code of which one word stands here, in any script, case or diacritics.

    words: code → what people write for it. The answer names the codes' first words.
    """
    text = as_text(cell)
    if text is None:
        return None
    given = text.casefold()
    folded = fold(text)
    for code, said in words.items():
        for word in (code, *said):
            if given == word.casefold() or (folded and folded == fold(word)):
                return code
    raise BadCell(
        "unknown-word",
        N_("One of these is expected: {words}."),
        words=", ".join(said[0] if said else code for code, said in words.items()),
    )


def as_yes_or_no(cell: Cell) -> bool | None:
    """Yes or no, in words, as a tick, or as 1 and 0."""
    found = told(cell)
    if found is None or isinstance(found, bool):
        return found
    text = plain(found) if isinstance(found, int | float) else found
    if isinstance(text, str):
        given = text.casefold()
        for words, answer in ((YES, True), (NO, False)):
            if given in words or (fold(text) and fold(text) in {fold(word) for word in words}):
                return answer
    raise BadCell("not-yes-or-no", N_("Yes or no is expected: da or ne."))


def plain(number: float) -> str:
    """A number's digits without exponent, and without ``.0`` when it is whole."""
    if isinstance(number, int) or (number == int(number) and abs(number) < 1e21):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def _decimal(found: str | float | date | timedelta) -> Decimal:
    wrong = BadCell("not-a-number", N_("A number is written as in 12,5."))
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise wrong
    if not isinstance(found, str):
        return Decimal(repr(found)) if abs(found) <= WHOLE_MAX else _refuse(wrong)
    text = found.translate(_MINUS)
    if match := _BOTH.fullmatch(text):
        if match[1] == match[2]:
            raise wrong
        text = text.replace(match[1], "").replace(match[2], ".")
    elif (match := _GROUPED.fullmatch(text)) and not text.lstrip("+-").startswith("0"):
        if match[1] in ".," and text.count(match[1]) == 1:
            raise BadCell(
                "number-unclear",
                N_("This may be thousands or decimals. Write it as in 1234 or 1,50."),
            )
        text = text.replace(match[1], "")
    elif _DECIMAL.fullmatch(text):
        text = text.replace(",", ".")
    else:
        raise wrong
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise wrong from None
    return number if abs(number) <= WHOLE_MAX else _refuse(wrong)


def _refuse(wrong: BadCell) -> Decimal:
    raise wrong


def _minutes(found: str | float | date | datetime | timedelta) -> int | None:
    match found:
        case bool():
            return None
        case timedelta():
            seconds = round(found.total_seconds())
            return seconds // 60 if seconds % 60 == 0 else None
        case datetime() if found.date() in _NO_DAYS:
            return found.hour * 60 + found.minute
        case int() | float():
            return _quarters(Decimal(repr(found))) if abs(found) < MINUTES_MAX else None
        case str():
            text = found.casefold()
            if match := _CLOCK.fullmatch(text) or _HOURS_MINUTES.fullmatch(text):
                return int(match[1]) * 60 + int(match[2])
            if match := _MINUTES.fullmatch(text):
                return int(match[1])
            if match := _HOURS.fullmatch(text):
                return _quarters(Decimal(match[1].replace(",", ".")))
    return None


def _quarters(hours: Decimal) -> int | None:
    """Minutes of quarters of hours. 7.30 may be half past seven as well: asked, not guessed."""
    minutes = hours * 60
    return int(minutes) if minutes % 15 == 0 else None
