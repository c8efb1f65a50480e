"""A message's facts as one sealed text: what its words are filled with.

>>> pack({"number": "RS-2026-000001", "day": date(2026, 3, 1)})
'{"day":["day","2026-03-01"],"number":["text","RS-2026-000001"]}'
>>> unpack(pack({"amount": Money(minor=100, currency="BAM")}))
{'amount': Money(minor=100, currency='BAM')}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import msgspec

from shared.money import Money

Fact: TypeAlias = str | int | date | datetime | Money

NOTHING: Final = "{}"
"""No facts at all."""

_ENCODER = msgspec.json.Encoder(order="sorted")


def pack(facts: Mapping[str, Fact]) -> str:
    """Facts as JSON text."""
    return _ENCODER.encode({name: _packed(fact) for name, fact in facts.items()}).decode()


def unpack(text: str) -> dict[str, Fact]:
    """The facts in a text that ``pack`` made."""
    return {name: _unpacked(pair) for name, pair in msgspec.json.decode(text).items()}


def joined(*texts: str | None) -> str | None:
    """Texts that ``pack`` made as one; None when one of them was erased.

    >>> joined('{"number":["number",1]}', '{"note":["text","x"]}')
    '{"note":["text","x"],"number":["number",1]}'
    """
    found: dict[str, Any] = {}
    for text in texts:
        if text is None:
            return None
        found |= msgspec.json.decode(text)
    return _ENCODER.encode(found).decode()


def _packed(fact: Fact) -> list[Any]:
    match fact:
        case Money():
            return ["money", fact.minor, fact.currency]
        case datetime():
            return ["moment", fact.isoformat()]
        case date():
            return ["day", fact.isoformat()]
        case int():
            return ["number", fact]
        case _:
            return ["text", fact]


def _unpacked(pair: list[Any]) -> Fact:
    match pair:
        case ["money", int(minor), str(currency)]:
            return Money(minor, currency)
        case ["moment", str(text)]:
            return datetime.fromisoformat(text)
        case ["day", str(text)]:
            return date.fromisoformat(text)
        case ["number", int(number)]:
            return number
        case ["text", str(text)]:
            return text
    raise ValueError("a fact of no known kind")
