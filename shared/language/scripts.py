"""Serbian in its two scripts: Cyrillic to Latin is safe, Latin to Cyrillic needs care.

>>> to_latin("Љубица Џинић, КРАЉ")
'Ljubica Džinić, KRALJ'
>>> to_cyrillic("Injekcija je plaćena, {name}: https://zanat.example/dinar")
'Инјекција је плаћена, {name}: https://zanat.example/dinar'

Placeholders, HTML, addresses, codes such as ``RS-2026-000123`` and words that are not Serbian
(those with q, w, x, y, and a few abbreviations) keep their script.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CYRILLIC_TO_LATIN: Final[dict[str, str]] = dict(
    zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True),
    љ="lj",
    њ="nj",
    џ="dž",
)
"""Small letters. Source: the Serbian alphabets of the Law on the Official Use of Language."""

_LATIN_TO_CYRILLIC: Final = {latin: letter for letter, latin in CYRILLIC_TO_LATIN.items()} | {
    "ǆ": "џ",
    "ǉ": "љ",
    "ǌ": "њ",
}
_DIGRAPHS: Final = frozenset(latin for latin in CYRILLIC_TO_LATIN.values() if len(latin) == 2)
_SERBIAN: Final = frozenset("".join(_LATIN_TO_CYRILLIC))

_SPLIT_STEMS: Final = (
    *("in|jekc", "^in|jek", "in|junk", "kon|junk", "kon|jug", "kon|jekt", "^an|jon", "^en|jam"),
    *("^tan|jug", "van|jezi", "van|jezgr"),
    *("nad|živ", "^nad|žet", "^nad|žnj", "^nad|žup", "^nad|žanr", "^nad|žbun", "^nad|ždr"),
    *("^pod|ž", "^pred|ž", "^od|žal", "^od|živ", "^od|žva", "^od|žde"),
)
"""Stems whose bar stands between two letters that elsewhere are one; ^ is the word's start.

Only the stem is listed, so that every form of the word is met; nadžak and odžak stay whole.
"""

_SPLITS: Final = tuple(
    (re.compile(stem.replace("|", "")), stem.lstrip("^").index("|") - 1) for stem in _SPLIT_STEMS
)

_KEPT_WORDS: Final = frozenset(
    {
        *("API", "BAM", "CSV", "EUR", "HTML", "IBAN", "ISO", "JSON", "NOK", "PDF", "RSD", "SEPA"),
        *("BA", "RS", "TOTP", "URL", "UUID"),
        *("GIF", "HEIC", "JPEG", "KB", "MB", "PNG", "SVG", "TIFF"),
        *("Authorization", "Bearer"),
    }
)
"""Codes and names that Serbian Cyrillic texts also print in Latin."""

_ROMAN_NUMBER: Final = re.compile(r"V|(?=..)X{0,3}(?:IX|IV|V?I{0,3})")
_WORD: Final = re.compile(r"[^\W\d_]+")
_PROTECTED: Final = re.compile(
    r"""
      <(?P<verbatim>code|kbd|pre)\b[^<>]*>.*?</(?P=verbatim)\s*>
    | </?[a-zA-Z][^<>]*>
    | &(?:[a-zA-Z]+|\#\d+|\#x[0-9a-fA-F]+);
    | \{[^{}]*\}
    | %\([^()]*\)[a-z] | %[sd]\b
    | \b(?:https?|ftp|mailto|tel):[^\s<>"]+
    | \bwww\.[^\s<>"]+
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | (?<![\w.-])(?:[a-z0-9-]+\.)+(?:ba|com|eu|example|info|net|org|rs|test)\b(?:/[^\s<>"]*)?
    | \b[A-Z]{2,}-[A-Z\d][\w-]*
    | \b[A-Z]-[0-9A-F]{4,}\b
    | \b[A-Z][a-z]+/[A-Z]\w+
    | \b\w+\.(?:csv|json|pdf)\b
    | \b[a-z]+_[a-z_]+\b
    """,
    re.VERBOSE | re.DOTALL,
)


def to_latin(text: str) -> str:
    """``text`` with Serbian Cyrillic letters in Latin; everything else unchanged.

    Љ, Њ and Џ become LJ, NJ, DŽ among capitals and Lj, Nj, Dž before a small letter.
    """
    return "".join(_latin_of(text, place) for place in range(len(text)))


def _latin_of(text: str, place: int) -> str:
    letter = text[place]
    latin = CYRILLIC_TO_LATIN.get(letter.lower())
    if latin is None:
        return letter
    if letter.islower():
        return latin
    if len(latin) == 1:
        return latin.upper()
    after = text[place + 1 : place + 2]
    before = text[max(place - 1, 0) : place]
    neighbour = after if after.isalpha() else before
    return latin.upper() if neighbour.isupper() else latin.capitalize()


def to_cyrillic(text: str) -> str:
    """``text`` with Serbian Latin words in Cyrillic; see the module for what is left alone."""
    parts: list[str] = []
    end = 0
    for protected in _PROTECTED.finditer(text):
        parts.append(_plain_to_cyrillic(text[end : protected.start()]))
        parts.append(protected.group())
        end = protected.end()
    parts.append(_plain_to_cyrillic(text[end:]))
    return "".join(parts)


def _plain_to_cyrillic(text: str) -> str:
    # A letter and its caron may come as two characters; the table knows them as one.
    composed = unicodedata.normalize("NFC", text)
    return _WORD.sub(lambda word: _word_to_cyrillic(word.group()), composed)


def _word_to_cyrillic(word: str) -> str:
    small = word.lower()
    if word in _KEPT_WORDS or _ROMAN_NUMBER.fullmatch(word) or not _SERBIAN.issuperset(small):
        return word
    split = {found.start() + offset for stem, offset in _SPLITS for found in stem.finditer(small)}
    letters: list[str] = []
    place = 0
    while place < len(word):
        pair = word[place : place + 2]
        # "lJ" is no letter: somebody joined two words.
        whole = small[place : place + 2] in _DIGRAPHS and not (
            pair[0].islower() and pair[1].isupper()
        )
        width = 2 if whole and place not in split else 1
        letter = _LATIN_TO_CYRILLIC[small[place : place + width]]
        letters.append(letter if word[place].islower() else letter.upper())
        place += width
    return "".join(letters)
