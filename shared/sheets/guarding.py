"""Text in cells that no spreadsheet program takes for a formula, and how it reads back.

>>> guarded("+38163555123"), unguarded("'+38163555123")
("'+38163555123", '+38163555123')

``unguarded(guarded(text)) == text`` for every text: what already stands guarded is guarded once
more. Which signs begin a formula, seen or unseen: ``shared.spreadsheets``.
"""

from __future__ import annotations

import re
from typing import Final

from shared.spreadsheets import formula_safe

_SIGN: Final = "[=+\\-@＝＋－＠]"
_INSIDE: Final = re.compile(rf"([;\t\r\n|]\s*)(?='*{_SIGN})")
_INSIDE_GUARDED: Final = re.compile(rf"([;\t\r\n|]\s*)'(?='*{_SIGN})")


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever would begin a formula."""
    marked = f"'{text}" if _begins_formula(text.lstrip("'")) else text
    return _INSIDE.sub(r"\1'", marked)


def unguarded(text: str) -> str:
    """The text as it was before it was guarded."""
    plain = _INSIDE_GUARDED.sub(r"\1", text)
    if plain.startswith("'") and _begins_formula(plain.lstrip("'")):
        return plain[1:]
    return plain


def _begins_formula(text: str) -> bool:
    return formula_safe(text)[:1] == "'" and not text.startswith("'")
