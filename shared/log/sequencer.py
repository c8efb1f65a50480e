"""The sequencer gives committed events their positions: gapless from 0, final once given.

On PostgreSQL the transaction that writes events also writes them to ``pending`` under one number
from a sequence. One sequencer (an advisory lock; several may run, one works) takes what is
committed of that set, in the order of those numbers, writes ``log`` and empties it. A stream's
next event can be written only after its predecessor was committed and read, so its number is
higher: order within a stream, causes before effects, and the events of one append together. A set
has no gaps to skip and no long transaction can hold it up.

On SQLite there is one writer at a time, so the append itself writes ``log``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, func, select, text

from shared.database import Database
from shared.events.tables import LOG, PENDING

BATCH_MAX = 2_000
_LOCK = 0x5A41_4E41_5401
_POLL_SECONDS = 0.05


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


def sequence_once(connection: Connection) -> int:
    """Give positions to what is pending, in the caller's transaction; returns how many."""
    in_order = select(PENDING).order_by(PENDING.c.append_order, PENDING.c.ordinal)
    rows = list(connection.execute(in_order.limit(BATCH_MAX)))
    if not rows:
        return 0
    # An append that the limit cuts is read to its end: one with a lower number may be committed
    # before the next turn, and would come between.
    last = rows[-1]
    cut = PENDING.c.append_order == last.append_order, PENDING.c.ordinal > last.ordinal
    rows += connection.execute(in_order.where(*cut))
    write_log(connection, [(row.event_id, row.leaf_hash) for row in rows])
    for start in range(0, len(rows), BATCH_MAX):
        done = [row.event_id for row in rows[start : start + BATCH_MAX]]
        connection.execute(delete(PENDING).where(PENDING.c.event_id.in_(done)))
    return len(rows)


class Sequencer:
    """The thread that sequences one service's log on PostgreSQL."""

    def __init__(self, database: Database, on_progress: Callable[[], None]) -> None:
        self._database = database
        self._on_progress = on_progress
        self._stop = threading.Event()
        self.wake = threading.Event()

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

    def _work_while_leased(self) -> None:
        with self._database.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="READ COMMITTED")
            leased = connection.execute(text("select pg_try_advisory_lock(:k)"), {"k": _LOCK})
            held = leased.scalar()
            connection.commit()
            if not held:
                self._stop.wait(0.5)
                return
            try:
                while not self._stop.is_set():
                    count = sequence_once(connection)
                    connection.commit()
                    if count:
                        self._on_progress()
                    else:
                        self.wake.wait(_POLL_SECONDS)
                        self.wake.clear()
            finally:
                # A pooled connection must not keep the lease.
                connection.invalidate()
