"""Asks a log again for what it told, a range at a time, to compare it with the copy.

    sweep = Sweep(service, hearing, pace)
    ask = sweep.turn(now, size=5_000, idle=True)      # Ask("grants", start=0, limit=1000)
    sweep.answered(17)

Slowly round and round; at once and without pauses after a checkpoint that differs, until the first
entry that differs is found. What was asked for several times and not given is missing: a source
that answers nothing at all is silent instead, which is another alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.log.watching.alarms import Finding, Kind, raise_first, raised
from shared.log.watching.hearing import Hearing
from shared.log.watching.pace import Pace
from shared.service import Service


@dataclass(frozen=True)
class Ask:
    """Please send these positions again."""

    source: str
    start: int
    limit: int


@dataclass
class _Range:
    """What was asked for and has not come."""

    end: int
    waiting: set[int]
    asked_at: datetime
    attempts: int = 1


class Sweep:
    """One source of one watching service. Not shared between threads."""

    def __init__(self, service: Service, source: str, hearing: Hearing, pace: Pace) -> None:
        self._service = service
        self._source = source
        self._hearing = hearing
        self._pace = pace
        self._range: _Range | None = None
        self._next_at: datetime | None = None
        self._fast_left = 0
        self._doubtful: int | None = None
        self._stuck: tuple[int, datetime] | None = None
        self._missing: list[range] | None = None
        self._back: set[int] = set()

    def hurry(self, size: int) -> None:
        """Ask for the whole log from its beginning, without pauses."""
        if self._fast_left:
            return
        self._fast_left = size
        self._range = None
        self._next_at = None
        self._hearing.swept_to(0)

    def look_at(self, position: int) -> None:
        """Ask for one position soon, since what came there by the way is doubtful."""
        if self._doubtful is None or position < self._doubtful:
            self._doubtful = position

    def found(self) -> None:
        """The first difference is known; there is no hurry any more."""
        self._fast_left = 0

    def answered(self, position: int) -> None:
        """It came."""
        if self._range is not None:
            self._range.waiting.discard(position)
        if self._missing is None:
            self._missing = self._told_missing()
        if any(position in one for one in self._missing):
            self._back.add(position)

    def turn(self, now: datetime, *, size: int, idle: bool) -> Ask | None:
        """What to ask for now. ``size``: so many entries we know and the log says it has.

        idle: nothing waits in the queue, so that what was answered has come.
        """
        if not self._hearing.lives(now):
            self._range = None
            return None
        waits = self._range
        if waits is None:
            return self._begin(now, size)
        if not waits.waiting:
            self._end(waits, now)
            return None
        if not idle or now - waits.asked_at < self._pace.answer_within:
            return None
        if waits.attempts >= self._pace.attempts:
            self._say_missing(waits.waiting)
            self._end(waits, now)
            return None
        waits.attempts += 1
        waits.asked_at = now
        return self._ask(min(waits.waiting), max(waits.waiting) + 1)

    def stuck(self, now: datetime, *, cursor: int, idle: bool) -> None:
        """Say that the entry after the cursor is missing, when it was asked for and never came."""
        told = self._hearing.head_told
        if told is None or told <= cursor:
            self._stuck = None
        elif self._stuck is None or self._stuck[0] != cursor:
            self._stuck = (cursor, now)
        elif idle and self._hearing.lives(now) and now - self._stuck[1] >= self._pace.stuck_after:
            self._say_missing({cursor + 1})

    def _begin(self, now: datetime, size: int) -> Ask | None:
        doubtful, self._doubtful = self._doubtful, None
        if doubtful is not None and doubtful < size:
            start = doubtful
        elif size <= 0 or (self._next_at is not None and now < self._next_at):
            return None
        else:
            start = self._hearing.swept if self._hearing.swept < size else 0
        end = min(start + self._pace.sweep_positions, size)
        self._range = _Range(end, set(range(start, end)), now)
        return self._ask(start, end)

    def _end(self, done: _Range, now: datetime) -> None:
        self._fast_left = max(0, self._fast_left - self._pace.sweep_positions)
        self._next_at = now if self._fast_left else now + self._pace.sweep_every
        self._hearing.swept_to(done.end)
        self._range = None

    def _ask(self, start: int, end: int) -> Ask:
        return Ask(self._source, start, end - start)

    def _say_missing(self, positions: set[int]) -> None:
        """Say which entry is missing, and up to which; none that was told and never came back."""
        self.found()
        told = self._missing = self._told_missing()
        new = sorted(
            one for one in positions if one in self._back or not any(one in run for run in told)
        )
        if not new:
            return
        first = last = new[0]
        while last + 1 in new:
            last += 1
        times = sum(first in run for run in told)
        finding = Finding(
            source=self._source,
            kind=Kind.missing,
            matter=f"{first}/{times}",
            position=first,
            expected=str(first) if first == last else f"{first}-{last}",
        )
        if raise_first(self._service, [finding]):
            run = range(first, last + 1)
            self._missing.append(run)
            self._back.difference_update(run)

    def _told_missing(self) -> list[range]:
        """The entries that were ever told to be missing."""
        found = []
        for row in raised(self._service, self._source, Kind.missing):
            last = row.expected.rpartition("-")[2]
            found.append(range(row.position, int(last or row.position) + 1))
        return found
