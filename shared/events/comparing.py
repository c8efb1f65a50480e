"""Compares two tables of the same form in two schemas, without telling what stands in them.

    compare(connection, APPLICATIONS, "public", "aside")
    ->  ["applications: different in 2 rows (status)", "applications: 1 row missing"]

The database compares, so that rows by the million need no memory here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    cast,
    func,
    or_,
    select,
)


def compare(connection: Connection, table: Table, live: str, aside: str) -> list[str]:
    """How the rows in ``live`` differ from those in ``aside``, in any order."""
    found = table.to_metadata(MetaData(), schema=live)
    wanted = table.to_metadata(MetaData(), schema=aside)
    lines = []
    counts = connection.execute(_both(found, wanted)).mappings().one()
    if counts["rows_differ"]:
        names = sorted(c.name for c in table.columns if counts[f"differ_{c.name}"])
        lines.append(
            f"{table.name}: different in {_rows(counts['rows_differ'])} ({', '.join(names)})"
        )
    if missing := connection.execute(_only(wanted, found)).scalar_one():
        lines.append(f"{table.name}: {_rows(missing)} missing")
    if extra := connection.execute(_only(found, wanted)).scalar_one():
        lines.append(f"{table.name}: {_rows(extra)} too many")
    return lines


def _same(one: Table, other: Table) -> ColumnElement[bool]:
    """The same row: by primary key, where there is none by all that it says."""
    keys = list(one.primary_key.columns) or list(one.columns)
    return and_(*(column == other.c[column.name] for column in keys))


def _both(found: Table, wanted: Table) -> Select[Any]:
    """Of rows in both: how many differ, and how many in each column."""
    differ = {c.name: c.is_distinct_from(wanted.c[c.name]) for c in found.columns}
    counts: list[ColumnElement[Any]] = [
        _count(or_(*differ.values())).label("rows_differ"),
        *(_count(one).label(f"differ_{name}") for name, one in differ.items()),
    ]
    return select(*counts).select_from(found.join(wanted, _same(found, wanted)))


def _only(there: Table, elsewhere: Table) -> Select[Any]:
    """How many rows stand in the first alone."""
    other = select(1).select_from(elsewhere).where(_same(there, elsewhere)).correlate(there)
    return select(func.count()).select_from(there).where(~other.exists())


def _count(true: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(true, Integer)), 0)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
