"""What a message does here: it is kept, who follows is told, its event projected and reacted to.

message = Message(source, position, read_envelope(raw), raw)
at = Gathering(service, connection)
keep_many(service, at, [message])
effects(service, at, recorded_of(service, message))
at.flush()
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.database import first_error, named
from shared.errors import Busy
from shared.events import packing, rowtexts
from shared.events.append import Context
from shared.events.envelope import Envelope, decode
from shared.events.event import Sealed
from shared.events.projection import Key, Projecting, Recorded
from shared.events.rowtexts import Statement
from shared.events.types import Foreign
from shared.events.work import working
from shared.service import Service

# Lost connection, rolled back by the server (deadlock), out of resources, shutting down.
_PASSING_CLASSES = frozenset({"08", "40", "53", "57"})
_PASSING_SQLITE = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
)
_NAME_MAX: Final = 120
"""Of a stream and of a type, as the tables hold them."""
LOCK: Final = "lock table pending in row exclusive mode"
"""Stands before rows, since a rebuild waits for it: in the order in which appends take it too."""
_KEEP: Final = "insert into inbox (source, position, type, envelope) values (?, ?, ?, ?)"
_KEEP_MANY: Final = (
    "insert into inbox (source, position, type, envelope)"
    " select %s, * from unnest(%b::bigint[], %b::text[], %b::bytea[])"
)


class Unreadable(Exception):
    """These bytes are no envelope that can be kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """An entry of another service's log as it arrived."""

    source: str
    position: int
    envelope: Envelope
    raw: bytes


def read_envelope(raw: bytes) -> Envelope:
    """The envelope in a message. Raises Unreadable."""
    try:
        envelope = decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable from error
    for name in (envelope.subject, envelope.type):
        if len(name) > _NAME_MAX or "\0" in name:
            raise Unreadable
    return envelope


class Gathering(Projecting):
    """What projections may use for many messages: all that they write is sent together.

    Whatever was begun is written, in its order, before anything is read.
    """

    def __init__(self, service: Service, connection: Connection) -> None:
        super().__init__(connection, service.keyring)
        self._waiting: list[tuple[str, list[tuple[Any, ...]]]] = []

    @property
    def connection(self) -> Connection:
        self.flush()
        return self._connection

    def later(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Send a statement of the driver's, once for each row of values, in its turn."""
        if self._waiting and self._waiting[-1][0] is statement:
            self._waiting[-1][1].extend(rows)
        else:
            self._waiting.append((statement, list(rows)))

    def flush(self, *, commit: bool = False) -> None:
        """Write what was gathered; ``commit``: as the last of the transaction (PostgreSQL)."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if self._connection.dialect.name == "sqlite":
            for statement, rows in waiting:
                rowtexts.run(self._connection, statement, rows)
            return
        with sent_together(self._connection) as cursor:
            for statement, rows in waiting:
                if len(rows) == 1:
                    cursor.execute(statement, rows[0])
                else:
                    cursor.executemany(statement, rows)
            if commit:
                cursor.connection.commit()

    def change(self, table: Table, key: Key, **values: Any) -> None:
        dialect, names = self._connection.dialect, tuple(values)
        self._run(rowtexts.changing(dialect, table, tuple(key), names), {**key, **values})

    def row(self, table: Table, key: Key) -> Mapping[str, Any] | None:
        self.flush()
        return super().row(table, key)

    def _change(self, table: Table, key: Key, values: Mapping[str, Any]) -> int:
        # Whoever asks for this decides by what it changed.
        self.flush()
        statement = rowtexts.changing(self._connection.dialect, table, tuple(key), tuple(values))
        return super()._run(statement, {**key, **values})

    def _run(self, statement: Statement, *rows: Mapping[str, Any]) -> int:
        self.later(statement.text, *(statement.parameters(self._opened(row)) for row in rows))
        return len(rows)

    def _opened(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {n: self.text(v) if isinstance(v, Sealed) else v for n, v in row.items()}


@contextmanager
def sent_together(connection: Connection) -> Iterator[Any]:
    """A cursor of psycopg's whose statements go to the server without awaiting each one's answer.

    They belong to the connection's transaction. What they raise is named as SQLAlchemy names it.
    """
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline(), driver.cursor() as cursor:
            yield cursor
    except psycopg.Error as error:
        raise named(connection.dialect, "(sent together)", first_error(error)) from error


def before_rows(service: Service, connection: Connection) -> None:
    """Take the lock that a rebuild waits for."""
    if not service.database.is_sqlite:
        connection.exec_driver_sql(LOCK)


def keep(service: Service, connection: Connection, message: Message) -> None:
    """Put it into the inbox and tell who follows this source; both or, when that fails, neither."""
    at = Gathering(service, connection)
    with connection.begin_nested():
        keep_many(service, at, [message])
        at.flush()


def is_kept_here(service: Service, message: Message) -> bool:
    """Whether the inbox is to have it: all of a followed source, else what is decoded here."""
    return message.source in service.definition.follows or service.store.types.knows(
        message.envelope.type
    )


def keep_many(service: Service, at: Gathering, messages: Sequence[Message]) -> None:
    """Put messages of one source into the inbox, by one statement, and tell who follows it."""
    kept = [message for message in messages if is_kept_here(service, message)]
    if not kept:
        return
    if service.database.is_sqlite:
        at.later(_KEEP, *((m.source, m.position, m.envelope.type, m.raw) for m in kept))
    else:
        columns = (
            kept[0].source,
            packing.bigs([message.position for message in kept]),
            packing.texts([message.envelope.type for message in kept]),
            packing.blobs([message.raw for message in kept]),
        )
        at.later(_KEEP_MANY, columns)
    told = service.definition.on_followed
    if told is not None and kept[0].source in service.definition.follows:
        for message in kept:
            told(at, message.envelope, message.position, message.raw)


def recorded_of(service: Service, message: Message) -> Recorded:
    """The event in a message, of a type that this service knows."""
    envelope = message.envelope
    event = service.store.types.event(envelope.type, envelope.data)
    return Recorded(event, envelope, message.raw)


def effects(service: Service, at: Gathering, recorded: Recorded) -> None:
    """Project a foreign event and react to it."""
    event, envelope = recorded.event, recorded.envelope
    service.store.projections.apply(at, recorded)
    for reaction in service.definition.reactions:
        if isinstance(event, Foreign) and type(event) in reaction.events:
            context = Context(
                actor=f"system/{service.name}",
                programme=envelope.programme,
                correlation=envelope.correlationid,
                causation=envelope.id,
            )
            with working(service.store, service.clock, context, at.connection) as work:
                reaction.react(work, recorded)


def is_passing(error: Exception) -> bool:
    """Whether the database failed for a reason that goes away: then the whole batch is repeated."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, Busy)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state[:2] in _PASSING_CLASSES or state == "55P03"
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _PASSING_SQLITE
    # A lost connection has no state of its own.
    return error.connection_invalidated or isinstance(error, OperationalError)


def describe(error: Exception) -> str:
    """What went wrong, without any value in it: messages of drivers quote data."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__}: {code}" if isinstance(code, str) else type(error).__name__
