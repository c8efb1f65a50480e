"""The keyed hashes by which an account or a person is found without being written down.

>>> normal("  Mira  ")
'mira'
>>> address("  Mira@Example.ORG ")
'mira@example.org'
>>> address("mira@straße.example") == address("mira@strasse.example")
False
>>> address("mira@xn--strae-oqa.example") == address("mira@STRAßE.example")
True

An address of an account and one of a registration have the same hash: so that a member of staff who
is a participant too is known as one. Two mailboxes never have one hash: letters are made small and
composed, nothing else, where folding names also joins ß with ss and ligatures with their letters.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from typing import Final

from shared.privacy.keyring import Keyring

_ENCODED: Final = "xn--"
"""How a label of a domain begins that stands for letters beyond ASCII (RFC 5890)."""


def normal(text: str) -> str:
    """A sign-in name as it is compared: one spelling, no capitals, no spaces around it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def address(text: str) -> str:
    """An e-mail address as it is compared; a text that is none, in the same small letters."""
    local, at, domain = _small(text.strip()).rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.split('.'))) if at else domain}"


def _small(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _label(label: str) -> str:
    """A part of a domain in letters, however it was written."""
    if label.startswith(_ENCODED) and label.isascii():
        with suppress(UnicodeError):
            letters = label.removeprefix(_ENCODED).encode().decode("punycode")
            # What no registry gives out stays as it is: it must not pass for another's domain.
            if not letters.isascii() and letters == _small(letters):
                return letters
    return label


def email_index(keyring: Keyring, email: str) -> str:
    """The keyed hash that an address is found by."""
    return keyring.blind_index("account e-mail", address(email))


def name_index(keyring: Keyring, name: str) -> str:
    """The keyed hash that an account's name is found by."""
    return keyring.blind_index("account name", normal(name))
