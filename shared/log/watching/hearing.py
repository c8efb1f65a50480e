"""What is heard of one log: that it lives, how far it says it goes, and whether that shrinks.

    hearing = Hearing(service, "grants", pace)
    hearing.begin(now); hearing.head(41, seen=42, now=now); hearing.turn(now)

A log that goes back says so again and again: one message alone may have been long on its way.
Silence counts from when we began to listen, or from when any process of this service last heard
the log, whichever is later; so a second worker, which hears nothing, raises nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from shared.events.tables import HEARD
from shared.log.watching.alarms import (
    PASSING,
    Finding,
    Kind,
    alarms_of,
    open_alarm,
    over,
    raise_alarm,
    raised,
    silence_matter,
)
from shared.log.watching.pace import Pace
from shared.service import Service


class Hearing:
    """One source of one watching service. Not shared between threads."""

    def __init__(self, service: Service, source: str, pace: Pace) -> None:
        self._service = service
        self._source = source
        self._pace = pace
        self._limit = timedelta(seconds=service.settings.log_silent_seconds)
        self._began: datetime | None = None
        self._kept_at: datetime | None = None
        self._turned_at: datetime | None = None
        self._open: set[Kind] = set()
        self._wanted: tuple[int, datetime] | None = None
        self._back: tuple[int, datetime] | None = None
        self._whole = True
        self._changed = False
        self.covered = 0
        self.heard_at: datetime | None = None
        self.head_told: int | None = None
        self.checkpoint_at: datetime | None = None
        self.swept = 0

    def begin(self, now: datetime, *, covered: int) -> None:
        """From now on we listen. ``covered``: the size that was witnessed last."""
        self._began = now
        self._turned_at = now
        self.covered = max(self.covered, covered)
        table = alarms_of(self._service.name).table
        with self._service.database.reading() as connection:
            self._open = {
                kind for kind in PASSING if open_alarm(connection, table, self._source, kind)
            }
            row = connection.execute(select(HEARD).where(HEARD.c.source == self._source)).first()
        if row is not None:
            self.swept = row.swept
            self._whole = row.head + 1 >= self.covered
            self.checkpoint_at = self.checkpoint_at or row.checkpoint_at

    def any(self, now: datetime) -> None:
        """Something came from the log."""
        self.heard_at = now
        self._changed = True
        if Kind.stopped in self._open:
            over(self._service, self._source, Kind.stopped)
            self._open.discard(Kind.stopped)

    def head(self, head: int, *, seen: int, now: datetime) -> None:
        """The log says that ``head`` is its last position; ``seen``: how many entries we know."""
        self.head_told = head
        self.size_told(head + 1, seen=seen, now=now)
        if head + 1 > self.covered and self._wanted is None:
            self._wanted = (head + 1, now)

    def size_told(self, size: int, *, seen: int, now: datetime) -> None:
        """The log says that it has ``size`` entries now."""
        if size >= seen:
            self._back, self._whole = None, True
            return
        times, since = self._back or (0, now)
        self._back = (times + 1, since)
        if times + 1 < self._pace.back_times or now - since < self._pace.back_for:
            return
        self._say_shrunk(size, seen)

    def checkpoint(self, size: int, now: datetime) -> None:
        """A checkpoint came that is truly the log's."""
        self.checkpoint_at = now
        self.covered = max(self.covered, size)
        if self._wanted is not None and size >= self._wanted[0]:
            self._wanted = None
            if Kind.uncovered in self._open:
                over(self._service, self._source, Kind.uncovered)
                self._open.discard(Kind.uncovered)

    def lives(self, now: datetime) -> bool:
        """Whether this process heard it just now."""
        return self.heard_at is not None and now - self.heard_at <= self._pace.heard_within

    def turn(self, now: datetime) -> None:
        """Write down what was heard, and say what was not."""
        if self._turned_at is None or now - self._turned_at > self._pace.jump:
            # We slept ourselves, or the clock was set: nothing follows from that.
            self._began = now
        self._turned_at = now
        if self._changed and (
            self._kept_at is None or now - self._kept_at >= min(self._pace.keep_every, self._limit)
        ):
            self.keep(now)
        self._say_silence(now)
        if (
            self._wanted is not None
            and now - max(self._wanted[1], self._began or now) > self._limit
        ):
            self._say_uncovered(self._wanted[0])

    def keep(self, now: datetime) -> None:
        """Write down what was heard; the only rows here that change."""
        self._kept_at = now
        self._changed = False
        values = {
            "heard_at": self.heard_at or now,
            "head": -1 if self.head_told is None else self.head_told,
            "checkpoint_at": self.checkpoint_at,
            "swept": self.swept,
        }
        with self._service.database.writing() as connection:
            changed = connection.execute(
                HEARD.update().where(HEARD.c.source == self._source).values(**values)
            )
            if changed.rowcount == 0:
                connection.execute(HEARD.insert().values(source=self._source, **values))

    def swept_to(self, position: int) -> None:
        """How far the log was asked for again."""
        self.swept = position
        self._changed = True

    def _say_silence(self, now: datetime) -> None:
        since = self._began or now
        if self.heard_at is not None:
            since = max(since, self.heard_at)
        if Kind.stopped in self._open or now - since <= self._limit:
            return
        with self._service.database.reading() as connection:
            others = connection.execute(
                select(HEARD.c.heard_at).where(HEARD.c.source == self._source)
            ).scalar()
        if others is not None and now - others <= self._limit:
            return
        self._open.add(Kind.stopped)
        last = self.heard_at or others or since
        raise_alarm(
            self._service,
            Finding(
                source=self._source,
                kind=Kind.stopped,
                matter=silence_matter(last),
                size=None if self.head_told is None else self.head_told + 1,
                expected=last.isoformat(timespec="seconds"),
            ),
        )

    def _say_shrunk(self, size: int, seen: int) -> None:
        """Say it once; again when the log had come back meanwhile, or goes back further."""
        before = [
            int(row.found)
            for row in raised(self._service, self._source, Kind.shrunk)
            if row.expected == str(seen)
        ]
        if before and not self._whole and size >= min(before):
            return
        told = raise_alarm(
            self._service,
            Finding(
                source=self._source,
                kind=Kind.shrunk,
                matter=f"{seen}/{len(before)}",
                size=size,
                expected=str(seen),
                found=str(size),
            ),
        )
        if told:
            self._whole = False

    def _say_uncovered(self, size: int) -> None:
        if Kind.uncovered in self._open:
            return
        self._open.add(Kind.uncovered)
        raise_alarm(
            self._service,
            Finding(
                source=self._source,
                kind=Kind.uncovered,
                matter=str(size),
                size=size,
                expected=str(size),
                found=str(self.covered),
            ),
        )
