"""Reads of streams and log with the driver's own statements: binary on PostgreSQL, prepared.

    of_stream(connection, "boat/b1", 0)     ->  [("org.zanat.trainings.boat.launched.v1", b"{...")]
    of_log(connection, 0, 1000)             ->  [(0, b"{..."), (1, b"{..."), ...]

What they read belongs to the connection's transaction as every other statement of it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

from shared.database import named

READ_BATCH: Final = 2_000

_STREAM: Final = (
    "select type, envelope from events where stream = {} and version > {} order by version"
)
_LOG: Final = (
    "select l.position, e.envelope from log l join events e on e.event_id = l.event_id"
    " where l.position >= {} and l.position < {} order by l.position"
)


def of_stream(connection: Connection, stream: str, version: int) -> list[tuple[str, bytes]]:
    """(type, envelope bytes) of a stream's events after a version, in order."""
    return _rows(connection, _STREAM, (stream, version))


def of_log(connection: Connection, start: int, limit: int) -> list[tuple[int, bytes]]:
    """(position, envelope bytes) of up to ``limit`` entries from a position on."""
    return _rows(connection, _LOG, (start, start + limit))


def whole_log(connection: Connection, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every (position, envelope bytes) from a position on, in order, a batch in memory."""
    while batch := of_log(connection, start, READ_BATCH):
        yield from batch
        start = batch[-1][0] + 1


def _rows(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[Any]:
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.driver_connection
    dialect = connection.engine.dialect
    try:
        if dialect.name == "sqlite":
            found = driver.execute(statement.format("?", "?"), values)
        else:
            found = driver.execute(statement.format("%s", "%s"), values, prepare=True, binary=True)
        rows: list[Any] = found.fetchall()
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise named(dialect, statement, error, lost=lost) from error
    return rows
