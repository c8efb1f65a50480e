"""A unit of work: load streams, decide on them, and commit the lot as one append.

    def approve(work: Work) -> str:
        work.guard(MEETING, meeting_id)             # must not change before this is committed
        work.decide(BUDGET, call_id, Reserve(...))
        work.decide(APPLICATION, application_id, Approve(...))
        return "approved"

    transact(store, clock, context, approve)

Only ``transact`` and consumers commit. A handler that meets a conflict is run again on fresh state,
a bounded number of times; it must therefore have no effects of its own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.clock import Clock
from shared.errors import Conflict, Stale
from shared.events.append import (
    Append,
    Claim,
    Context,
    DueWork,
    Guard,
    RequestRecord,
    Rest,
    StreamWrite,
)
from shared.events.decider import Decider
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.events.snapshots import Snapshot, find, taken
from shared.events.store import Store
from shared.language.marking import N_

S = TypeVar("S")
R = TypeVar("R")

RETRIES_MAX = 8
_RETRIED_SQLSTATES = {"40001", "40P01"}


@dataclass
class _Held:
    decider: Decider[Any]
    state: Any
    version: int
    events: list[Event]
    guarded: bool = False
    kept: int = 0
    """The version of the snapshot that it was read from."""


class Work:
    """One command's view of the streams it touches. Not shared between threads."""

    def __init__(
        self, store: Store, clock: Clock, context: Context, connection: Connection
    ) -> None:
        self.store = store
        self.now = clock.now()
        self.context = context
        self.connection = connection
        self._held: dict[str, _Held] = {}
        self._made: set[str] = set()
        self._empty: set[str] = set()
        self._claims: list[Claim] = []
        self._released: list[Claim] = []
        self._records: list[RequestRecord] = []
        self._due: list[DueWork] = []
        self._rests: list[Rest] = []

    def new_id(self) -> str:
        """A new identifier."""
        made = self.store.identifiers.new()
        self._made.add(made)
        return made

    def load(self, decider: Decider[S], identifier: str) -> S:
        """The stream's state, with what this work has already decided."""
        state: S = self._hold(decider, identifier).state
        return state

    def look_for(self, decider: Decider[Any], identifiers: Sequence[str]) -> None:
        """Ask at once which of many streams are not there yet, so that none is read for nothing.

        One that is there by the commit is a conflict, as ever.
        """
        streams = [decider.stream(one) for one in identifiers]
        self._empty.update(set(streams) - self.store.there(self.connection, streams))

    def version(self, decider: Decider[Any], identifier: str) -> int:
        """The stream's version as loaded, before this work's own events."""
        return self._hold(decider, identifier).version

    def version_after(self, decider: Decider[Any], identifier: str) -> int:
        """The stream's version once this work is committed."""
        held = self._hold(decider, identifier)
        return held.version + len(held.events)

    def expect(self, decider: Decider[Any], identifier: str, version: int | None) -> None:
        """Raise Stale unless the stream is at ``version`` up to the commit; None asks nothing."""
        if version is None:
            return
        if self.version(decider, identifier) != version:
            raise Stale(
                "stale-version",
                N_("This was changed since you opened it. Look at it again before you save."),
                current_version=self.version(decider, identifier),
            )
        self.guard(decider, identifier)

    def guard(self, decider: Decider[S], identifier: str) -> S:
        """The state of a stream on which this work rests, though it may write others only.

        If somebody appends to the stream before this work is committed, it is run again.
        """
        held = self._hold(decider, identifier)
        held.guarded = True
        state: S = held.state
        return state

    def ask(self, question: Callable[[Connection], R]) -> R:
        """What rows answer on which this work rests, such as which streams belong together.

        If the answer is another by the commit, this work is run again. Whoever may change it must
        write or guard a stream that this work guards or writes, too.
        """
        answer = question(self.connection)
        self._rests.append(Rest(question, answer))
        return answer

    def decide(self, decider: Decider[Any], identifier: str, command: Any) -> tuple[Event, ...]:
        """Decide a command on a stream; its events are part of this work."""
        held = self._hold(decider, identifier)
        events = decider.decide(held.state, command)
        for event in events:
            held.state = decider.evolve(held.state, event)
        held.events.extend(events)
        return events

    def claim(self, claim: Claim) -> None:
        self._claims.append(claim)

    def release(self, claim: Claim) -> None:
        self._released.append(claim)

    def record(self, record: RequestRecord) -> None:
        self._records.append(record)

    def schedule(self, due: DueWork) -> None:
        self._due.append(due)

    def append(self) -> Append:
        """Everything decided, as the one value that the store commits."""
        return Append(
            context=self.context,
            now=self.now,
            writes=tuple(
                StreamWrite(stream, held.version, tuple(held.events))
                for stream, held in self._held.items()
                if held.events
            ),
            claims=tuple(self._claims),
            released=tuple(self._released),
            records=tuple(self._records),
            due=tuple(self._due),
            guards=tuple(
                Guard(stream, held.version)
                for stream, held in self._held.items()
                if held.guarded and not held.events
            ),
            snapshots=tuple(self._snapshots()),
            rests=tuple(self._rests),
        )

    def _hold(self, decider: Decider[Any], identifier: str) -> _Held:
        stream = decider.stream(identifier)
        held = self._held.get(stream)
        if held is None:
            if decider.hot:
                self.store.lock(self.connection, stream)
            # Nobody has written to a stream whose id was made here, or that was found missing.
            if identifier in self._made or stream in self._empty:
                held = _Held(decider, decider.initial, 0, [])
            else:
                held = self._read(decider, stream)
            self._held[stream] = held
        return held

    def _read(self, decider: Decider[Any], stream: str) -> _Held:
        state, kept = decider.initial, 0
        if decider.snapshots is not None:
            found = find(decider.snapshots, self.connection, self.store.keyring, stream)
            state, kept = found or (state, kept)
        events, version = self.store.stream_after(self.connection, stream, kept)
        return _Held(decider, decider.fold(events, state), version, [], kept=kept)

    def _snapshots(self) -> Iterator[Snapshot]:
        """The states that are worth keeping, as they will be once this work is committed."""
        for stream, held in self._held.items():
            after, of = held.version + len(held.events), held.decider.snapshots
            if of is not None and held.events and after - held.kept >= of.every:
                snapshot = taken(of, self.store.keyring, stream, after, held.state)
                if snapshot is not None:
                    yield snapshot


