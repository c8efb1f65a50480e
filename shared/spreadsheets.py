"""Cells of files that people open in a spreadsheet program.

>>> formula_safe("=1+1")
"'=1+1"
>>> formula_safe("RS-2026-000001")
'RS-2026-000001'
"""

from __future__ import annotations

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def formula_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before its first sign.

    Source: OWASP, "CSV Injection". Quoting of commas and quotes is the CSV writer's. Space and
    control signs before a formula do not hide it, since some programs strip them.
    """
    shown = text.lstrip(" \u00a0\ufeff\x00")
    return f"'{text}" if shown.startswith(_FORMULA_STARTS) else text
