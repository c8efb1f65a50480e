"""One-dimensional arrays in PostgreSQL's binary form, packed with few steps an element.

    texts(["a", "b"])  ->  Packed: what a parameter of type text[] is on the wire

The form is that of ``array_send`` in the server: dimensions, whether there are nulls, the element's
type; then length and lower bound; then each element with its length before it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER: Final = struct.Struct("!iiiii").pack
_LENGTH: Final = struct.Struct("!i").pack
_INTEGER: Final = struct.Struct("!ii").pack
_BIG: Final = struct.Struct("!iq").pack
_BOOL, _BYTEA, _INT8, _INT4, _TEXT = 16, 17, 20, 23, 25
_EMPTY: Final = struct.Struct("!iii").pack
_TRUE, _FALSE = b"\x00\x00\x00\x01\x01", b"\x00\x00\x00\x01\x00"


class Packed(bytes):
    """An array as the server reads it; psycopg passes it on as it is."""

    __slots__ = ()


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> Any:
        return obj


adapters.register_dumper(Packed, _PackedDumper)


def texts(values: Sequence[str]) -> Packed:
    """text[]."""
    return blobs([value.encode() for value in values], _TEXT)


def blobs(values: Sequence[bytes], of: int = _BYTEA) -> Packed:
    """bytea[], or an array of another type whose elements are bytes on the wire."""
    return _packed(of, len(values), (part for v in values for part in (_LENGTH(len(v)), v)))


def integers(values: Sequence[int]) -> Packed:
    """integer[]."""
    return _packed(_INT4, len(values), [_INTEGER(4, value) for value in values])


def bigs(values: Sequence[int]) -> Packed:
    """bigint[]."""
    return _packed(_INT8, len(values), [_BIG(8, value) for value in values])


def booleans(values: Sequence[bool]) -> Packed:
    """boolean[]."""
    return _packed(_BOOL, len(values), [_TRUE if value else _FALSE for value in values])


def unpack_integers(raw: bytes | None) -> list[int]:
    """What an integer[] without nulls holds; nothing for null."""
    if raw is None:
        return []
    if len(raw) <= 12:
        return []
    (count,) = struct.unpack_from("!i", raw, 12)
    return [struct.unpack_from("!i", raw, 24 + 8 * n)[0] for n in range(count)]


def _packed(of: int, count: int, parts: Iterable[bytes]) -> Packed:
    if not count:
        return Packed(_EMPTY(0, 0, of))
    return Packed(b"".join((_HEADER(1, 0, of, count, 1), *parts)))
