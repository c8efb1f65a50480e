"""Account numbers are read in every usual spelling, checked, written and masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.payments.account_number import (
    AccountNumber,
    is_valid,
    masked,
    read,
)
from shared.errors import Invalid

# The examples of the IBAN registry.
SERBIAN = "RS35260005601001611379"
BOSNIAN = "BA391290079401028494"


def domestic(country: str, body: str) -> str:
    return f"{body}{98 - int(body + '00') % 97:02}"


NUMBERS = st.one_of(
    st.text("0123456789", min_size=16, max_size=16).map(lambda b: ("RS", domestic("RS", b))),
    st.text("0123456789", min_size=14, max_size=14).map(lambda b: ("BA", domestic("BA", b))),
)


@given(NUMBERS)
def test_every_spelling_reads_as_the_same_number(number: tuple[str, str]) -> None:
    country, digits = number
    account = read(digits)
    assert (account.country, account.digits) == (country, digits)
    for spelling in (account.formatted, account.iban, account.iban_formatted,
                     account.iban.lower(), f" {digits[:3]} {digits[3:]} "):  # fmt: skip
        assert read(spelling) == read(spelling, country=country) == account  # type: ignore[arg-type]


@given(NUMBERS, st.data())
def test_one_wrong_digit_or_two_swapped_ones_are_refused(
    number: tuple[str, str], data: st.DataObject
) -> None:
    _, digits = number
    place = data.draw(st.integers(0, len(digits) - 2))
    step = data.draw(st.integers(1, 9))
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert not is_valid(wrong)
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert is_valid(swapped) == (swapped == digits)


@given(st.text())
def test_any_text_is_read_or_refused_without_being_repeated(text: str) -> None:
    try:
        read(text)
    except Invalid as problem:
        assert set(problem.facts) <= {"country", "countries", "expected", "found"}
    assert masked(text).removeprefix("••••") == "" or len(masked(text)) == 8


def test_examples_of_the_iban_registry() -> None:
    assert read(SERBIAN).formatted == "260-0056010016113-79"
    assert read(BOSNIAN).formatted == "129-007-94010284-94"
    assert read("129-007-94010284-94").iban == BOSNIAN
    assert read("BA39 1290 0794 0102 8494").iban_formatted == "BA39 1290 0794 0102 8494"
    assert read(SERBIAN).bank == "260"


@pytest.mark.parametrize(
    "short", ["260-56010016113-79", "260 - 56010016113 - 79", "260–56010016113–79"]
)
def test_a_serbian_number_without_leading_zeros_is_filled(short: str) -> None:
    assert read(short).digits == "260005601001611379"
    assert read(short, country="RS").digits == "260005601001611379"


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("", None, "account-number-characters"),
        ("26O-56010016113-79", None, "account-number-characters"),
        ("RS35 2600 056X", None, "account-number-characters"),
        ("12345", None, "account-number-length"),
        ("1234", "BA", "account-number-length"),
        ("RS352600056010016113", None, "account-number-length"),
        ("260-56010016113-78", None, "account-number-check"),
        ("RS36260005601001611379", None, "account-number-check"),
        ("DE89370400440532013000", None, "account-number-country"),
        (BOSNIAN, "RS", "account-number-country"),
        ("9" * 500, None, "account-number-length"),
    ],
)
def test_what_cannot_be_paid_to_is_refused(text: str, country: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(text, country=country)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_only_the_last_four_digits_show() -> None:
    account = read(SERBIAN)
    assert masked(account) == masked(SERBIAN) == masked("260-0056010016113-79") == "••••1379"
    assert masked("1234567") == masked("") == "••••"
    assert str(account) == "••••1379"
    assert account.digits not in repr(account)
    assert isinstance(account, AccountNumber)
