"""Leader and followers: appends that are committed at the same time share one commit.

    together = Together(run, leaders=2, apart=True)
    together.commit(Ticket(append, prepared, plain=True))    # returns once it is durable, or raises

The first thread in becomes a leader: it takes its own ticket and those that queue behind it, and
``run`` settles them all with one commit. Whoever comes meanwhile waits; when the leader is done it
lets the first of those lead. Each leads once, for a group that has a bound. Those who shared the
last commit are likely to come again at once: the next leader waits for them a while, less than the
commit takes, since otherwise every other commit would be the first comer's alone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import Final

from shared.events.append import Append
from shared.events.locking import STREAMS_MAX
from shared.events.projection import Recorded

GROUP_MAX: Final = 64
"""Appends in one commit."""
GROUP_EVENTS_MAX: Final = 1_000
"""Events in one commit, unless one append alone brings more."""
WAIT_SECONDS: Final = 0.000_05
WAIT_SECONDS_MAX: Final = 0.002


class Ticket:
    """One thread's append in the queue, and what became of it.

    plain: nothing but events and guards: no claims, records, work that falls due, no projections.
    error: why it was not appended; set by whoever runs the group.
    """

    __slots__ = ("append", "error", "gate", "guards", "leads", "plain", "prepared", "writes")

    def __init__(self, append: Append, prepared: list[Recorded], *, plain: bool) -> None:
        """Raises ValueError when a stream stands twice in the append."""
        self.append = append
        self.prepared = prepared
        self.plain = plain
        self.writes = {write.stream: write.expected_version for write in append.writes}
        self.guards = {guard.stream: guard.version for guard in append.guards}
        touched = len(self.writes.keys() | self.guards.keys())
        if touched != len(append.writes) + len(append.guards):
            raise ValueError("a stream stands twice in one append")
        self.error: Exception | None = None
        self.leads = False
        self.gate = threading.Lock()


Run = Callable[[list[Ticket]], None]
"""Commits every ticket of a group or says in its ``error`` why not. What it raises is all's."""


class Together:
    """The queue of one store. ``leaders``: how many groups may be on their way at a time.

    apart: two appends that touch one stream are never in one group (where all of a group is
           checked against what was there before it).
    """

    def __init__(self, run: Run, *, leaders: int, apart: bool) -> None:
        self._run = run
        self._apart = apart
        self._free = leaders
        self._last = 1
        self._last_seconds = 0.0
        self._mutex = threading.Lock()
        self._queue: deque[Ticket] = deque()

    def commit(self, ticket: Ticket) -> None:
        """Return once the ticket is durable; raise what became of it otherwise."""
        with self._mutex:
            if self._free:
                self._free -= 1
                ticket.leads = True
            else:
                ticket.gate.acquire()
                self._queue.append(ticket)
        if not ticket.leads:
            self._wait(ticket)
        if ticket.leads:
            self._lead(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _wait(self, ticket: Ticket) -> None:
        try:
            ticket.gate.acquire()
        except BaseException:
            # Interrupted: nobody may wait for a leader who is gone.
            with self._mutex:
                if ticket in self._queue:
                    self._queue.remove(ticket)
                led = ticket.leads
            if led:
                self._hand_over()
            raise

    def _lead(self, ticket: Ticket) -> None:
        group = [ticket]
        try:
            self._await_company()
            with self._mutex:
                self._gather(group)
            begun = time.monotonic()
            self._run(group)
            self._last, self._last_seconds = len(group), time.monotonic() - begun
        except BaseException as error:
            for one in group:
                one.error = one.error or _told(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for one in group[1:]:
                one.gate.release()

    def _await_company(self) -> None:
        expected = self._last - 1
        if expected <= len(self._queue):
            return
        end = time.monotonic() + min(self._last_seconds / 2, WAIT_SECONDS_MAX)
        while len(self._queue) < expected and time.monotonic() < end:
            time.sleep(WAIT_SECONDS)

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._queue:
                self._free += 1
                return
            heir = self._queue.popleft()
            heir.leads = True
        heir.gate.release()

    def _gather(self, group: list[Ticket]) -> None:
        """Add those that queue, in their order, as far as they may stand in one group."""
        if not self._queue:
            return
        first = group[0]
        written = set(first.writes)
        touched = written | first.guards.keys()
        events = len(first.prepared)
        kept: list[Ticket] = []
        while self._queue and len(group) < GROUP_MAX:
            ticket = self._queue.popleft()
            fits = (
                len(touched) + len(ticket.writes) + len(ticket.guards) <= STREAMS_MAX
                and events + len(ticket.prepared) <= GROUP_EVENTS_MAX
                and not (self._apart and _meet(ticket, written, touched))
            )
            # What stays behind keeps its place before whatever touches the same streams later.
            written |= ticket.writes.keys()
            touched |= ticket.writes.keys() | ticket.guards.keys()
            if fits:
                group.append(ticket)
                events += len(ticket.prepared)
            else:
                kept.append(ticket)
                if len(kept) >= GROUP_MAX:
                    break
        self._queue.extendleft(reversed(kept))


def _meet(ticket: Ticket, written: Collection[str], touched: Collection[str]) -> bool:
    return any(name in touched for name in ticket.writes) or any(
        name in written for name in ticket.guards
    )


def _told(error: BaseException) -> Exception:
    """The error for those that waited: each raises it in a thread of its own."""
    if isinstance(error, Exception):
        return error
    return RuntimeError(f"the append's leader was interrupted: {type(error).__name__}")
