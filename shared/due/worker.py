"""Work that falls due: rows of the table ``due``, leased one at a time, done once they are done.

    work.schedule(DueWork("lapse/a1", "grants.award.lapse", lapses_at, b"a1"))
    Definition(..., due={"grants.award.lapse": lapse})     # lapse(service, b"a1") -> None
    worker = DueWorker(service); Thread(target=worker.run).start()

A handler runs outside of any transaction and may run again: after a crash, when its lease ran out,
after a failure. What it does must therefore have one effect however often it is done. What fell due
while nobody worked is done at the next start, the longest overdue first; on SQLite, which one
process works on, also what a killed one had begun.

At its start and once an hour the worker also purges the stored answers that are too old, and
destroys again what was destroyed and is back.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection, and_, func, or_, select

from shared.due.daily import schedule_daily
from shared.due.purging import purge_answers
from shared.events.tables import DUE
from shared.privacy.reviving import destroy_again
from shared.service import DueHandler, Service

ATTEMPTS_MAX: Final = 10
LEASE: Final = timedelta(minutes=5)
PAUSE_FIRST: Final = timedelta(seconds=5)
PAUSE_LONGEST: Final = timedelta(hours=6)
TURN_MAX: Final = 1_000
PURGE_SECONDS: Final = 3_600.0
DAILY_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 1.0

_log = structlog.get_logger("due")


@dataclass(frozen=True)
class Lease:
    """One piece of work that is ours until ``until``, as long as nobody raised the fence."""

    due_id: str
    kind: str
    payload: bytes
    fence: int
    attempt: int


def run_due_once(service: Service, now: datetime, *, limit: int = TURN_MAX) -> int:
    """Do what is due at ``now``, at most ``limit`` pieces; returns how many were tried."""
    tried = 0
    while tried < limit and (lease := lease_next(service, now)):
        tried += 1
        _do(service, lease, now)
    return tried


def lease_next(service: Service, now: datetime) -> Lease | None:
    """Lease the longest overdue piece that this service can do and nobody else works on.

    ``leased_until`` also holds a failed piece back until its pause is over.
    """
    kinds = list(service.definition.due)
    if not kinds:
        return None
    with service.database.writing() as connection:
        row = connection.execute(
            select(DUE)
            .where(
                DUE.c.done_at.is_(None),
                DUE.c.due_at <= now,
                DUE.c.kind.in_(kinds),
                DUE.c.attempts < ATTEMPTS_MAX,
                or_(DUE.c.leased_until.is_(None), DUE.c.leased_until <= now),
            )
            .order_by(DUE.c.due_at, DUE.c.due_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        lease = Lease(row.due_id, row.kind, row.payload, row.fence + 1, row.attempts + 1)
        connection.execute(
            DUE.update()
            .where(DUE.c.due_id == row.due_id)
            .values(fence=lease.fence, attempts=lease.attempt, leased_until=now + LEASE)
        )
    return lease


def finish(service: Service, lease: Lease, now: datetime) -> bool:
    """Mark it done; False when somebody else took it over meanwhile, whose word then counts."""
    return _settle(service, lease, done_at=now, leased_until=None, error=None)


def take_over(service: Service) -> int:
    """Free what a process that is gone had leased; how many pieces.

    Only SQLite's file is one process's alone. What failed rests on.
    """
    if not service.database.is_sqlite:
        return 0
    with service.database.writing() as connection:
        freed = connection.execute(
            DUE.update()
            .where(DUE.c.done_at.is_(None), DUE.c.leased_until.is_not(None), DUE.c.error.is_(None))
            .values(leased_until=None)
        )
    return freed.rowcount


def retry_due(service: Service, due_id: str) -> bool:
    """Give a piece that was given up its attempts anew, on an operator's word."""
    with service.database.writing() as connection:
        changed = connection.execute(
            DUE.update()
            .where(DUE.c.due_id == due_id, DUE.c.done_at.is_(None))
            .values(attempts=0, leased_until=None)
        )
    return bool(changed.rowcount)


