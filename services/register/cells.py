"""What one cell's text means: numbers, days, moments, lists. Each parser raises ``CellProblem``.

>>> whole(0, 100)("42")
42
>>> one_of("yes", "no")("yes")
'yes'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.register.findings import CellProblem
from services.register.rows import Criterion
from shared.language.marking import N_
from shared.money import CURRENCIES, MINOR_MAX

Parser = Callable[[str], Any]

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2200
LIST_LENGTH_MAX: Final = 200
POINTS_MAX: Final = 10_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_LOCAL = re.compile(_DAY.pattern + _CLOCK)
_MOMENT = re.compile(_DAY.pattern + _CLOCK + r"(Z|[+-][0-9]{2}:[0-9]{2})")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_PAYMENT = re.compile(
    r"(?P<application>.+)-T(?P<tranche>[1-9][0-9]{0,2})(-R(?P<n>[1-9][0-9]{0,2}))?"
)


def text(length_max: int, *, lines: bool = False) -> Parser:
    """Any printable text; with ``lines`` it may go over several lines."""

    def parse(cell: str) -> str:
        if len(cell) > length_max:
            raise CellProblem(
                "too-long",
                N_("There are more than {length_max} characters."),
                length_max=length_max,
            )
        if any(not (c.isprintable() or (lines and c in "\r\n\t")) for c in cell):
            raise CellProblem("characters", N_("There are characters that cannot be shown."))
        return cell

    return parse


def whole(least: int = 0, most: int = MINOR_MAX) -> Parser:
    """A whole number without sign, point or space."""

    def parse(cell: str) -> int:
        if re.fullmatch(r"-[0-9]+", cell):
            raise CellProblem("negative", N_("A negative number cannot stand here."))
        if not re.fullmatch(r"[0-9]+", cell):
            raise CellProblem("not-a-number", N_("This is not a whole number."))
        # Thousands of digits would make int() itself refuse or take long.
        digits = cell.lstrip("0")
        if len(digits) > len(str(most)) or int(digits or "0") > most:
            raise CellProblem("too-large", N_("The number is above {most}."), most=most)
        number = int(digits or "0")
        if number < least:
            raise CellProblem("too-small", N_("The number is below {least}."), least=least)
        return number

    return parse


def hundredths(cell: str) -> Decimal:
    """A number of at least 0 with up to two decimals, such as a threshold."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", cell):
        raise CellProblem(
            "not-a-decimal", N_("This is not a number of at least 0 with up to two decimals.")
        )
    return Decimal(cell).quantize(Decimal("0.01"))


def one_of(*terms: str) -> Parser:
    """One of the field's terms, spelt as in the list."""

    def parse(cell: str) -> str:
        if cell not in terms:
            raise CellProblem(
                "unknown-term", N_("The word must be one of: {terms}."), terms=", ".join(terms)
            )
        return cell

    return parse


def yes_or_no(cell: str) -> bool:
    """yes is True, no is False."""
    return bool(one_of("yes", "no")(cell) == "yes")


def country(cell: str) -> str:
    """Form of an ISO 3166-1 alpha-2 code."""
    if not re.fullmatch(r"[A-Z]{2}", cell):
        raise CellProblem("country", N_("A country is two capital letters, such as RS or BA."))
    return cell


def currency(cell: str) -> str:
    """A currency that amounts can have."""
    if cell not in CURRENCIES:
        raise CellProblem(
            "unknown-currency",
            N_("The currency must be one of: {terms}."),
            terms=", ".join(CURRENCIES),
        )
    return cell


def day(cell: str) -> date:
    """A day of the calendar, YYYY-MM-DD."""
    if not _DAY.fullmatch(cell):
        raise CellProblem("not-a-day", N_("A day is written as in 2012-03-31."))
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise CellProblem("no-such-day", N_("There is no such day in the calendar.")) from None
    _year(found)
    return found


def moment(cell: str) -> datetime:
    """A date and time with its offset; returned in UTC."""
    if _LOCAL.fullmatch(cell):
        raise CellProblem(
            "no-offset", N_("The time needs its offset, as in 2012-03-15T23:59:59+01:00.")
        )
    if not _MOMENT.fullmatch(cell):
        raise CellProblem(
            "not-a-moment", N_("A date and time is written as in 2012-03-15T23:59:59+01:00.")
        )
    return _clock(cell).astimezone(UTC)


