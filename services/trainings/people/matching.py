"""Whether the words of a name answer the words that were typed, each by its beginning.

>>> matches(["jovan", "jovanovic"], [("jovan",), ("jovan",)])
True
>>> matches(["jovanovic", "marko"], [("jovan",), ("jovanovic",)])
False
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

Prefixes: TypeAlias = tuple[str, ...]
"""The ways in which one typed word may begin a word of the name, sorted."""


def matches(names: Sequence[str], typed: Sequence[Prefixes]) -> bool:
    """Whether every typed word begins a word of the name of its own."""
    if len(typed) > len(names):
        return False
    if len(typed) == 1:
        return any(name.startswith(typed[0]) for name in names)
    fitting = [[place for place, name in enumerate(names) if name.startswith(one)] for one in typed]
    if not all(fitting):
        return False
    taken: dict[int, int] = {}
    return all(_seat(one, fitting, taken, set()) for one in range(len(typed)))


def _seat(
    one: int, fitting: Sequence[Sequence[int]], taken: dict[int, int], seen: set[int]
) -> bool:
    """Give a typed word a word of the name, moving others where they have another to go to."""
    for place in fitting[one]:
        if place in seen:
            continue
        seen.add(place)
        if place not in taken or _seat(taken[place], fitting, taken, seen):
            taken[place] = one
            return True
    return False


def first_word(names: Sequence[str], prefixes: Prefixes) -> str | None:
    """The first in the alphabet of the words that begin so."""
    return min((name for name in names if name.startswith(prefixes)), default=None)


def shortest(prefixes: Collection[str]) -> Prefixes:
    """The beginnings without those that another one begins, sorted.

    >>> shortest({"jovan", "jovanovic", "ivan"})
    ('ivan', 'jovan')
    """
    kept: list[str] = []
    for one in sorted(prefixes):
        if not (kept and one.startswith(kept[-1])):
            kept.append(one)
    return tuple(kept)
