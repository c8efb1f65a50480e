"""Cells mean what people meant, or are asked for anew in words that repeat nothing of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sheets import cells
from shared.sheets.cells import (
    BadCell,
    as_choice,
    as_hours_in_minutes,
    as_number,
    as_percent,
    as_text,
    as_whole,
    as_yes_or_no,
)
from shared.sheets.days import as_day
from shared.sheets.national_numbers import Digits, as_national_number
from shared.sheets.rows import Failed

PARSERS = (
    *(as_text, as_whole, as_number, as_percent, as_hours_in_minutes, as_yes_or_no, as_day),
    as_national_number,
)


def bad(parser, cell, **options) -> str:
    with pytest.raises(BadCell) as refused:
        parser(cell, **options)
    return refused.value.code


@pytest.mark.parametrize("parser", PARSERS)
def test_empty_cells_are_nothing_and_errors_are_named(parser):
    assert parser(None) is None and parser("  \u00a0 ") is None
    assert bad(parser, Failed("#N/A")) == "cell-error"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Mira \n Primer ", "Mira Primer"),
        (12, "12"),
        (12.0, "12"),
        (7.5, "7.5"),
        (1e15, "1" + "0" * 15),
    ],
)
def test_words(cell, text):
    assert as_text(cell) == text


def test_words_that_became_days_are_asked_for():
    assert bad(as_text, date(2024, 5, 6)) == "not-text"
    assert bad(as_text, "a" * 501) == "too-long"
    assert bad(as_text, "a\x07b") == "characters"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (5, 5),
        (5.0, 5),
        ("5", 5),
        ("1.234", 1234),
        ("1 234", 1234),
        ("1,234", 1234),
        ("12,0", 12),
        ("8.00", 8),
    ],
)
def test_whole_numbers(cell, number):
    assert as_whole(cell) == number


def test_what_is_no_whole_number():
    for cell in ("many", 7.5, True, "7,5", date(2024, 1, 1), "1.23.4", 1e300, float("1e16")):
        assert bad(as_whole, cell) == "not-a-whole-number"
    assert bad(as_whole, float("inf")) == "cell-error"
    assert bad(as_whole, -1) == "number-outside"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("7,5", "7.50"),
        ("7.5", "7.50"),
        (7.5, "7.50"),
        ("1.234,5", "1234.50"),
        ("1,234.5", "1234.50"),
        ("1 234 567,25", "1234567.25"),
        ("12", "12.00"),
        ("0,125", "0.12"),
    ],
)
def test_numbers_with_decimals(cell, number):
    assert as_number(cell) == Decimal(number)


def test_number_that_reads_two_ways_is_asked_for():
    assert bad(as_number, "1.234") == "number-unclear"
    assert bad(as_number, "abc") == "not-a-number"
    assert bad(as_number, "1.2.3,4") == "not-a-number"


@pytest.mark.parametrize(
    ("cell", "percent"),
    [("85 %", 85), ("85%", 85), (85, 85), ("85,5%", "85.5"), ("0,5 %", "0.5"), (0, 0)],
)
def test_percentages(cell, percent):
    assert as_percent(cell) == Decimal(percent)


def test_percentage_that_may_be_a_share_is_asked_for():
    assert bad(as_percent, 0.85) == "not-a-percent"
    assert bad(as_percent, 101) == "number-outside"


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("7:30", 450),
        ("7,5", 450),
        ("7.5", 450),
        (7.5, 450),
        (8, 480),
        ("8h", 480),
        ("8 h", 480),
        ("8 sati", 480),
        ("8 časova", 480),
        ("2 часа", 120),
        ("7 h 30 min", 450),
        ("45 min", 45),
        ("120:00", 7200),
        (timedelta(hours=7, minutes=30), 450),
        (datetime(1899, 12, 31, 7, 30), 450),
        ("0", 0),
        ("0,25", 15),
    ],
)
def test_hours(cell, minutes):
    assert as_hours_in_minutes(cell) == minutes


def test_hours_that_read_two_ways_are_asked_for():
    for cell in ("7.30", 7.3, 0.3125, "seven", date(2024, 1, 1), True):
        assert bad(as_hours_in_minutes, cell) == "not-hours"
    assert bad(as_hours_in_minutes, -1) == "hours-outside"
    assert bad(as_hours_in_minutes, 25, most=24 * 60) == "hours-outside"


WORDS = {"female": ["žensko", "ž", "žena"], "male": ["muško", "m"]}


@pytest.mark.parametrize("cell", ["Ž", "ЖЕНСКО", "zensko", " Žena ", "female", "z"])
def test_one_of_a_list_in_any_script(cell):
    assert as_choice(cell, WORDS) == "female"


def test_word_that_is_not_in_the_list_names_those_that_are():
    with pytest.raises(BadCell) as refused:
        as_choice("tajna", WORDS)
    assert refused.value.facts == {"words": "žensko, muško"}
    assert "tajna" not in str(refused.value)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("Da", True),
        ("ДА", True),
        ("+", True),
        (1, True),
        (True, True),
        ("x", True),
        ("ne", False),
        ("-", False),
        (0, False),
    ],
)
def test_yes_or_no(cell, answer):
    assert as_yes_or_no(cell) is answer


@pytest.mark.parametrize(
    "cell",
    [
        "31.12.1990.",
        "31.12.1990",
        "31. 12. 1990.",
        "31/12/1990",
        "31-12-1990",
        "1990-12-31",
        "1990/12/31",
        "1990-12-31T00:00:00",
        "31.12.1990 00:00",
        "31. decembar 1990.",
        "31. децембар 1990. године",
        "31 prosinca 1990",
        "31.XII 1990.",
        "31. XII. 1990",
        "31 Dec 1990",
        "December 31, 1990",
        "31121990",
        31121990,
        "19901231",
        33238,
        "33238",
        33238.75,
        date(1990, 12, 31),
        datetime(1990, 12, 31, 10, 30),
        "31.12.1990. god.",
    ],
)
def test_days_in_every_form(cell):
    assert as_day(cell) == date(1990, 12, 31)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12/31/1990", "month-first"),
        ("31.12.90", "short-year"),
        ("31.02.1990", "no-such-day"),
        (1990, "only-a-year"),
        ("1990", "only-a-year"),
        ("1990.", "only-a-year"),
        ("sutra", "not-a-day"),
        (7, "not-a-day"),
        (1e9, "not-a-day"),
        ("31. bozic 1990", "not-a-day"),
        ("31.12.0990", "day-outside"),
        (True, "not-a-day"),
        (timedelta(hours=1), "not-a-day"),
        ("31.12.", "not-a-day"),
    ],
)
def test_what_is_no_day(cell, code):
    assert bad(as_day, cell) == code


@given(day=st.dates(date(1910, 1, 1), date(2199, 12, 31)))
def test_every_day_reads_back(day):
    for form in ("%d.%m.%Y.", "%Y-%m-%d", "%d/%m/%Y"):
        assert as_day(day.strftime(form)) == day
    serial = (day - date(1899, 12, 30)).days
    assert as_day(serial) == day
    assert as_day(serial - 1462, from_1904=True) == day or serial - 1462 <= 2200


def test_national_number_gets_its_zero_back():
    assert as_national_number(101990710006) == Digits("0101990710006", zero_restored=True)
    assert as_national_number("101990710006") == Digits("0101990710006", zero_restored=True)
    assert as_national_number("0101990710006") == Digits("0101990710006", zero_restored=False)
    assert as_national_number(3112990715123.0) == Digits("3112990715123", zero_restored=False)
    assert as_national_number("3112990 71 5123") == Digits("3112990715123", zero_restored=False)


def test_what_is_no_national_number():
    assert bad(as_national_number, 991990710006) == "not-a-national-number"
    assert bad(as_national_number, "3,11299E+12") == "number-shortened"
    for cell in ("123", "abcdefghijklm", True, date(1990, 1, 1), 7.5):
        assert bad(as_national_number, cell) == "not-a-national-number"


SECRET = "Tajanstvena"


@given(
    cell=st.one_of(
        st.text(max_size=30).map(lambda text: SECRET + text),
        st.text(max_size=30),
        st.floats(),
        st.integers(),
    )
)
def test_parsers_answer_or_ask_and_repeat_nothing(cell):
    for parser in (*PARSERS, lambda one: as_choice(one, WORDS)):
        try:
            parser(cell)
        except BadCell as refused:
            assert SECRET not in str(refused) and SECRET not in repr(refused.facts)


def test_there_is_an_example_in_what_is_asked_for():
    assert "12,5" in str(BadCell("x", "A number is written as in 12,5."))
    assert cells.YES and cells.NO
