"""Folding for search and for likely duplicates: script, case, diacritics, spaces, punctuation.

>>> {fold(name) for name in ("Đorđević", "Djordjević", "Ђорђевић", "DORĐEVIĆ", "Dordevic")}
{'dordevic'}
>>> fold("  Љиљана—Ana  Čović ")
'ljiljana ana covic'

The result is for comparing only; it never replaces what a person wrote. It holds letters, digits
and single spaces, so it can stand in a ``LIKE`` pattern without escaping.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.language.scripts import CYRILLIC_TO_LATIN

_LETTERS: Final = str.maketrans(
    {letter: unicodedata.normalize("NFD", latin)[:1] for letter, latin in CYRILLIC_TO_LATIN.items()}
    | {"љ": "lj", "њ": "nj", "џ": "dz", "ђ": "d"}
    # Cyrillic of the neighbours, for names that come from there.
    | {"ѕ": "dz", "ы": "y", "э": "e", "ю": "ju", "я": "ja", "щ": "sc", "ь": "", "ъ": ""}
    | {"і": "i", "є": "je", "ґ": "g"}
    # Latin letters that no decomposition takes apart. Eth and the African d look like đ.
    | {"đ": "d", "ð": "d", "ɖ": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"}
    | {"ı": "i"}
)

_DJ: Final = re.compile("dj+")
_REMEMBERED: Final = 0x2500
"""Letters of Europe, punctuation and signs are before it."""
_APOSTROPHES: Final = frozenset("'’‘ʼ`´")


def fold(text: str) -> str:
    """What ``text`` is compared by: ć = č = c, š = s, ž = z, đ = dj = d, Cyrillic = Latin.

    Marks and apostrophes vanish, other punctuation separates words. fold(fold(x)) == fold(x).
    Source: domain rules on scripts and languages.
    """
    return joined(spelled(text))


def spelled(text: str) -> str:
    """``text`` folded but for ``dj``, which stands as it was typed: what a typo happens to.

    >>> spelled("Djordjević"), spelled("Đorđević")
    ('djordjevic', 'dordevic')
    """
    return " ".join(text.translate(_SPELLED).split())


def joined(letters: str) -> str:
    """Spelled letters with ``dj`` as the one letter that it stands for."""
    return _DJ.sub("d", letters)


def same_name(first: str, second: str) -> bool:
    """Whether two names are equal but for script, case, diacritics, spaces and punctuation.

    Two empty names are not the same name.
    """
    folded = fold(first)
    return folded != "" and folded == fold(second)


class _Spelled(dict[int, str]):
    """Character → its letters, a space, or nothing; those of names here are looked at once."""

    def __missing__(self, code: int) -> str:
        """No character's letters depend on those beside it: marks, whose order does, vanish."""
        character = chr(code)
        small = _without_marks(_without_marks(character).casefold()).translate(_LETTERS)
        # Some apostrophes appear only when a letter is taken apart (ŉ), others vanish then (´).
        found = "" if character in _APOSTROPHES else "".join(map(_letter, small))
        if code < _REMEMBERED:
            self[code] = found
        return found


def _letter(character: str) -> str:
    if character in _APOSTROPHES:
        return ""
    return character if character.isalnum() else " "


def _without_marks(text: str) -> str:
    """Compatibility decomposition without combining marks and invisible format characters."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character)[0] != "M" and unicodedata.category(character) != "Cf"
    )


_SPELLED: Final = _Spelled()
