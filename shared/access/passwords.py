"""Passwords: argon2id to keep them, and a rule about which ones may be chosen.

>>> kept = hash_password("seven quiet green kettles")
>>> matches(kept, "seven quiet green kettles"), matches(kept, "something else")
(True, False)

The rule asks for length and against what can be guessed, not for digits and signs: those make
passwords harder to remember and no harder to guess (NIST SP 800-63B, 3.1.1). ``guessing.py`` says
how many guesses one withstands.

The hash is argon2id with 64 MiB, three passes and four lanes (RFC 9106, the second recommended
choice), more than OWASP's password storage cheat sheet wants at the least (19 MiB, two passes). No
pepper: a second secret would have to be kept as long as any password, and the hashes already stand
in a database that only accounts opens.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.access.guessing import GUESSES_MIN, Guessed, guessed
from shared.errors import Invalid
from shared.language.marking import N_

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 200

_HASHER: Final = PasswordHasher()
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$YCU4WLqJJu//BXj8rdOOYQ"
    "$rn5UPH34jz7nlDbB6Gbv13t3+xI/8w9XQSL+SncbUnI"
)
"""The hash of no account's password, so that an unknown account takes as long as a known one."""

_SENTENCES: Final[dict[str, str]] = {
    "own": N_(
        "Leave your name and your address out of it: they are tried first. "
        "Choose, for example, four random words."
    ),
    "known": N_(
        "This password is on lists of stolen ones, or nearly. "
        "Choose another, for example four random words."
    ),
    "pattern": N_(
        "Rows of keys, repetitions and counting are tried early. "
        "Choose another, for example four random words."
    ),
    "date": N_("Dates and years are tried early. Choose, for example, four random words."),
    "words": N_(
        "This password is easy to guess. "
        "Add one or two words that nobody would expect beside the others."
    ),
}
"""Why a password was refused → what to do."""


def hash_password(password: str) -> str:
    """The argon2id hash in PHC form, with a salt of its own."""
    return _HASHER.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password of this hash.

    For an account that does not exist pass None: it takes as long as a wrong password, so that
    nobody learns from the clock who has an account.
    """
    fits = len(password) <= LENGTH_MAX
    try:
        right = _HASHER.verify(kept or _NOBODY, _normal(password[:LENGTH_MAX]))
        return right and fits and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's; then hash again."""
    return _HASHER.check_needs_rehash(kept)


def check_strength(password: str, *, known_words: tuple[str, ...] = ()) -> None:
    """Raise Invalid when the password may not be chosen; the sentence says what to do.

    known_words: what an attacker tries first, such as the account's name and address.
    """
    text = _normal(password)
    if len(text) < LENGTH_MIN:
        raise Invalid(
            "password-too-short",
            N_("Choose a password of at least {length_min} characters; several words are good."),
            length_min=LENGTH_MIN,
        )
    if len(text) > LENGTH_MAX:
        raise Invalid(
            "password-too-long",
            N_("Choose a password of at most {length_max} characters."),
            length_max=LENGTH_MAX,
        )
    found: Guessed = guessed(text, known_words)
    if found.guesses < GUESSES_MIN:
        raise Invalid("password-too-common", _SENTENCES[found.why])


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
