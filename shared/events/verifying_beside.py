"""Verifies what stands beside a log in its database: rows that no walk over the log comes to.

    what_is_beside(rows, "grants", follows=(), sure=True)
    ->  ["event 0192… has no position", "the guard log_no_update is gone: ..."]

A row of ``events`` is in force for whoever reads its stream, whether it has a position or not: each
must have one, from 0 on, or wait for one in ``pending``, where only PostgreSQL has something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from shared.events.verifying_rows import Rows
from shared.events.verifying_signed import printable
from shared.log.watching.trust import ELSEWHERE
from shared.migrations import guards

NAMED_MAX: Final = 20
"""Of rows that are wrong in the same way so many are named."""
_COUNTED: Final = {
    "log": ("position", "'the log'"),
    "inbox": ("position", "source"),
    "log_hashes": ("position", "log"),
    "checkpoints": ("size", "log"),
    "cosignatures": ("size", "log"),
}

_LOST: Final = (
    "select e.event_id from events e where not exists (select 1 from log l "
    "where l.event_id = e.event_id and l.position >= 0)"
)
_NOT_WAITING: Final = " and not exists (select 1 from pending p where p.event_id = e.event_id)"
_WAITING_FOR_NOTHING: Final = (
    "select p.event_id from pending p where not exists "
    "(select 1 from events e where e.event_id = p.event_id)"
)
_UNDER_NOTHING: Final = (
    "select c.log, c.size from cosignatures c where not exists "
    "(select 1 from checkpoints k where k.log = c.log and k.size = c.size)"
)


def what_is_beside(rows: Rows, own: str, follows: Sequence[str], *, sure: bool) -> list[str]:
    """Everything beside the own log that is wrong. ``sure``: the walk over it found nothing."""
    return [
        *_uncounted(rows),
        *_unplaced(rows, sure=sure),
        *_astray(rows, own, follows),
        *_guards(rows),
    ]


def _uncounted(rows: Rows) -> Iterator[str]:
    """Positions and sizes that are no number from 0 on: nobody who counts comes to them."""
    for table, (column, of) in _COUNTED.items():
        for name, value in rows.query(
            f"select {of}, {column} from {table} "  # noqa: S608 (our names)
            f"where {rows.uncounted(column)} limit {NAMED_MAX}"
        ):
            words = f"a row of {printable(name)} whose {column} is {printable(value)}"
            yield f"{table}: {words}: they count from 0"


def _unplaced(rows: Rows, *, sure: bool) -> Iterator[str]:
    """Events without a position, and positions that still wait for one."""
    # One statement sees one state of a database that is at work.
    events, log, waiting, both = rows.query(
        "select (select count(*) from events), (select count(*) from log where position >= 0), "
        "(select count(*) from pending), (select count(*) from pending p "
        "join log l on l.event_id = p.event_id)"
    )[0]
    if both:
        yield f"{both} events have a position and still wait for one"
    if waiting > both and rows.kind == "sqlite":
        yield f"{waiting - both} rows of pending: on SQLite no event waits for its position"
    if events != log + waiting - both:
        yield f"{events} events stand beside {log} positions"
    elif sure:
        # Each position has an event of its own, as the walk saw: none is left over.
        return
    for row in rows.query(_LOST if rows.kind == "sqlite" else _LOST + _NOT_WAITING)[:NAMED_MAX]:
        yield f"event {printable(row[0])} has no position"
    for row in rows.query(_WAITING_FOR_NOTHING)[:NAMED_MAX]:
        yield f"event {printable(row[0])} waits for a position and is not there"


def _astray(rows: Rows, own: str, follows: Sequence[str]) -> Iterator[str]:
    """What was signed of logs that have nothing to do with this database."""
    known = {own, *follows, *names(rows, "inbox", "source"), *names(rows, "cursors", "source")}
    for table in ("log_hashes", "checkpoints", "cosignatures"):
        for name in names(rows, table, "log"):
            if name not in known and not str(name).startswith(ELSEWHERE):
                yield f"{table}: rows of a log {printable(name)} that is not followed here"
    for name, size in rows.query(_UNDER_NOTHING)[:NAMED_MAX]:
        words = f"a cosignature of {printable(name)} of size {printable(size)}"
        yield f"{words}: its checkpoint is gone"


def names(rows: Rows, table: str, column: str) -> list[Any]:
    """The different values of the first column of a key, without reading every row."""
    least = f"select min({column}) from {table}"  # noqa: S608 (our names)
    found = rows.query(
        f"with recursive names(name) as ({least} union all "  # noqa: S608 (our names)
        f"select ({least} where {column} > names.name) from names where names.name is not null) "
        "select name from names where name is not null limit 1000"
    )
    return [row[0] for row in found]


def _guards(rows: Rows) -> Iterator[str]:
    """Each is in force and as the migrations make it: one of its name may refuse nothing."""
    wanted = guards.on_sqlite() if rows.kind == "sqlite" else guards.on_postgresql()
    there = rows.guards()
    for (table, name), definition in wanted.items():
        found = there.get((table, name))
        if found != definition:
            words = "gone" if found is None else "another than it was made"
            yield f"the guard {name} is {words}: rows of {table} could be changed"
