"""Money, numbers, days and moments are written as each language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.language.formats import (
    DEFAULT_ZONE,
    format_day,
    format_moment,
    format_money,
    format_number,
    format_percent,
    formats_for,
)
from shared.language.languages import LANGUAGES
from shared.money import CURRENCIES, MINOR_MAX, Money

CODES = st.sampled_from(sorted(LANGUAGES))


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        (Money(12345600, "RSD"), "sr_Latn", "123.456,00 RSD"),
        (Money(12345650, "RSD"), "bs", "123.456,50 RSD"),
        (Money(123450, "BAM"), "sr_Cyrl", "1.234,50 КМ"),
        (Money(123450, "BAM"), "rom", "1.234,50 KM"),
        (Money(-5, "EUR"), "bs", "-0,05 EUR"),
        (Money(12345600, "RSD"), "en", "RSD 123,456.00"),
        (Money(0, "NOK"), "en", "NOK 0.00"),
    ],
)
def test_money(amount: Money, language: str, text: str) -> None:
    assert format_money(amount, language).replace("\xa0", " ") == text


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(sorted(CURRENCIES)), CODES)
def test_money_keeps_every_unit_and_never_breaks(minor: int, currency: str, language: str) -> None:
    text = format_money(Money(minor, currency), language)
    assert int("".join(c for c in text if c.isdigit())) == abs(minor)
    assert ("-" in text) == (minor < 0)
    assert " " not in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "5 Mar 2011"),
        ("sr_Latn", "5. 3. 2011."),
        ("sr_Cyrl", "5. 3. 2011."),
        ("bs", "5. 3. 2011."),
        ("rom", "5. 3. 2011."),
    ],
)
def test_days(language: str, text: str) -> None:
    assert format_day(date(2011, 3, 5), language) == text


def test_a_moment_is_no_day_and_needs_a_zone() -> None:
    moment = datetime(2011, 3, 27, 23, 30, tzinfo=UTC)
    with pytest.raises(TypeError):
        format_day(moment, "en")
    with pytest.raises(ValueError, match="without time zone"):
        format_moment(moment.replace(tzinfo=None), "en", "UTC")
    assert format_moment(moment, "bs", DEFAULT_ZONE) == "28. 3. 2011. 01:30 CEST"
    assert format_moment(moment, "en", "UTC") == "27 Mar 2011 23:30 UTC"
    assert format_moment(moment, "en", "Asia/Dubai") == "28 Mar 2011 03:30 UTC+04"


def test_numbers_and_percents() -> None:
    assert format_number(1234567, "sr_Latn") == "1.234.567"
    assert format_number(Decimal("0.125"), "bs", decimals=2) == "0,12"
    assert format_number(1234, "en", decimals=1) == "1,234.0"
    assert format_percent(Decimal("0.425"), "sr_Cyrl") == "42,5%"
    assert format_percent(Decimal("0.8"), "en") == "80%"
    assert format_percent(Decimal("0.4249"), "en", decimals=0) == "42%"
    with pytest.raises(ValueError, match="decimals"):
        format_number(1, "en", decimals=-1)


@given(CODES)
def test_templates_get_the_same_formats(language: str) -> None:
    formats = formats_for(language)
    moment = datetime(2011, 3, 5, tzinfo=UTC)
    assert formats["money"](Money(1, "RSD")) == format_money(Money(1, "RSD"), language)
    assert formats["day"](moment.date()) == format_day(moment.date(), language)
    assert formats["moment"](moment) == format_moment(moment, language, DEFAULT_ZONE)
    assert formats["moment"](moment, "UTC").endswith("UTC")
    assert formats["number"](5, decimals=1) == format_number(5, language, decimals=1)
    assert formats["percent"](Decimal("0.5")) == "50%"
