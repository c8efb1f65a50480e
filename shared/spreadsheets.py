"""Cells of files that people open in a spreadsheet program.

>>> formula_safe("=1+1")
"'=1+1"
>>> formula_safe("RS-2026-000001")
'RS-2026-000001'
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_NEXT_CELL: Final = re.compile(r"([;\t\r\n|]\s*)(?=[=+\-@＝＋－＠])")


def formula_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before its first sign.

    Source: OWASP, "CSV Injection". Quoting of commas and quotes is the CSV writer's. Signs that
    nobody sees do not hide a formula behind them, since some programs strip them; and where a
    program splits lines at semicolons or tabs instead, the cell that then begins is safe as well.
    """
    text = _NEXT_CELL.sub(r"\1'", text)
    for letter in text:
        if letter in _FORMULA_STARTS:
            return f"'{text}"
        if unicodedata.category(letter) not in _UNSEEN:
            break
    return text
