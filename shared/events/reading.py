"""Reads of streams and log with the driver's own statements: binary on PostgreSQL, prepared.

    of_stream(connection, "boat/b1", 0)     ->  [("org.zanat.trainings.boat.launched.v1", b"{...")]
    of_log(connection, 0, 1000)             ->  [(0, b"{..."), (1, b"{..."), ...]

What they read belongs to the connection's transaction as every other statement of it does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg import pq
from sqlalchemy import Connection, select

from shared.database import Database, named
from shared.events.tables import EVENTS

READ_BATCH: Final = 1_000
STREAMS_A_STATEMENT: Final = 200

_STREAM: Final = (
    "select type, envelope from events where stream = {} and version > {} order by version"
)
_LOG: Final = (
    "select l.position, e.envelope from log l join events e on e.event_id = l.event_id"
    " where l.position >= {} and l.position < {} order by l.position"
)
_TYPED: Final = _LOG.replace("l.position, e.envelope", "l.position, e.type, e.envelope")
_NEXT: Final = (
    "select l.position, e.type, e.envelope"  # noqa: S608 (our number)
    " from log l join events e on e.event_id = l.event_id"
    f" where l.position >= $1::bigint order by l.position limit {READ_BATCH}"
)
"""With a limit the server walks along the positions; a range it gathers and sorts."""
_PREPARED: Final = b"zanat_typed_log"
_BIG: Final = struct.Struct("!q").pack
_POSITION: Final = struct.Struct("!q").unpack


def of_stream(connection: Connection, stream: str, version: int) -> list[tuple[str, bytes]]:
    """(type, envelope bytes) of a stream's events after a version, in order."""
    return _rows(connection, _STREAM, (stream, version))


def streams_there(connection: Connection, streams: Sequence[str]) -> set[str]:
    """Which of these streams have a first event."""
    found: set[str] = set()
    for start in range(0, len(streams), STREAMS_A_STATEMENT):
        part = streams[start : start + STREAMS_A_STATEMENT]
        asked = select(EVENTS.c.stream).where(EVENTS.c.stream.in_(part), EVENTS.c.version == 1)
        found.update(connection.execute(asked).scalars())
    return found


def of_log(connection: Connection, start: int, limit: int) -> list[tuple[int, bytes]]:
    """(position, envelope bytes) of up to ``limit`` entries from a position on."""
    return _rows(connection, _LOG, (start, start + limit))


def whole_log(connection: Connection, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every (position, envelope bytes) from a position on, in order, a batch in memory."""
    while batch := of_log(connection, start, READ_BATCH):
        yield from batch
        start = batch[-1][0] + 1


def typed_log(database: Database, start: int) -> Iterator[list[tuple[int, str, bytes]]]:
    """Every (position, type, envelope bytes) from a position on, through a connection of its own.

    In batches; on PostgreSQL the server looks up the next while one is worked on.
    """
    with database.reading() as connection:
        if database.is_sqlite:
            while batch := _rows(connection, _TYPED, (start, start + READ_BATCH)):
                yield batch
                start = batch[-1][0] + 1
            return
        driver: Any = connection.connection.driver_connection
        wire = driver.pgconn
        try:
            yield from _asked_ahead(wire, start)
        except psycopg.Error as error:
            raise named(connection.engine.dialect, _TYPED, error) from error
        finally:
            # Nobody may be given a connection on which an answer is still to come.
            if wire.transaction_status != pq.TransactionStatus.IDLE:
                connection.invalidate()


def _asked_ahead(wire: Any, start: int) -> Iterator[list[tuple[int, str, bytes]]]:
    _checked(wire.prepare(_PREPARED, _NEXT.encode()))
    _ask(wire, start)
    while True:
        result = _checked(wire.get_result())
        wire.get_result()
        count = result.ntuples
        if not count:
            wire.exec_(b"deallocate " + _PREPARED)
            return
        start = _POSITION(result.get_value(count - 1, 0))[0] + 1
        _ask(wire, start)
        value = result.get_value
        yield [
            (_POSITION(value(row, 0))[0], value(row, 1).decode(), value(row, 2))
            for row in range(count)
        ]


def _ask(wire: Any, start: int) -> None:
    wire.send_query_prepared(_PREPARED, [_BIG(start)], [1], pq.Format.BINARY)
    wire.flush()


def _checked(result: Any) -> Any:
    if result is None:
        raise psycopg.OperationalError("the server gave no answer")
    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)
    return result


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
