"""``{placeholders}`` in messages: found, compared, and filled without running anything.

>>> fill("The call closed on {day}, {who}.", {"day": "15. 3. 2011."})
'The call closed on 15. 3. 2011., {who}.'

Only plain names are placeholders: ``str.format`` would also follow ``{fact.__class__}``, and a
translation must not be able to reach into objects. ``{{`` and ``}}`` stand for single braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PIECE: Final = re.compile(r"\{\{|\}\}|\{(?P<name>[a-z][a-z0-9_]*)\}")
_BRACE: Final = re.compile(r"[{}]")


def fill(text: str, facts: Mapping[str, str]) -> str:
    """``text`` with its placeholders replaced; one without a fact stays visible as it is."""

    def replacement(piece: re.Match[str]) -> str:
        name = piece["name"]
        if name is None:
            return piece.group()[0]
        return facts.get(name, piece.group())

    return _PIECE.sub(replacement, text)


def placeholders(text: str) -> frozenset[str]:
    """Names of the placeholders in ``text``."""
    return frozenset(piece["name"] for piece in _PIECE.finditer(text) if piece["name"])


def stray_braces(text: str) -> bool:
    """Whether ``text`` has a brace outside of placeholders, as in ``{}``, ``{a.b}``, ``{Name}``."""
    return _BRACE.search(_PIECE.sub("", text)) is not None
