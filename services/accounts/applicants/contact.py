"""A phone number or an e-mail address in its one spelling, as people are found by it.

>>> typed("061/123 456", ("BA", "RS"))
(Contact(channel='sms', value='+38761123456'), Contact(channel='sms', value='+38161123456'))
>>> typed(" Mira@Example.org ", ())
(Contact(channel='mail', value='mira@example.org'),)

A number that is typed without its country may be of any of the
countries where we work, so each is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.accounts.applicants.sign_in_code import Channel
from services.accounts.indexes import address, email_index
from shared.phone_number import phone
from shared.privacy.keyring import Keyring

COUNTRIES: Final = ("RS", "BA")
"""Where a number typed without its country is looked for."""

TYPED_LENGTH_MAX: Final = 254
PHONE_PURPOSE: Final = "applicant phone"
BIRTH_PURPOSE: Final = "applicant birth date"


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
