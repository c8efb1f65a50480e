"""Passwords: argon2id to keep them, and a small rule about which ones may be chosen.

>>> kept = hash_password("seven quiet green kettles")
>>> matches(kept, "seven quiet green kettles"), matches(kept, "something else")
(True, False)

The rule asks for length and against the known, not for digits and signs: those make passwords
harder to remember and no harder to guess (NIST SP 800-63B, 3.1.1).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Invalid
from shared.language.marking import N_

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 200
DISTINCT_MIN: Final = 5

_HASHER: Final = PasswordHasher()
_ENDINGS: Final = "0123456789!?.*#_- "
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$YCU4WLqJJu//BXj8rdOOYQ"
    "$rn5UPH34jz7nlDbB6Gbv13t3+xI/8w9XQSL+SncbUnI"
)
"""The hash of no account's password, so that an unknown account takes as long as a known one."""


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
    """Raise Invalid when the password may not be chosen.

    known_words: what an attacker tries first, such as the account's sign-in name.
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
    folded = text.casefold()
    words = [w for w in (_normal(w).casefold() for w in known_words) if len(w) >= 4]
    if len(set(folded)) < DISTINCT_MIN or _is_common(folded) or any(w in folded for w in words):
        raise Invalid(
            "password-too-common",
            N_("This password is easy to guess. Choose another, for example four random words."),
        )


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _is_common(folded: str) -> bool:
    """Known as it is, or after undoing what people do to a word to make it long enough."""
    stems = {folded, folded.rstrip(_ENDINGS), folded.lstrip("0123456789").rstrip(_ENDINGS)}
    forms = stems | {form.translate(_LEET) for form in stems}
    forms |= {form.replace(" ", "") for form in forms}
    return any(_unit(form) in _common() for form in forms)


def _unit(text: str) -> str:
    """``abcabcabc`` is ``abc``: the shortest text that repeats to this one."""
    return text[: (text + text).find(text, 1)] if text else text


@cache
def _common() -> frozenset[str]:
    listed = resources.files("shared.access").joinpath("common_passwords.txt")
    return frozenset(listed.read_text(encoding="utf-8").split())
