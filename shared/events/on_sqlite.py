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

from sqlalchemy import Connection

from shared.database import Database, named
from shared.events.append import changed_meanwhile
from shared.events.together import Ticket
from shared.log.leaf import leaf_hash

_VERSION: Final = "select max(version) from events where stream = ?"
_HEAD: Final = "select max(position) from log"
_EVENT: Final = (
    "insert into events (event_id, stream, version, type, envelope) values (?, ?, ?, ?, ?)"
)
_PLACE: Final = "insert into log (position, event_id, leaf_hash) values (?, ?, ?)"


class _Writing:
    """One transaction's appends: what was found, what is still to be written."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._versions: dict[str, int] = {}
        self._tickets: list[Ticket] = []

    def add(self, ticket: Ticket) -> None:
        """Take a ticket whose streams are as it expects them; say so in its error otherwise."""
        for wanted in (ticket.writes, ticket.guards):
            for stream, version in wanted.items():
                if self._version(stream) != version:
                    ticket.error = changed_meanwhile()
                    return
        for recorded in ticket.prepared:
            self._versions[recorded.envelope.subject] = recorded.envelope.streamversion
        self._tickets.append(ticket)

    def write(self) -> None:
        """Write the events of all that were taken, and their places in the log."""
        all_of_them = [recorded for ticket in self._tickets for recorded in ticket.prepared]
        if not all_of_them:
            return
        events = []
        places = []
        (head,) = self._driver.execute(_HEAD).fetchone()
        for position, recorded in enumerate(all_of_them, 0 if head is None else head + 1):
            envelope, raw = recorded.envelope, recorded.raw
            events.append(
                (envelope.id, envelope.subject, envelope.streamversion, envelope.type, raw)
            )
            places.append((position, envelope.id, leaf_hash(raw)))
        self._driver.executemany(_EVENT, events)
        self._driver.executemany(_PLACE, places)

    def _version(self, stream: str) -> int:
        known = self._versions.get(stream)
        if known is None:
            (found,) = self._driver.execute(_VERSION, (stream,)).fetchone()
            known = self._versions[stream] = found or 0
        return known


def append_in(connection: Connection, ticket: Ticket) -> None:
    """Append in the caller's write transaction. Raises Conflict."""
    driver: Any = connection.connection.driver_connection
    writing = _Writing(driver)
    writing.add(ticket)
    if ticket.error is not None:
        raise ticket.error
    try:
        writing.write()
    except sqlite3.IntegrityError as error:
        raise changed_meanwhile() from error
    except sqlite3.Error as error:
        raise named(connection.engine.dialect, "append", error) from error


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
            writing = _Writing(driver)
            for ticket in tickets:
                writing.add(ticket)
            writing.write()
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
