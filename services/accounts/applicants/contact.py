"""A phone number or an e-mail address in its one spelling, as people are found by it.

>>> phone("060 123-45-67", "RS"), phone("+387 61 123 456", "RS"), phone("00381601234567", "BA")
('+381601234567', '+38761123456', '+381601234567')
>>> typed("061/123 456", ("BA", "RS"))
(Contact(channel='sms', value='+38761123456'), Contact(channel='sms', value='+38161123456'))
>>> typed(" Mira@Example.org ", ())
(Contact(channel='mail', value='mira@example.org'),)

Numbers are written as in ITU-T E.164. One that is typed without its country may be of any of the
countries where we work, so each is tried.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.accounts.applicants.sign_in_code import Channel
from services.accounts.indexes import address, email_index
from shared.privacy.keyring import Keyring

CALLING_CODES: Final = {
    "RS": "381",
    "BA": "387",
    "ME": "382",
    "HR": "385",
    "MK": "389",
    "SI": "386",
    "XK": "383",
}
"""Country → what stands before a number of it."""

COUNTRIES: Final = ("RS", "BA")
"""Where a number typed without its country is looked for."""

DIGITS_MIN: Final = 8
DIGITS_MAX: Final = 15
TYPED_LENGTH_MAX: Final = 254
PHONE_PURPOSE: Final = "applicant phone"
BIRTH_PURPOSE: Final = "applicant birth date"

_BETWEEN: Final = re.compile(r"[\s()./\-\u2010-\u2015]+")


@dataclass(frozen=True)
class Contact:
    """Where a code goes. ``value``: E.164, or an address without capitals."""

    channel: Channel
    value: str

    def index(self, keyring: Keyring) -> str:
        """The keyed hash that people are found by."""
        if self.channel == "mail":
            return email_index(keyring, self.value)
        return keyring.blind_index(PHONE_PURPOSE, self.value)


def typed(text: str, countries: Sequence[str] = COUNTRIES) -> tuple[Contact, ...]:
    """What somebody's own number or address may mean, the likeliest first; empty: it is neither."""
    if not text.strip() or len(text) > TYPED_LENGTH_MAX:
        return ()
    if "@" in text:
        local, _, domain = address(text).rpartition("@")
        whole = local and domain and len(text.split()) == 1
        return (Contact("mail", address(text)),) if whole else ()
    numbers = (phone(text, country) for country in countries)
    return tuple(Contact("sms", one) for one in dict.fromkeys(numbers) if one is not None)


def phone(text: str | None, country: str) -> str | None:
    """A number as E.164 writes it; None for what is none. ``country``: of one without its own."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text or ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    code = CALLING_CODES.get(country)
    if digits.startswith("0"):
        if code is None:
            return None
        digits = f"+{code}{digits[1:]}"
    elif digits.startswith(tuple(CALLING_CODES.values())):
        digits = "+" + digits
    number = digits[1:]
    if not (digits.startswith("+") and number.isascii() and number.isdigit()):
        return None
    # Some write a nought between the country and the rest, which nobody dials.
    for code in CALLING_CODES.values():
        if number.startswith(f"{code}0"):
            number = code + number[len(code) + 1 :]
    return f"+{number}" if DIGITS_MIN <= len(number) <= DIGITS_MAX else None
