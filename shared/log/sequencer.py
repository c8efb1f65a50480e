"""The sequencer gives committed events their positions: gapless from 0, final once given.

On PostgreSQL the transaction that writes events also writes them to ``pending`` under one number
from a sequence. One sequencer (an advisory lock; several may run, one works) takes what is
committed of that set, in the order of those numbers, writes ``log`` and empties it. A stream's
next event can be written only after its predecessor was committed and read, so its number is
higher: order within a stream, causes before effects, and the events of one append together. A set
has no gaps to skip and no long transaction can hold it up.

It is woken at once (``shared.log.waking``), and while it finds work it takes a breath between two
turns, so that many appends share one. One statement takes, numbers and writes.

On SQLite there is one writer at a time, so the append itself writes ``log``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, func, select, text

from shared.database import Database
from shared.events.tables import LOG
from shared.locks import SEQUENCING
from shared.log.waking import Bell, listening

BATCH_MAX = 2_000
_POLL_SECONDS = 0.1
_BREATH_SECONDS = 0.004
_STANDBY_SECONDS = 0.5


def head(connection: Connection) -> int:
    """The highest position; -1 for an empty log."""
    found = connection.execute(select(func.max(LOG.c.position))).scalar()
    return -1 if found is None else int(found)


def write_log(connection: Connection, leaves: Sequence[tuple[str, bytes]]) -> int:
    """Append (event id, leaf hash) to the log under the caller's lock; returns the new head."""
    position = head(connection)
    rows = []
    for event_id, leaf in leaves:
        position += 1
        rows.append({"position": position, "event_id": event_id, "leaf_hash": leaf})
    if rows:
        connection.execute(LOG.insert(), rows)
    return position


_SEQUENCE: Final = (
    # An append that the limit cuts is read to its end: one with a lower number may be committed
    # before the next turn, and would come between. One statement sees one state.
    "with bound as (select append_order from pending order by append_order, ordinal"
    " offset %s limit 1),"
    " taken as (delete from pending where append_order <="
    " coalesce((select append_order from bound), 9223372036854775807)"
    " returning append_order, ordinal, event_id, leaf_hash),"
    " written as (insert into log (position, event_id, leaf_hash)"
    " select (select coalesce(max(position), -1) from log)"
    " + row_number() over (order by append_order, ordinal), event_id, leaf_hash from taken"
    " returning position, event_id)"
)
_COUNTED: Final = f"{_SEQUENCE} select count(*) from written"  # noqa: S608 (the same)
_TOLD: Final = (
    f"{_SEQUENCE} select w.position, e.type, e.envelope"  # noqa: S608 (the same)
    " from written w join events e on e.event_id = w.event_id order by w.position"
)

_LAST: Final = (BATCH_MAX - 1,)

Entry = tuple[int, str, bytes]
"""(position, type, envelope bytes)."""


def sequence_once(connection: Connection) -> int:
    """Give positions to what is pending, in the caller's transaction; returns how many."""
    return int(connection.exec_driver_sql(_COUNTED, _LAST).scalar_one())


class Follower(Protocol):
    """Who follows the log in the sequencer's process: it need not read what it is handed."""

    def hand(self, entries: list[Entry]) -> None:
        """Entries that have just got their positions, in order; none when it did not want any."""
        ...

    def wants(self) -> bool:
        """Whether it has room for them."""
        ...


class Sequencer:
    """The thread that sequences one service's log on PostgreSQL."""

    def __init__(
        self,
        database: Database,
        on_progress: Callable[[], None],
        follower: Follower | None = None,
    ) -> None:
        """``on_progress`` is called whenever positions were given, after ``follower`` has them."""
        self._database = database
        self._follower = follower
        self._on_progress = on_progress
        self._stop = threading.Event()
        self._leading = False
        self.wake = Bell()

    def run(self) -> None:
        """Work until stopped; after a lost connection begin again."""
        while not self._stop.is_set():
            try:
                self._work_while_leased()
            except Exception:  # noqa: BLE001 (a lost server is waited for, whatever it raises)
                self._stop.wait(0.5)

    def stop(self) -> None:
        self._stop.set()
        self.wake.set()

    def leads(self) -> bool:
        """Whether it is this one that works."""
        return self._leading

    def _work_while_leased(self) -> None:
        with self._database.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                while not _leased(connection):
                    if self._stop.wait(_STANDBY_SECONDS):
                        return
                # Its statistics are always old: what is pending comes and goes.
                connection.exec_driver_sql("set enable_seqscan = off")
                with listening(connection.connection.driver_connection, self.wake):
                    self._leading = True
                    self._work(connection)
            finally:
                self._leading = False
                # A pooled connection must keep neither the lease nor what was set.
                connection.invalidate()

    def _work(self, connection: Connection) -> None:
        while not self._stop.is_set():
            self.wake.clear()
            count = self._sequence(connection)
            if count:
                self._on_progress()
            if not count:
                self.wake.wait(_POLL_SECONDS)
            elif count < BATCH_MAX:
                self._stop.wait(_BREATH_SECONDS)

    def _sequence(self, connection: Connection) -> int:
        """One turn. Each statement is a transaction, so that what it tells is committed."""
        if self._follower is None or not self._follower.wants():
            return sequence_once(connection)
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            entries: list[Entry] = cursor.execute(_TOLD, _LAST).fetchall()
        if entries:
            self._follower.hand(entries)
        return len(entries)


def _leased(connection: Connection) -> bool:
    """Whether this connection is the one that sequences, from now until it ends."""
    query = text("select pg_try_advisory_lock(:k)")
    return bool(connection.execute(query, {"k": SEQUENCING}).scalar())