def local_time(cell: str) -> datetime:
    """A date and time of the call's own time zone (naive), or with an offset (then aware)."""
    if not (_LOCAL.fullmatch(cell) or _MOMENT.fullmatch(cell)):
        raise CellProblem(
            "not-a-time", N_("A local date and time is written as in 2012-03-15T10:00:00.")
        )
    return _clock(cell)


def time_zone(cell: str) -> str:
    """The name of an IANA time zone."""
    try:
        known = bool(_ZONE.fullmatch(cell)) and bool(ZoneInfo(cell))
    except (ValueError, OSError, LookupError):
        known = False
    if not known:
        raise CellProblem("unknown-zone", N_("There is no such time zone."))
    return cell


def national_number(cell: str) -> str:
    """Thirteen digits. Whether the last one agrees with the others: ``check_digit_agrees``."""
    if not re.fullmatch(r"[0-9]{13}", cell):
        raise CellProblem("national-number", N_("A national number (JMBG) has 13 digits."))
    return cell


def check_digit_agrees(jmbg: str) -> bool:
    """The JMBG's mod 11 check: weights 7 6 5 4 3 2 twice, 11 and 10 count as 0.

    A remainder of 1 gives 10, which is never issued; some registries wrote 0 then.
    """
    weights = (7, 6, 5, 4, 3, 2) * 2
    digits = [int(character) for character in jmbg]
    check = 11 - sum(w * d for w, d in zip(weights, digits, strict=False)) % 11
    return digits[12] == (0 if check > 9 else check)


def names(cell: str) -> tuple[str, ...]:
    """A list joined with ``;``, nothing empty, nothing twice."""
    found = tuple(part.strip() for part in cell.split(";"))
    if not all(found):
        raise CellProblem("empty-part", N_("A part of the list is empty."))
    if len(set(found)) != len(found):
        raise CellProblem("repeated-part", N_("A part of the list stands there twice."))
    if len(found) > LIST_LENGTH_MAX:
        raise CellProblem(
            "long-list",
            N_("The list has more than {length_max} parts."),
            length_max=LIST_LENGTH_MAX,
        )
    return tuple(text(120)(part) for part in found)


def criteria(cell: str) -> tuple[Criterion, ...]:
    """``name:maximum points`` joined with ``;``."""
    found: list[Criterion] = []
    for part in names(cell):
        name, colon, points = (piece.strip() for piece in part.rpartition(":"))
        if not (name and colon) or name in ("application_no", "member"):
            raise CellProblem(
                "criterion", N_("A criterion is written as its name, a colon and its maximum.")
            )
        found.append(Criterion(name, whole(1, POINTS_MAX)(points)))
    if len({criterion.name for criterion in found}) != len(found):
        raise CellProblem("repeated-part", N_("A part of the list stands there twice."))
    return tuple(found)


def tranches(cell: str) -> tuple[int, ...]:
    """Per cents joined with ``;`` that sum to 100."""
    found = tuple(whole(1, 100)(part.strip()) for part in cell.split(";")[:LIST_LENGTH_MAX])
    if sum(found) != 100:
        raise CellProblem("tranches", N_("The tranches must sum to 100."))
    return found


def payment(cell: str) -> tuple[str, int, int]:
    """(application number, tranche, reissue) of ``<application>-T<tranche>[-R<n>]``."""
    match = _PAYMENT.fullmatch(text(100)(cell))
    if match is None:
        raise CellProblem(
            "payment-name", N_("A payment is named as in A0001-T1, or A0001-T1-R1 when reissued.")
        )
    return match["application"], int(match["tranche"]), int(match["n"] or 0)


def _clock(cell: str) -> datetime:
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise CellProblem("no-such-time", N_("There is no such date or time.")) from None
    _year(found)
    return found


def _year(found: date) -> None:
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise CellProblem(
            "year",
            N_("The year must be between {least} and {most}."),
            least=YEAR_MIN,
            most=YEAR_MAX,
        )
