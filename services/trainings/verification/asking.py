"""What somebody typed, pasted or scanned: the number and the code that are in it.

>>> asked("RS-2026-000123", "A1B2-C3D4-E5F6")
Asked(number='RS-2026-000123', code='a1b2c3d4e5f6')
>>> asked("", "", "Потврда бр. РС 2026 000123\\nКод: a1b2 c3d4 e5f6")
Asked(number='RS-2026-000123', code='a1b2c3d4e5f6')
>>> asked("https://zanat.example/trainings/check/RS-2026-000123#a1b2c3d4e5f6", "")
Asked(number='RS-2026-000123', code='a1b2c3d4e5f6')
>>> asked("123", "")
Asked(number='', code='')

People write a dash as they like, the letters in Cyrillic, and paste the whole document into one
field. What is not there stays empty; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from shared.language.scripts import to_latin

TEXT_LENGTH_MAX: Final = 5_000

_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_NUMBER: Final = re.compile(
    r"(?<![A-Z0-9])([A-Z]{2})[\s-]{0,3}([0-9]{4})[\s-]{0,3}([0-9]{6})(?![0-9])"
)
_CODE: Final = re.compile(
    r"(?<![0-9A-F])([0-9A-F]{4})[\s-]?([0-9A-F]{4})[\s-]?([0-9A-F]{4})(?![0-9A-F])"
)
_BETWEEN: Final = re.compile(r"[\s-]+")
_TYPED_CODE: Final = re.compile(r"[0-9A-Z]{4,60}")


@dataclass(frozen=True)
class Asked:
    """Which certificate is asked about; empty where nothing of the kind was given."""

    number: str
    code: str


def asked(number: str, code: str, text: str = "") -> Asked:
    """Read the fields of the form. ``text``: all that is printed, in one field."""
    fields = [_plain(one) for one in (number, code, text)]
    found = ""
    rest: list[str] = []
    for one in fields:
        match = _NUMBER.search(one)
        if match is not None and not found:
            found = "-".join(match.groups())
        rest.append(_NUMBER.sub(" ", one))
    return Asked(found, _code(rest))


def _code(fields: list[str]) -> str:
    _, typed, _ = fields
    own, joined = _codes([typed]), _BETWEEN.sub("", typed)
    if not own and _TYPED_CODE.fullmatch(joined):
        return joined.lower()
    found = own or _codes(fields)
    # A telephone number may look like a code; a code without a letter is one in three hundred.
    lettered = [one for one in found if not one.isdigit()]
    return (lettered or found or [""])[0]


def _codes(fields: list[str]) -> list[str]:
    return ["".join(match.groups()).lower() for one in fields for match in _CODE.finditer(one)]


def _plain(text: str) -> str:
    """In Latin capitals, every dash the same, no letters that look like others."""
    shortened = unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX])
    return _DASHES.sub("-", to_latin(shortened)).upper()
