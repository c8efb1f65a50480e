"""A text as every phone shows it: at most 160 letters of the GSM 7-bit default alphabet.

>>> plain("Ваш код: 482913. Важи 10 минута.")
'Vas kod: 482913. Vazi 10 minuta.'
>>> plain("Đorđe, ćao – «zdravo»")
'Djordje, cao - "zdravo"'

With one letter outside of that alphabet a text would have room for 70 letters only. Source: 3GPP
TS 23.038, section 6.2.1; letters that its extension table holds count twice and are left out.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from shared.language.scripts import to_latin

LENGTH_MAX: Final = 160

ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

_INSTEAD: Final = str.maketrans(
    {
        "đ": "dj",
        "Đ": "Dj",
        "ł": "l",
        "Ł": "L",
        **dict.fromkeys("–—‐‑‒−", "-"),
        **dict.fromkeys("„“”«»", '"'),
        **dict.fromkeys("‘’‚ʼ`´", "'"),
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "€": "EUR",
    }
)


class TextTooLong(Exception):
    """The words of a message do not fit into one text; they hold nothing of a person."""


def plain(text: str) -> str:
    """``text`` in letters of the alphabet; what has none becomes a question mark."""
    written = to_latin(text).translate(_INSTEAD)
    return "".join(_letter(one) for one in written)


def short(text: str) -> str:
    """``plain``, refused with TextTooLong when it would be two texts."""
    written = plain(text)
    if len(written) > LENGTH_MAX:
        raise TextTooLong(f"{len(written)} letters, where {LENGTH_MAX} fit")
    return written


def _letter(one: str) -> str:
    if one in ALPHABET:
        return one
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", one) if not unicodedata.combining(part)
    )
    return "".join(part if part in ALPHABET else "?" for part in bare)
