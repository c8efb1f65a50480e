"""Appends to PostgreSQL: one statement for locks, versions, events and what is pending.

    held = HeldConnections(database)
    held.append(tickets)               # one statement and commit; each ticket's own outcome
    append_in(connection, ticket)      # the same statement in the caller's transaction

The statement is the function ``append_events`` (core_0004). Alone, it is a transaction of its own
on a connection that is kept open with the statement prepared: one round trip an append.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg import pq
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from shared.database import Database, named
from shared.events import packing
from shared.events.append import changed_meanwhile
from shared.events.locking import lock_numbers
from shared.events.packing import Packed
from shared.events.together import Ticket
from shared.log.leaf import leaf_hash

_TYPES: Final = (
    "bigint[] boolean[] text[] integer[] integer[] text[] text[] integer[] text[] bytea[] bytea[]"
    " integer[]"
).split()
_CALL: Final = "select append_events({})"
APPEND: Final = _CALL.format(", ".join(f"${n}::{of}" for n, of in enumerate(_TYPES, 1)))
APPEND_IN: Final = _CALL.format(", ".join(f"%s::{of}" for of in _TYPES))
_NAME: Final = b"zanat_append"
_BINARY: Final = [1] * len(_TYPES)


def parameters(tickets: Sequence[Ticket]) -> tuple[Packed, ...]:
    """What ``append_events`` is told of these appends, which touch different streams."""
    numbers, alone = lock_numbers(
        [name for ticket in tickets for name in ticket.writes],
        [name for ticket in tickets for name in ticket.guards],
    )
    looked_at: list[str] = []
    expected: list[int] = []
    looked_at_by: list[int] = []
    written_by: list[int] = []
    for part, ticket in enumerate(tickets):
        for wanted in (ticket.writes, ticket.guards):
            looked_at += wanted.keys()
            expected += wanted.values()
            looked_at_by += [part] * len(wanted)
        written_by += [part] * len(ticket.prepared)
    envelopes = [recorded.envelope for ticket in tickets for recorded in ticket.prepared]
    raws = [recorded.raw for ticket in tickets for recorded in ticket.prepared]
    return (
        packing.bigs(numbers),
        packing.booleans(alone),
        packing.texts(looked_at),
        packing.integers(expected),
        packing.integers(looked_at_by),
        packing.texts([envelope.id for envelope in envelopes]),
        packing.texts([envelope.subject for envelope in envelopes]),
        packing.integers([envelope.streamversion for envelope in envelopes]),
        packing.texts([envelope.type for envelope in envelopes]),
        packing.blobs(raws),
        packing.blobs([leaf_hash(raw) for raw in raws]),
        packing.integers(written_by),
    )


def append_in(connection: Connection, ticket: Ticket) -> None:
    """Append in the caller's transaction. Raises Conflict."""
    try:
        refused = connection.exec_driver_sql(APPEND_IN, parameters([ticket])).scalar()
    except IntegrityError as error:
        raise changed_meanwhile() from error
    if refused:
        raise changed_meanwhile()


class HeldConnections:
    """Connections that stay open for appends alone, made when they are needed. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []
        self._closed = False
        database.on_close.append(self.close)

    def append(self, tickets: Sequence[Ticket]) -> None:
        """Append these; a conflict is its ticket's ``error`` and fails none of the others.

        Where the database refuses the statement as a whole, each is tried by itself. A connection
        that is lost meanwhile leaves open whether they were written: every ticket is told of it,
        and nothing is tried again.
        """
        try:
            refused = self._send(tickets)
        except psycopg.Error as error:
            if len(tickets) == 1 or isinstance(error, _Lost):
                for ticket in tickets:
                    ticket.error = self._named(error)
                return
            for ticket in tickets:
                self.append([ticket])
            return
        for part in refused:
            tickets[part].error = changed_meanwhile()

    def close(self) -> None:
        """Close what is idle; what is at work is closed when it is done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(self, tickets: Sequence[Ticket]) -> list[int]:
        values = parameters(tickets)
        connection = self._take()
        wire = connection.pgconn
        try:
            result = wire.exec_prepared(_NAME, values, _BINARY, pq.Format.BINARY)
        except (psycopg.Error, MemoryError) as error:
            # No answer at all: psycopg takes it for a lack of memory.
            raise _Lost(str(error)) from error
        finally:
            self._put_back(connection)
        if result.status == pq.ExecStatus.TUPLES_OK:
            return packing.unpack_integers(result.get_value(0, 0))
        if wire.status != pq.ConnStatus.OK:
            raise _Lost(wire.get_error_message())
        raise psycopg.errors.error_from_result(result)

    def _take(self) -> psycopg.Connection[Any]:
        while self._idle:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                break
            if _answers(connection):
                return connection
            connection.close()
        return self._connect()

    def _put_back(self, connection: psycopg.Connection[Any]) -> None:
        if connection.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            with self._lock:
                if not self._closed:
                    self._idle.append(connection)
                    return
        connection.close()

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            connection = self._database.postgresql_connection()
        except psycopg.Error as error:
            raise _Lost(str(error)) from error
        result = connection.pgconn.prepare(_NAME, APPEND.encode())
        if result.status != pq.ExecStatus.COMMAND_OK:
            connection.close()
            raise psycopg.errors.error_from_result(result)
        return connection

    def _named(self, error: psycopg.Error) -> Exception:
        """As SQLAlchemy names it; each thread gets an error of its own."""
        lost = isinstance(error, _Lost)
        found = named(self._database.engine.dialect, "append_events", error, lost=lost)
        return changed_meanwhile() if isinstance(found, IntegrityError) else found


class _Lost(psycopg.OperationalError):
    """There was no connection to be had, or it broke while the statement was on its way."""


def _answers(connection: psycopg.Connection[Any]) -> bool:
    """Whether an idle connection is still good: nothing came in unasked, least of all its end."""
    poll = select.poll()
    try:
        poll.register(connection.pgconn.socket, select.POLLIN)
        return not poll.poll(0)
    except (OSError, ValueError, psycopg.Error):
        return False