def waiting(connection: Connection) -> tuple[int, int]:
    """How many pieces are open, and how many of those were given up."""
    given_up = and_(DUE.c.attempts >= ATTEMPTS_MAX, DUE.c.error.is_not(None))
    row = connection.execute(
        select(func.count(), func.count().filter(given_up))
        .select_from(DUE)
        .where(DUE.c.done_at.is_(None))
    ).one()
    return row[0], row[1]


def pause_after(attempt: int) -> timedelta:
    """How long a piece rests after its ``attempt``-th failure: doubled each time, to six hours.

    >>> [pause_after(n).total_seconds() for n in (1, 2, 3)]
    [5.0, 10.0, 20.0]
    """
    doubled: timedelta = PAUSE_FIRST * (1 << (attempt - 1))
    return min(doubled, PAUSE_LONGEST)


def _do(service: Service, lease: Lease, now: datetime) -> None:
    handler: DueHandler = service.definition.due[lease.kind]
    try:
        handler(service, lease.payload)
    except Exception as error:  # noqa: BLE001 (whatever a handler raises is a failed attempt)
        # Drivers quote values in their messages: the kind of error is all that may be kept.
        code = getattr(error, "code", None)
        reason = type(error).__name__ + (f": {code}" if isinstance(code, str) else "")
        _log.warning("due work failed", kind=lease.kind, attempt=lease.attempt, error=reason)
        rested = now + pause_after(lease.attempt)
        _settle(service, lease, done_at=None, leased_until=rested, error=reason)
        return
    if not finish(service, lease, now):
        _log.warning("due work was taken over", kind=lease.kind, attempt=lease.attempt)


def _settle(
    service: Service,
    lease: Lease,
    *,
    done_at: datetime | None,
    leased_until: datetime | None,
    error: str | None,
) -> bool:
    with service.database.writing() as connection:
        changed = connection.execute(
            DUE.update()
            .where(
                DUE.c.due_id == lease.due_id,
                DUE.c.fence == lease.fence,
                DUE.c.done_at.is_(None),
            )
            .values(done_at=done_at, leased_until=leased_until, error=error)
        )
    return bool(changed.rowcount)


class DueWorker:
    """The thread that does a service's due work. Several may run: each piece is leased by one."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._purge_at = 0.0
        self._daily_at = 0.0
        service.store.listeners.append(self.wake)

    def run(self) -> None:
        """Work until stopped; a lost database is waited for."""
        if left := take_over(self._service):
            _log.info("due work taken over", count=left)
        while not self._stop.is_set():
            try:
                self._purge()
                self._daily()
                done = self._turn()
            except Exception as error:  # noqa: BLE001 (whatever a database raises)
                _log.warning("due work interrupted", error=type(error).__name__)
                done = 0
            if not done:
                self._wake.wait(_POLL_SECONDS)
                self._wake.clear()

    def wake(self) -> None:
        """Something may have fallen due; polling finds it too, a second later."""
        self._wake.set()

    def stop(self) -> None:
        """End after the piece at hand."""
        self._stop.set()
        self._wake.set()

    def _daily(self) -> None:
        if time.monotonic() >= self._daily_at:
            schedule_daily(self._service, self._service.clock.now())
            self._daily_at = time.monotonic() + DAILY_SECONDS

    def _purge(self) -> None:
        if time.monotonic() < self._purge_at:
            return
        self._purge_at = time.monotonic() + PURGE_SECONDS
        if gone := purge_answers(self._service, self._service.clock.now()):
            _log.info("answers purged", count=gone)
        if back := destroy_again(self._service):
            _log.error("destroyed keys were back", count=len(back))

    def _turn(self) -> int:
        # The clock is read for each piece, since a slow one must not shorten the next one's lease.
        tried = 0
        while tried < TURN_MAX and not self._stop.is_set():
            if not run_due_once(self._service, self._service.clock.now(), limit=1):
                break
            tried += 1
        return tried
