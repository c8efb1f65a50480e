"""Compares two tables of the same form in two schemas, without telling what stands in them.

compare(connection, APPLICATIONS, "public", "aside")
->  ["applications: different in 2 rows (status)", "applications: 1 row missing"]
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, Row, Table, select

_EXAMPLES_MAX = 200
_FETCH = 1_000


def compare(connection: Connection, table: Table, live: str, aside: str) -> list[str]:
    """How the rows in ``live`` differ from those in ``aside``, in any order."""
    found = _digests(connection, table, live)
    wanted = _digests(connection, table, aside)
    different = [key for key in found.keys() & wanted.keys() if found[key] != wanted[key]]
    lines = []
    if different:
        columns = _columns(connection, table, (live, aside), set(different[:_EXAMPLES_MAX]))
        lines.append(f"{table.name}: different in {_rows(len(different))} ({', '.join(columns)})")
    if missing := len(wanted.keys() - found.keys()):
        lines.append(f"{table.name}: {_rows(missing)} missing")
    if extra := len(found.keys() - wanted.keys()):
        lines.append(f"{table.name}: {_rows(extra)} too many")
    return lines


def _digests(connection: Connection, table: Table, schema: str) -> dict[bytes, bytes]:
    """Digest of each row's key to digest of the row."""
    found: dict[bytes, bytes] = {}
    for row in _all(connection, table, schema):
        found[_key(table, row)] = _digest(tuple(row))
    return found


def _all(connection: Connection, table: Table, schema: str) -> Any:
    connection.execution_options(schema_translate_map={None: schema})
    return connection.execute(select(table)).yield_per(_FETCH)


def _key(table: Table, row: Row[Any]) -> bytes:
    keys = {column.name for column in table.primary_key.columns}
    return _digest(
        tuple(v for c, v in zip(table.columns, row, strict=True) if c.name in keys or not keys)
    )


def _digest(values: tuple[Any, ...]) -> bytes:
    return hashlib.blake2b(repr(values).encode(), digest_size=16).digest()


def _columns(
    connection: Connection, table: Table, schemas: tuple[str, str], keys: set[bytes]
) -> list[str]:
    """The names of the columns in which the rows of these keys differ."""
    first = {
        k: row for row in _all(connection, table, schemas[0]) if (k := _key(table, row)) in keys
    }
    differing: set[str] = set()
    for row in _all(connection, table, schemas[1]):
        other = first.get(_key(table, row))
        if other is not None:
            differing |= {
                column.name
                for column, one, two in zip(table.columns, row, other, strict=True)
                if one != two
            }
    return sorted(differing)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