def transact(
    store: Store,
    clock: Clock,
    context: Context,
    handler: Callable[[Work], R],
    *,
    on_committed: Callable[[list[Recorded]], None] | None = None,
) -> R:
    """Run a handler and commit what it decided; again on fresh state after a conflict."""
    for attempt in range(RETRIES_MAX):
        try:
            result, recorded = _attempt(store, clock, context, handler)
        except Conflict:
            if attempt == RETRIES_MAX - 1:
                raise
        except (DBAPIError, IntegrityError) as error:
            state = getattr(getattr(error, "orig", None), "sqlstate", None)
            if state not in _RETRIED_SQLSTATES or attempt == RETRIES_MAX - 1:
                raise
        else:
            if on_committed:
                on_committed(recorded)
            return result
        time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 (jitter, no secret)
    raise AssertionError("unreachable")


def _attempt(
    store: Store, clock: Clock, context: Context, handler: Callable[[Work], R]
) -> tuple[R, list[Recorded]]:
    if store.database.is_sqlite:
        with store.database.reading() as connection:
            work = Work(store, clock, context, connection)
            result = handler(work)
        append = work.append()
        return result, store.commit(append) if _writes(append) else []
    with store.database.deciding() as connection:
        work = Work(store, clock, context, connection)
        result = handler(work)
        append = work.append()
        recorded = store.conclude(connection, append) if _writes(append) else []
    store.notify()
    return result, recorded


def _writes(append: Append) -> bool:
    return bool(append.writes or append.claims or append.released or append.records or append.due)


@contextmanager
def working(store: Store, clock: Clock, context: Context, connection: Connection) -> Iterator[Work]:
    """A unit of work in the caller's transaction (consumers, imports): written at the end."""
    work = Work(store, clock, context, connection)
    yield work
    append = work.append()
    if _writes(append):
        store.write(connection, append)
