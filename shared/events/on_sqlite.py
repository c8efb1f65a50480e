"""Appends to SQLite: the driver's own statements on the one connection that may write.

    held = HeldConnection(database)
    held.append(tickets)                  # plain ones: one transaction, each its own outcome
    append_in(connection, ticket)         # in the caller's transaction

There is one writer at a time, so versions that are read stay true until the commit, and the append
itself writes ``log``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from shared.database import Database, named
from shared.events.append import changed_meanwhile
from shared.events.rowtexts import in_steps
from shared.events.together import Ticket
from shared.log.leaf import leaf_hash

_VERSIONS: Final = (
    "select json_group_array((select max(version) from events where stream = value)),"
    " (select max(position) from log) from json_each(?)"
)
"""One row for many streams: the driver lets other threads in at every step, which costs more."""
_EVENTS: Final = (
    "insert into events (event_id, stream, version, type, envelope) values (?, ?, ?, ?, ?)"
)
_PLACES: Final = "insert into log (position, event_id, leaf_hash) values (?, ?, ?)"


def _write(driver: sqlite3.Connection, tickets: Sequence[Ticket]) -> None:
    """Write what its streams allow; a ticket of others says so in its error."""
    names = list({name: None for ticket in tickets for name in (*ticket.writes, *ticket.guards)})
    found, head = driver.execute(_VERSIONS, (msgspec.json.encode(names).decode(),)).fetchone()
    versions: list[int | None] = msgspec.json.decode(found)
    at = {name: version or 0 for name, version in zip(names, versions, strict=True)}
    events: list[Any] = []
    places: list[Any] = []
    position = -1 if head is None else head
    for ticket in tickets:
        if any(
            at[stream] != version
            for wanted in (ticket.writes, ticket.guards)
            for stream, version in wanted.items()
        ):
            ticket.error = changed_meanwhile()
            continue
        for recorded in ticket.prepared:
            envelope, raw = recorded.envelope, recorded.raw
            stream, version = envelope.subject, envelope.streamversion
            position += 1
            at[stream] = version
            events.append((envelope.id, stream, version, envelope.type, raw))
            places.append((position, envelope.id, leaf_hash(raw)))
    _insert(driver, _EVENTS, events)
    _insert(driver, _PLACES, places)


def _insert(driver: sqlite3.Connection, statement: str, rows: list[Any]) -> None:
    for text, parameters in in_steps(statement, rows):
        driver.execute(text, parameters)


def append_in(connection: Connection, ticket: Ticket) -> None:
    """Append in the caller's write transaction. Raises Conflict."""
    driver: Any = connection.connection.driver_connection
    try:
        _write(driver, [ticket])
    except sqlite3.IntegrityError as error:
        raise changed_meanwhile() from error
    except sqlite3.Error as error:
        raise named(connection.engine.dialect, "append", error) from error
    if ticket.error is not None:
        raise ticket.error


class HeldConnection:
    """The connection that is kept open for appends alone. Used by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._driver: sqlite3.Connection | None = None
        database.on_close.append(self.close)

    def append(self, tickets: Sequence[Ticket]) -> None:
        """Append plain ones with one commit; a conflict fails none of the others."""
        with self._database.write_lock:
            try:
                self._commit(tickets)
            except sqlite3.IntegrityError as error:
                if len(tickets) == 1:
                    tickets[0].error = changed_meanwhile()
                    tickets[0].error.__cause__ = error
                    return
                for ticket in tickets:
                    ticket.error = None
                    self.append([ticket])
            except sqlite3.Error as error:
                for ticket in tickets:
                    ticket.error = named(self._database.engine.dialect, "append", error)

    def close(self) -> None:
        with self._database.write_lock:
            if self._driver is not None:
                self._driver.close()
                self._driver = None

    def _commit(self, tickets: Sequence[Ticket]) -> None:
        if self._driver is None:
            self._driver = self._database.sqlite_connection()
        driver = self._driver
        driver.execute("BEGIN IMMEDIATE")
        try:
            _write(driver, tickets)
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
