"""A national number is read, compared with the person, and warned about, never refused."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.trainings.people.national_number import (
    TEXT_LENGTH_MAX,
    check_digit,
    examine,
    normalise,
)


def number(born: date, region: int, serial: int) -> str:
    twelve = f"{born:%d%m}{born.year % 1000:03}{region:02}{serial:03}"
    return f"{twelve}{check_digit(twelve)}"


def codes(text: str, **known: object) -> list[str]:
    return [finding.code for finding in examine(text, **known).findings]  # type: ignore[arg-type]


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS, st.integers(0, 99), st.integers(0, 999))
def test_what_was_put_in_is_read(born: date, region: int, serial: int) -> None:
    text = number(born, region, serial)
    sex = "F" if serial >= 500 else "M"
    examined = examine(text, birth_date=born, sex=sex, today=born)
    assert examined.findings == ()
    assert examined.number is not None
    read = examined.number
    assert (read.digits, read.birth_date, read.sex, read.region) == (text, born, sex, region)
    assert text not in repr(read)


@given(DAYS, st.integers(0, 999), st.integers(1, 9))
def test_another_last_digit_warns_and_is_still_read(born: date, serial: int, step: int) -> None:
    right = number(born, 72, serial)
    wrong = right[:-1] + str((int(right[-1]) + step) % 10)
    examined = examine(wrong)
    assert [finding.code for finding in examined.findings] == ["national-number-check-digit"]
    assert examined.number is not None and examined.number.country == "RS"


@given(st.text())
@example("0" * (TEXT_LENGTH_MAX - 1) + "\u00bc")
def test_any_text_gets_an_answer_that_does_not_repeat_it(text: str) -> None:
    examined = examine(text)
    assert examined.number is not None or examined.findings
    assert all(set(finding.facts) <= {"expected", "found"} for finding in examined.findings)
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "written",
    ["0101990710008", " 0101 990 71000 8 ", "010199-071000-8", "01.01.990.71.000.8",
     "\uff10101990710008", "0101990\xa0710008"],
)  # fmt: skip
def test_separators_and_widths_do_not_matter(written: str) -> None:
    assert normalise(written) == "0101990710008"
    assert codes(written) == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "national-number-digits"),
        ("no papers", "national-number-digits"),
        ("101990710006", "national-number-length"),
        ("01019907100081", "national-number-length"),
        ("3002990710000", "national-number-date"),
        ("0013990710000", "national-number-date"),
        ("٠١٠١٩٩٠٧١٠٠٠٨", "national-number-digits"),
    ],
)
def test_what_cannot_be_read_says_why(written: str, code: str) -> None:
    assert codes(written) == [code]
    assert examine(written).number is None


def test_the_person_is_compared() -> None:
    born = date(1990, 1, 1)
    text = number(born, 18, 549)
    assert codes(text, birth_date=born + timedelta(days=1)) == ["national-number-other-birth-date"]
    assert codes(text, sex="M") == ["national-number-other-sex"]
    assert codes(text, today=date(1989, 1, 1)) == ["national-number-future"]


@pytest.mark.parametrize(
    ("region", "country"), [(18, "BA"), (72, "RS"), (85, "RS"), (33, "HR"), (3, None), (66, None)]
)
def test_regions_tell_where_it_was_given(region: int, country: str | None) -> None:
    read = examine(number(date(1980, 2, 29), region, 1)).number
    assert read is not None and read.country == country
