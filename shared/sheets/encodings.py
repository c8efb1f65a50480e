"""In which encoding a text file was written, by the letters of Serbian and Bosnian in it.

>>> guessed("Đorđe Šćepanović, čačanska žetva".encode("windows-1250")).encoding
'windows-1250'
>>> guessed("Ђорђе Шћепановић".encode("windows-1251")).encoding
'windows-1251'

UTF-8 and UTF-16 show by themselves. Of the old encodings that one is taken in which words are made
of letters that the languages have, and not of two alphabets at once. Which it was is told, so that
the person can say another.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

ENCODINGS: Final = ("utf-8", "utf-16", "windows-1250", "windows-1251", "iso-8859-2")
"""What can be asked for."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 2 * 1024 * 1024
_PIECE_BYTES: Final = 1024 * 1024
_BROKEN_SHARE_MAX: Final = 0.1
_WORD: Final = re.compile(r"[^\W\d_]+|[\x80-\x9f\ufffd]")
_LATIN: Final = frozenset("čćžšđČĆŽŠĐ")
_CYRILLIC: Final = frozenset("абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ")
_OLD: Final = ("windows-1250", "iso-8859-2", "windows-1251")


@dataclass(frozen=True)
class Guess:
    """encoding: as Python names it. certain: it shows by itself. broken: some bytes fit not."""

    encoding: str
    certain: bool
    broken: bool = False


def guessed(content: bytes) -> Guess:
    """The encoding of a text file; never fails, since windows-1250 is what remains."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Guess(encoding, certain=True)
    if wide := _wide(content[:4096]):
        return Guess(wide, certain=True)
    good, broken = _as_utf8(content)
    if not broken:
        return Guess("utf-8", certain=True)
    if broken <= good * _BROKEN_SHARE_MAX:
        return Guess("utf-8", certain=False, broken=True)
    sample = content[:_SAMPLE_BYTES]
    # Of equals the first, which is what spreadsheet programs write here.
    best = max(_OLD, key=lambda encoding: _worth(sample.decode(encoding, "replace")))
    return Guess(best, certain=False)


def _wide(beginning: bytes) -> str:
    """UTF-16 without a mark: every second byte of Latin text is zero."""
    if len(beginning) < 8:
        return ""
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    half = len(beginning) // 2
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return ""


def _as_utf8(content: bytes) -> tuple[int, int]:
    """How many letters beyond ASCII are well-formed UTF-8, and how many bytes are not."""
    good = broken = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for start in range(0, len(content), _PIECE_BYTES):
        piece = content[start : start + _PIECE_BYTES]
        text = decoder.decode(piece, final=start + _PIECE_BYTES >= len(content))
        if not text.isascii():
            lost = text.count("\ufffd")
            broken += lost
            good += sum(map("".__ne__, re.findall(r"[^\x00-\x7f\ufffd]", text)))
    return good, broken


def _worth(text: str) -> int:
    """Words that the languages could have, less twice those that they could not."""
    worth = 0
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        letters = [letter for letter in word if not letter.isascii()]
        latin = all(letter in _LATIN for letter in letters)
        cyrillic = all(letter in _CYRILLIC for letter in word)
        few = len(letters) <= max(1, len(word) * 0.6)
        worth += 1 if cyrillic or (latin and few) else -2
    return worth
