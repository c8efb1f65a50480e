"""What is heard of one log: that it lives, how far it says it goes, and whether that shrinks.

    hearing = Hearing(service, "grants", pace)
    hearing.begin(now, covered=40); hearing.head(41, seen=42, now=now); hearing.turn(now, idle=True)

A log that goes back says so again and again: one message alone may have been long on its way.
Silence ends with a head or with a checkpoint that is truly the log's. Anybody can say a head: a log
that says only heads and does not repeat its checkpoint, as each does, is uncovered. Silence is
counted in time in which we listened; less of it while messages wait, which may be older than what
is awaited. Whatever another process of this service heard counts too; so a second worker, which
hears nothing, raises nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from shared.bus.topology import CHECKPOINT_AGAIN_SECONDS
from shared.events.tables import HEARD
from shared.log.watching.alarms import (
    PASSING,
    Finding,
    Kind,
    alarms_of,
    open_alarm,
    open_alarms,
    over,
    raise_alarm,
    raised,
    silence_matter,
)
from shared.log.watching.pace import Pace
from shared.service import Service

CHECKPOINT_WITHIN: Final = timedelta(seconds=3 * CHECKPOINT_AGAIN_SECONDS)
"""Nobody repeats a checkpoint faster, however short a silence may last."""
BUSY: Final = 5
"""So many seconds count as one while messages wait."""
NONE: Final = timedelta(0)


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
        self._wanted: int | None = None
        self._silent = self._unsigned = self._waited = self._owing = NONE
        self._owed: int | None = None
        self._cosigned = 0
        self._back: tuple[int, datetime] | None = None
        self._whole = True
        self._changed = False
        self.covered = 0
        self.lived_at: datetime | None = None
        self.heard_at: datetime | None = None
        self.head_told: int | None = None
        self.checkpoint_at: datetime | None = None
        self.swept = 0

    def begin(self, now: datetime, *, covered: int) -> None:
        """From now on we listen. ``covered``: the size that was witnessed last."""
        self._began = now
        self._turned_at = now
        self.covered = max(self.covered, covered)
        self._cosigned = max(self._cosigned, covered)
        table = alarms_of(self._service.name).table
        with self._service.database.reading() as connection:
            self._open = {
                kind for kind in PASSING if open_alarm(connection, table, self._source, kind)
            }
            row = connection.execute(select(HEARD).where(HEARD.c.source == self._source)).first()
        if row is not None:
            self.swept = row.swept
            self._whole = row.head + 1 >= self.covered
            if row.checkpoint_at is not None and row.checkpoint_at <= now:
                self.checkpoint_at = self.checkpoint_at or row.checkpoint_at

    def any(self, now: datetime) -> None:
        """Something came from the log, so that it may be asked; it proves nothing."""
        self.lived_at = now

    def head(self, head: int, *, seen: int, now: datetime) -> None:
        """The log says that ``head`` is its last position; ``seen``: how many entries we know."""
        self._heard(now)
        self.head_told = head
        self.size_told(head + 1, seen=seen, now=now)
        self._want(head + 1)

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
        self._heard(now)
        self.checkpoint_at = now
        self._unsigned = NONE
        self.covered = max(self.covered, size)
        if self._wanted is not None and size < self._wanted:
            return
        self._wanted, self._waited = None, NONE
        if Kind.uncovered in self._open:
            over(self._service, self._source, Kind.uncovered)
            self._open.discard(Kind.uncovered)

    def owed(self, size: int) -> None:
        """A checkpoint of this size is to be cosigned."""
        self._owed = size

    def cosigned(self, size: int) -> None:
        """The log's checkpoint of this size has our cosignature."""
        self._owed, self._owing = None, NONE
        self._cosigned = max(self._cosigned, size)
        if Kind.uncosigned in self._open:
            over(self._service, self._source, Kind.uncosigned)
            self._open.discard(Kind.uncosigned)

    def behind(self) -> None:
        """We come nearer to what is to be cosigned: its entries are on their way."""
        self._owing = NONE

    def lives(self, now: datetime) -> bool:
        """Whether this process heard it just now."""
        return self.lived_at is not None and now - self.lived_at <= self._pace.heard_within

    def turn(self, now: datetime, *, idle: bool, size: int = 0) -> None:
        """Write down what was heard, and say what was not.

        idle: no message waits. size: so many entries arrived, heads or not.
        """
        passed = NONE if self._turned_at is None else now - self._turned_at
        self._turned_at = now
        if not NONE <= passed <= self._pace.jump:
            # We slept ourselves, or the clock was set: nothing follows from that.
            passed = NONE
        passed = passed if idle else passed / BUSY
        self._silent += passed
        self._unsigned += passed
        self._want(size)
        if self._wanted is not None:
            self._waited += passed
        if self._owed is not None:
            self._owing += passed
        if self._changed and (
            self._kept_at is None or now - self._kept_at >= min(self._pace.keep_every, self._limit)
        ):
            self.keep(now)
        self._say_silence(now)
        self._say_uncovered(now)
        self._say_uncosigned()

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

    def _heard(self, now: datetime) -> None:
        self.heard_at = now
        self._silent = NONE
        self._changed = True
        if Kind.stopped in self._open:
            over(self._service, self._source, Kind.stopped)
            self._open.discard(Kind.stopped)

    def _want(self, size: int) -> None:
        if self._wanted is None and size > self.covered:
            self._wanted = size

    def _others(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """When any process of this service heard the log, and a checkpoint of it; none later."""
        with self._service.database.reading() as connection:
            row = connection.execute(
                select(HEARD.c.heard_at, HEARD.c.checkpoint_at).where(
                    HEARD.c.source == self._source
                )
            ).first()
        # Their clocks may be a little before ours; what is far ahead was never heard.
        latest = now + self._pace.heard_within
        heard, checkpoint = (None, None) if row is None else (row.heard_at, row.checkpoint_at)
        return (
            heard if heard is not None and heard <= latest else None,
            checkpoint if checkpoint is not None and checkpoint <= latest else None,
        )

    def _say_silence(self, now: datetime) -> None:
        if Kind.stopped in self._open or self._silent <= self._limit:
            return
        others, _ = self._others(now)
        if others is not None and now - others <= self._limit:
            return
        last = self.heard_at or others or self._began or now
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
        # Only now: what could not be written is tried again.
        self._open.add(Kind.stopped)

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

    def _say_uncovered(self, now: datetime) -> None:
        if Kind.uncovered in self._open:
            return
        within = max(self._limit, CHECKPOINT_WITHIN)
        repeats = self._unsigned <= within or not self.lives(now)
        if repeats and self._waited <= self._limit:
            return
        _, others = self._others(now)
        if self._waited <= self._limit and others is not None and now - others <= within:
            return
        size = self._wanted or self.covered
        matter = str(size)
        if self._wanted is None:
            matter += f"/{silence_matter(self.checkpoint_at or others or self._began or now)}"
        raise_alarm(
            self._service,
            Finding(
                source=self._source,
                kind=Kind.uncovered,
                matter=matter,
                size=size,
                expected=str(size),
                found=str(self.covered),
            ),
        )
        self._open.add(Kind.uncovered)

    def _say_uncosigned(self) -> None:
        """Unless an open alarm about the log says why it is so."""
        if self._owed is None or Kind.uncosigned in self._open:
            return
        if self._owing <= max(self._limit, CHECKPOINT_WITHIN):
            return
        table = alarms_of(self._service.name).table
        with self._service.database.reading() as connection:
            rows = open_alarms(connection, table)
        if any(row.source == self._source and row.kind not in PASSING for row in rows):
            return
        raise_alarm(
            self._service,
            Finding(
                source=self._source,
                kind=Kind.uncosigned,
                matter=str(self._cosigned),
                size=self._cosigned,
                expected=str(self._owed),
                found=str(self._cosigned),
            ),
        )
        self._open.add(Kind.uncosigned)
