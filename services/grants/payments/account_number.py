"""Bank account numbers of Serbia and of Bosnia and Herzegovina: read, check, write, mask.

>>> number = read("260-56010016113-79", country="RS")
>>> number.formatted, number.iban
('260-0056010016113-79', 'RS35260005601001611379')
>>> masked(number)
'••••1379'

Sources: National Bank of Serbia, 18 digits 3-13-2; Central Bank of Bosnia and Herzegovina, 16
digits 3-3-8-2; both and IBAN (ISO 13616) checked by ISO 7064 mod 97-10. A number that fails
cannot be paid to, so reading refuses, and never repeats the number in its answer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal, TypeAlias, get_args

from shared.access.masking import masked_account
from shared.errors import Invalid
from shared.language.marking import N_

AccountCountry: TypeAlias = Literal["RS", "BA"]

TEXT_LENGTH_MAX: Final = 60
_GROUPS: Final[dict[AccountCountry, tuple[int, ...]]] = {"RS": (3, 13, 2), "BA": (3, 3, 8, 2)}
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212]")
_LETTERS: Final = str.maketrans({chr(ord("A") + place): str(10 + place) for place in range(26)})


@dataclass(frozen=True, kw_only=True)
class AccountNumber:
    """A checked number: ``digits`` is the whole domestic number (18 in RS, 16 in BA)."""

    country: AccountCountry
    digits: str

    @property
    def bank(self) -> str:
        """The three digits that name the bank."""
        return self.digits[:3]

    @property
    def formatted(self) -> str:
        """As the country writes it: ``260-0056010016113-79``, ``129-007-94010284-94``."""
        ends = accumulate(_GROUPS[self.country], initial=0)
        return "-".join(self.digits[start:end] for start, end in pairwise(ends))

    @property
    def iban(self) -> str:
        """The IBAN without spaces, as files and messages carry it."""
        check = 98 - _remainder(f"{self.digits}{self.country}00")
        return f"{self.country}{check:02}{self.digits}"

    @property
    def iban_formatted(self) -> str:
        """The IBAN in groups of four, as paper carries it."""
        iban = self.iban
        return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))

    def __str__(self) -> str:
        """Masked, so that a number which slips into a text or a log tells little."""
        return masked(self)

    def __repr__(self) -> str:
        return f"AccountNumber({masked(self)})"


def read(text: str, *, country: AccountCountry | None = None) -> AccountNumber:
    """The account number in ``text``, domestic or IBAN, with spaces and dashes anywhere.

    country: where the account must be; without it the length tells. In a Serbian number with two
    dashes the middle part may lack leading zeros. Invalid: ``account-number-length``, ``-check``,
    ``-characters``, ``-country``.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX])).upper()
    compact = re.sub(r"[\s\-.]", "", plain)
    if re.match(r"[A-Z]", compact):
        number = _from_iban(compact)
    else:
        number = _from_domestic(plain, compact, country)
    if country is not None and number.country != country:
        raise Invalid(
            "account-number-country",
            N_("This account is not in the country of the payment: {country}."),
            country=country,
        )
    return number


def is_valid(text: str, *, country: AccountCountry | None = None) -> bool:
    """Whether ``read`` would accept ``text``."""
    try:
        read(text, country=country)
    except Invalid:
        return False
    return True


def masked(account: AccountNumber | str) -> str:
    """The last four digits behind dots; of a text too short to hide anything, the dots alone."""
    return masked_account(account.digits if isinstance(account, AccountNumber) else account)


def _from_iban(compact: str) -> AccountNumber:
    if not re.fullmatch(r"[A-Z]{2}[0-9]+", compact):
        raise _characters()
    for country in get_args(AccountCountry):
        if compact.startswith(country):
            break
    else:
        raise Invalid(
            "account-number-country",
            N_("Only accounts in {countries} can be paid to."),
            countries=list(get_args(AccountCountry)),
        )
    digits = compact[4:]
    _demand_length(digits, country)
    if _remainder(digits + compact[:4]) != 1:
        raise _check()
    return _checked(digits, country)


def _from_domestic(plain: str, compact: str, country: AccountCountry | None) -> AccountNumber:
    if not re.fullmatch(r"[0-9]+", compact):
        raise _characters()
    bank, dash, rest = re.sub(r"\s", "", plain).strip("-").partition("-")
    middle, second_dash, check = rest.partition("-")
    if country != "BA" and dash and second_dash and "-" not in check:
        # Banks in Serbia print 160-1234-56 for 160-0000000001234-56.
        compact = bank + middle.zfill(_GROUPS["RS"][1]) + check
    if country is None:
        country = "BA" if len(compact) == sum(_GROUPS["BA"]) else "RS"
    _demand_length(compact, country)
    return _checked(compact, country)


def _checked(digits: str, country: AccountCountry) -> AccountNumber:
    if _remainder(digits) != 1:
        raise _check()
    return AccountNumber(country=country, digits=digits)


def _demand_length(digits: str, country: AccountCountry) -> None:
    expected = sum(_GROUPS[country])
    if len(digits) != expected:
        raise Invalid(
            "account-number-length",
            N_("An account number in {country} has {expected} digits, this one has {found}."),
            country=country,
            expected=expected,
            found=len(digits),
        )


def _remainder(text: str) -> int:
    return int(text.translate(_LETTERS)) % 97


def _characters() -> Invalid:
    return Invalid(
        "account-number-characters",
        N_("An account number holds digits, spaces and dashes only, or is an IBAN."),
    )


def _check() -> Invalid:
    return Invalid(
        "account-number-check",
        N_("The check digits of the account number do not fit; compare it with the card."),
    )
