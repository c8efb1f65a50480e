"""What a word that was typed may have been meant as: all words that are one typo away.

>>> sorted(one for one in spellings("jovnovic") if one.startswith("jovan"))
['jovanovic']
>>> "dordevic" in spellings("djordjevc"), "ljubica" in spellings("ubica")
(True, True)

A typo is a letter left out, put in, taken for another, or two neighbours in the wrong order. A
letter of Cyrillic may be two of Latin (љ is lj), so those pairs count as one letter too. Words of
other scripts are told apart by their own letters only.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import Final

from shared.language.folding import joined

LENGTH_MIN: Final = 4
"""Letters of a word from which on one may be wrong: shorter ones are like too many others."""

PAIRS: Final = frozenset({"lj", "nj", "dz", "dj"})
_LETTERS: Final = (*ascii_lowercase, *sorted(PAIRS - {"dj"}))


def spellings(word: str) -> frozenset[str]:
    """Every folded word that is one typo away from ``word``, which is spelled (``folding``).

    The word itself is not among them, nor are words shorter than ``LENGTH_MIN``.
    """
    if len(word) < LENGTH_MIN - 1:
        return frozenset()
    letters = dict.fromkeys((*_LETTERS, *word))
    folded = {joined(one) for one in _one_away(word, tuple(letters))}
    return frozenset(one for one in folded if len(one) >= LENGTH_MIN) - {joined(word)}


def _one_away(word: str, letters: tuple[str, ...]) -> Iterator[str]:
    for place in range(len(word) + 1):
        before = word[:place]
        for size in (0, *_sizes(word, place)):
            after = word[place + size :]
            if size:
                yield before + after
            yield from (before + letter + after for letter in letters)
        for size in _sizes(word, place):
            first, rest = word[place : place + size], word[place + size :]
            for other in _sizes(rest, 0):
                yield before + rest[:other] + first + rest[other:]


def _sizes(word: str, place: int) -> tuple[int, ...]:
    """Of how many characters the letter at this place may consist."""
    if place >= len(word):
        return ()
    return (1, 2) if word[place : place + 2] in PAIRS else (1,)
