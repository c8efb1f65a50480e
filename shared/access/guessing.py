"""How many guesses a password withstands, by the lists of stolen ones and of words that we ship.

>>> guessed("Kragujevac2026!").why, guessed("Kragujevac2026!").guesses < GUESSES_MIN
('known', True)
>>> guessed("blue kettle rides the tram").guesses > GUESSES_MIN
True

The counting is zxcvbn's (Wheeler, USENIX Security 2016), with its thirty thousand stolen passwords,
and English words and names. Beside them stand words of the region: names, towns, clubs, Romani
words. What people here type is tried in several ways: as it is; folded, so that Cyrillic and š, č
are no disguise; without what stands between words; and with y and z changed over, by which a row
of a QWERTZ keyboard becomes one of QWERTY. The fewest guesses count. An account's own name and
address are no part of a password at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from shared.language.folding import fold

GUESSES_MIN: Final = 10**10
"""What zxcvbn calls very unguessable; against our hash some thousand years of one processor."""

LENGTH_JUDGED: Final = 64
"""The cost grows with the square of the length. What begins strong does not become weaker."""

OWN_LENGTH_MIN: Final = 4
_OWN_WORDS_MAX: Final = 20
_BETWEEN: Final = re.compile(r"[\s.,;:_-]+")
_LISTS: Final = {"ours": "common_passwords.txt", "regional": "regional_words.txt"}
_KEYS: Final = str.maketrans("yzYZšđčćž", "zyZY[]';\\")
"""A key of a QWERTZ keyboard of the region → what is on that key on QWERTY."""


@dataclass(frozen=True)
class Guessed:
    """``guesses`` that it takes about; ``why``: own, known, pattern, date or words."""

    guesses: float
    why: str


def guessed(password: str, own: tuple[str, ...] = ()) -> Guessed:
    """Count the guesses for a password. own: what its account is called."""
    from zxcvbn import matching  # Its lists take 12 MB, and a password is rarely set.

    judged = password[:LENGTH_JUDGED]
    folded = fold(judged)
    joined = fold(_BETWEEN.sub("", judged))
    if any(word in folded.replace(" ", "") for word in _own_words(own)):
        return Guessed(0, "own")
    forms = {judged, folded, joined, judged.casefold().translate(_KEYS)} - {""}
    dictionaries = {**matching.RANKED_DICTIONARIES, **_ours()}
    return min(
        (_counted(form, dictionaries) for form in sorted(forms)), key=lambda one: one.guesses
    )


def _own_words(own: tuple[str, ...]) -> Iterator[str]:
    parts = (part for word in own for part in fold(word).split()[:_OWN_WORDS_MAX])
    return (part for part in parts if len(part) >= OWN_LENGTH_MIN)


def _counted(password: str, dictionaries: Mapping[str, dict[str, int]]) -> Guessed:
    from zxcvbn import matching, scoring

    # Not zxcvbn(): it keeps the words of one account where the threads of others read them.
    found = scoring.most_guessable_match_sequence(
        password, matching.omnimatch(password, dictionaries)
    )
    return Guessed(float(found["guesses"]), _why(found["sequence"]))


def _why(sequence: list[dict[str, Any]]) -> str:
    """What the longest part of it that is known is."""
    known = [one for one in sequence if one["pattern"] != "bruteforce"]
    if not known:
        return "words"
    longest = max(known, key=lambda one: len(one["token"]))
    if longest["pattern"] in ("spatial", "repeat", "sequence"):
        return "pattern"
    if longest["pattern"] in ("date", "regex"):
        return "date"
    whole = len(longest["token"]) * 2 > sum(len(one["token"]) for one in sequence)
    stolen = longest["dictionary_name"] in ("passwords", "ours")
    return "known" if whole and stolen else "words"


@cache
def _ours() -> dict[str, dict[str, int]]:
    """The lists of this folder: a word → its rank, from the most usual."""
    from zxcvbn import matching

    folder = resources.files("shared.access")
    return {
        name: matching.build_ranked_dict(
            [
                fold(word).replace(" ", "")
                for word in folder.joinpath(file).read_text("utf-8").split()
            ]
        )
        for name, file in _LISTS.items()
    }
