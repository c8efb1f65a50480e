"""Which bit of which status list belongs to a certificate's version, without telling its number.

>>> place_of(bytes(32), "RS-2026-000123", 1).list
'RS-2026-1-1'

A list has 131,072 bits: 8,192 numbers of a country and year, 16 versions of each. Within a list the
places are shuffled by a permutation that only the installation's key knows (a Feistel network of
HMACs, walked until it falls inside), so that the bits that are set tell neither which numbers they
are of nor which are neighbours. Nothing is kept: number and version give the same place for ever,
also after every table was rebuilt, and no two give the same.

Source: W3C *Bitstring Status List v1.0* (131,072 bits at least); Black and Rogaway, *Ciphers with
Arbitrary Finite Domains*, 2002 (cycle walking).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LIST_BITS: Final = 131_072
VERSIONS: Final = 16
NUMBERS: Final = LIST_BITS // VERSIONS

_HALF_BITS: Final = 9
_HALF: Final = 1 << _HALF_BITS
_ROUNDS: Final = 8
_LISTS_KEPT: Final = 64
_NUMBER: Final = re.compile(r"([A-Z]{2}-[0-9]{4})-([0-9]{6})")
_LIST: Final = re.compile(r"([A-Z]{2}-[0-9]{4})-([1-9][0-9]{0,2})-([1-4])")


@dataclass(frozen=True)
class Place:
    """A bit: in the list of this name, at this place from the left."""

    list: str
    index: int


@dataclass(frozen=True)
class Range:
    """What a list is about: certificates from ``first`` to ``last``, versions from ``version``."""

    first: str
    last: str
    version: int


def place_of(key: bytes, number: str, version: int) -> Place:
    """The place of a version of a certificate. Raises ValueError for what is no number of ours."""
    found = _NUMBER.fullmatch(number)
    if found is None or version < 1:
        raise ValueError("this is no certificate's number and version")
    sequence = int(found.group(2)) - 1
    block, own = divmod(sequence, NUMBERS)
    versions, which = divmod(version - 1, VERSIONS)
    name = f"{found.group(1)}-{block + 1}-{versions + 1}"
    return Place(name, shuffled(key, name, own * VERSIONS + which))


def range_of(name: str) -> Range | None:
    """What a list of this name is about; None when no list has the name.

    >>> range_of("RS-2026-2-1")
    Range(first='RS-2026-008193', last='RS-2026-016384', version=1)
    """
    found = _LIST.fullmatch(name)
    if found is None:
        return None
    series, block, versions = found.group(1), int(found.group(2)) - 1, int(found.group(3)) - 1
    first = block * NUMBERS + 1
    last = min(first + NUMBERS - 1, 999_999)
    if first > last:
        return None
    return Range(f"{series}-{first:06d}", f"{series}-{last:06d}", versions * VERSIONS + 1)


def shuffled(key: bytes, name: str, place: int) -> int:
    """Another place below LIST_BITS for each, by the key and the list's name."""
    tables, found = _tables(key, name), place
    while True:
        left, right = divmod(found, _HALF)
        for table in tables:
            left, right = right, left ^ table[right]
        found = left * _HALF + right
        if found < LIST_BITS:
            return found


@lru_cache(maxsize=_LISTS_KEPT)
def _tables(key: bytes, name: str) -> tuple[tuple[int, ...], ...]:
    """What each round of the network adds to the other half, for every half."""
    return tuple(
        tuple(_mixed(key, f"{name}\0{number}\0{half}") for half in range(_HALF))
        for number in range(_ROUNDS)
    )


def _mixed(key: bytes, message: str) -> int:
    return int.from_bytes(hmac.digest(key, message.encode(), "sha256")[:2], "big") % _HALF
