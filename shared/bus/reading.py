"""What the relay reads and keeps on one held connection: the log's entries, and its own cursor.

    with LogReader.open(service) as log:
        for position, type_name, raw in log.entries(start=0, limit=400): ...
        log.keep(399)

On PostgreSQL a binary cursor of the driver reads. The cursor is kept without waiting for the disk:
a crash sends a window twice, and whoever follows drops what he has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from sqlalchemy import select

from shared.database import Database
from shared.events.tables import CURSORS, EVENTS, LOG
from shared.log.sequencer import Entry

RELAY_CURSOR: Final = "relay"

_ENTRIES: Final = (
    "select l.position, e.type, e.envelope from log l join events e on e.event_id = l.event_id"
    " where l.position >= %s and l.position < %s order by l.position"
)
_KEEP: Final = (
    "insert into cursors (source, position) values (%s, %s)"
    " on conflict (source) do update set position = excluded.position"
)


class LogReader(Protocol):
    """A log as the relay reads it."""

    def entries(self, *, start: int, limit: int) -> list[Entry]:
        """From a position on; (position, type, envelope bytes)."""
        ...

    def keep(self, position: int) -> None:
        """Write down that all up to there was confirmed."""
        ...


class _OnPostgreSQL:
    def __init__(self, connection: Any) -> None:
        self._cursor = connection.cursor(binary=True)

    def entries(self, *, start: int, limit: int) -> list[Entry]:
        found: list[Entry] = self._cursor.execute(_ENTRIES, (start, start + limit)).fetchall()
        return found

    def keep(self, position: int) -> None:
        self._cursor.execute(_KEEP, (RELAY_CURSOR, position))


class _OnSqlite:
    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, *, start: int, limit: int) -> list[Entry]:
        these = (
            select(LOG.c.position, EVENTS.c.type, EVENTS.c.envelope)
            .join(EVENTS, EVENTS.c.event_id == LOG.c.event_id)
            .where(LOG.c.position >= start, LOG.c.position < start + limit)
            .order_by(LOG.c.position)
        )
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(these)]

    def keep(self, position: int) -> None:
        write_cursor(self._database, RELAY_CURSOR, position)


@contextmanager
def reading_log(database: Database) -> Iterator[LogReader]:
    """A reader for one thread; on PostgreSQL it holds a connection."""
    if database.is_sqlite:
        yield _OnSqlite(database)
        return
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.exec_driver_sql("set synchronous_commit = off")
            yield _OnPostgreSQL(connection.connection.driver_connection)
        finally:
            # A pooled connection must not keep what was set.
            connection.invalidate()


def read_cursor(database: Database, source: str) -> int:
    """The last position handled; -1 before the first."""
    with database.reading() as connection:
        found = connection.execute(
            select(CURSORS.c.position).where(CURSORS.c.source == source)
        ).scalar()
    return -1 if found is None else int(found)


def write_cursor(database: Database, source: str, position: int) -> None:
    """Keep a cursor in a transaction of its own."""
    with database.writing() as connection:
        changed = connection.execute(
            CURSORS.update().where(CURSORS.c.source == source).values(position=position)
        )
        if changed.rowcount == 0:
            connection.execute(CURSORS.insert().values(source=source, position=position))
