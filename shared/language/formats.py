"""Money, numbers, days and moments as each language writes them.

>>> format_money(Money(minor=123450, currency="BAM"), "bs").replace(NO_BREAK_SPACE, " ")
'1.234,50 KM'
>>> format_day(date(2011, 3, 15), "sr_Latn")
'15. 3. 2011.'
>>> format_moment(datetime.fromisoformat("2011-03-15T14:05Z"), "sr_Latn", "Europe/Belgrade")
'15. 3. 2011. 15:05 CET'
>>> format_percent(Decimal("0.425"), "bs")
'42,5%'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_format_date
from babel.numbers import format_decimal as babel_format_decimal
from babel.numbers import format_percent as babel_format_percent

from shared.language.languages import LANGUAGES
from shared.money import CURRENCIES, Money

NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
"""Stands between an amount and its currency, so that a line never ends between them."""

DECIMALS_MAX: Final = 6

DEFAULT_ZONE: Final = "Europe/Belgrade"
"""Serbia and Bosnia and Herzegovina keep the same time; a call names its own zone."""

_MARKS: Final = {"sr_Latn": "KM", "sr_Cyrl": "КМ", "bs": "KM", "rom": "KM"}
"""What people call BAM. Every other currency shows its ISO code: CLDR's signs differ by locale
("din.", "RSD"), and agreements, exports and statements name the code."""

_DAY_PATTERNS: Final = {"en": "d MMM y"}
_DAY_PATTERN: Final = "d. M. y."


def format_money(amount: Money, language: str) -> str:
    """``1.234,50 RSD``; in English ``RSD 1,234.50``. Always with the currency's decimals.

    Babel alone would drop the decimals of RSD, which CLDR takes for a currency without any.
    """
    digits = CURRENCIES[amount.currency]
    number = format_number(Decimal(amount.minor).scaleb(-digits), language, decimals=digits)
    if language == "en":
        return f"{amount.currency}{NO_BREAK_SPACE}{number}"
    mark = _MARKS[language] if amount.currency == "BAM" else amount.currency
    return f"{number}{NO_BREAK_SPACE}{mark}"


def format_number(number: int | Decimal, language: str, *, decimals: int = 0) -> str:
    """``1.234,50`` with exactly ``decimals`` places, rounded half to even."""
    fraction = "." + "0" * _within(decimals) if decimals else ""
    return babel_format_decimal(number, format=f"#,##0{fraction}", locale=_locale(language))


def format_percent(ratio: int | Decimal, language: str, *, decimals: int = 1) -> str:
    """0.425 as ``42,5%`` with at most ``decimals`` places, rounded half to even.

    Serbian, Bosnian and English all write the sign without a space.
    """
    fraction = "." + "#" * _within(decimals) if decimals else ""
    return babel_format_percent(ratio, format=f"#,##0{fraction}%", locale=_locale(language))


def format_day(day: date, language: str) -> str:
    """``15. 3. 2011.``; in English ``15 Mar 2011``, which no reader takes for month and day.

    A moment is refused: it falls on a day only in some time zone. See ``shared.clock.day_in``.
    """
    if isinstance(day, datetime):
        raise TypeError("a moment is not a day; say in which zone with shared.clock.day_in")
    pattern = _DAY_PATTERNS.get(language, _DAY_PATTERN)
    return babel_format_date(day, format=pattern, locale=_locale(language))


def format_moment(moment: datetime, language: str, zone: str) -> str:
    """``15. 3. 2011. 15:05 CET``: an aware moment in an IANA zone, to the minute, zone named."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone cannot be shown")
    local = moment.astimezone(ZoneInfo(zone))
    name = local.strftime("%Z")
    if not name.isalpha():
        # Zones without an abbreviation are named by their offset alone.
        name = f"UTC{name}"
    return f"{format_day(local.date(), language)} {local:%H:%M} {name}"


def formats_for(language: str, zone: str = DEFAULT_ZONE) -> Mapping[str, Callable[..., str]]:
    """The functions above by the names that templates know, with their language settled.

    ``money(amount)``, ``day(date)``, ``moment(datetime)``, ``number(n, decimals=0)``,
    ``percent(ratio, decimals=1)``; ``moment`` takes another ``zone`` where a record names one.
    """

    def moment(moment: datetime, zone: str = zone) -> str:
        return format_moment(moment, language, zone)

    def number(number: int | Decimal, decimals: int = 0) -> str:
        return format_number(number, language, decimals=decimals)

    def percent(ratio: int | Decimal, decimals: int = 1) -> str:
        return format_percent(ratio, language, decimals=decimals)

    return {
        "money": lambda amount: format_money(amount, language),
        "day": lambda day: format_day(day, language),
        "moment": moment,
        "number": number,
        "percent": percent,
    }


def _locale(language: str) -> str:
    return LANGUAGES[language].locale


def _within(decimals: int) -> int:
    if not 0 <= decimals <= DECIMALS_MAX:
        raise ValueError(f"decimals must be 0 to {DECIMALS_MAX}")
    return decimals
