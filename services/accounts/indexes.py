"""The keyed hashes by which an account or a person is found without being written down.

>>> normal("  Mira@Example.ORG ")
'mira@example.org'

An address of an account and one of a registration have the same hash: so that a member of staff who
is a participant too is known as one.
"""

from __future__ import annotations

import unicodedata

from shared.privacy.keyring import Keyring


def normal(text: str) -> str:
    """A sign-in name as it is compared: one spelling, no capitals, no spaces around it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def email_index(keyring: Keyring, email: str) -> str:
    """The keyed hash that an address is found by."""
    return keyring.blind_index("account e-mail", normal(email))


def name_index(keyring: Keyring, name: str) -> str:
    """The keyed hash that an account's name is found by."""
    return keyring.blind_index("account name", normal(name))
