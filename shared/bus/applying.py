"""Applying messages: effects, inbox and cursor in one transaction.

    apply_batch(service, {"grants": {17: b"...", 18: b"..."}})  ->  {"grants": 18}

Messages are applied together: one statement keeps them, and the rows of their projections are
written together. Only when that fails they are applied anew one by one, each under a savepoint, and
one that cannot be applied parks its stream, not the queue: it and later events of that stream wait
in ``dead_letters`` with the error until an operator retries or resolves them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection, select

from shared.bus.effects import (
    LOCK,
    Gathering,
    Message,
    Unreadable,
    describe,
    effects,
    is_passing,
    keep,
    keep_many,
    read_envelope,
    recorded_of,
    sent_together,
)
from shared.bus.parking import park, park_unreadable, parked_among
from shared.errors import Conflict
from shared.events.tables import CURSORS
from shared.log.leaf import leaf_hash
from shared.log.watching.copies import keep_leaves
from shared.privacy.sealing import sealed_keys
from shared.service import Service

BATCH_MAX: Final = 500
_CONFLICT_RETRIES: Final = 5

_CURSORS = select(CURSORS.c.source, CURSORS.c.position)
_BEGIN: Final = (
    "select c.source, c.position, exists (select from dead_letters d"
    " where d.source = c.source and d.resolved_at is null)"
    " from cursors c where c.source = any(%s) for update of c"
)
"""The row is held until the commit, so that of two consumers one waits for the other."""
_FIRST: Final = "insert into cursors (source, position) values ({mark}, {mark})"
_MOVE: Final = "update cursors set position = {mark} where source = {mark} and position = {mark}"

_MOVE_REMEMBERED: Final = (
    "with moved as (update cursors set position = %s where source = %s and position = %s"
    " and not exists (select from dead_letters where source = %s and resolved_at is null)"
    " returning 1) select 1 / count(*) from moved"
)
"""Refused (by zero) where the cursor is another or gone, or where parked streams are to be asked
for."""

Taken = Sequence[tuple[int, bytes]]
"""(position, bytes) of one source without a gap."""
Applied = Sequence[Message]
"""Those that had an effect, in order."""

_BEHIND: Final = "behind a parked event"

_log = structlog.get_logger("consumer")


class Apply(Protocol):
    """A way to apply messages of one source. ``troubled``: it may have parked streams."""

    def __call__(
        self, service: Service, at: Gathering, source: str, taken: Taken, *, troubled: bool
    ) -> Applied: ...


def cursors_of(connection: Connection) -> dict[str, int]:
    """The last position applied of each source."""
    return {row.source: row.position for row in connection.execute(_CURSORS)}


def apply_batch(
    service: Service, ahead: dict[str, dict[int, bytes]], known: dict[str, int] | None = None
) -> dict[str, int]:
    """Apply what follows each source's cursor without a gap; returns cursors after the commit.

    ahead: source to position to envelope bytes; what was applied or is old is taken out.
    known: what a consumer remembers from turn to turn, cursors of sources without parked streams.
           They need not be read then: if they are not right, the database refuses the batch.
    """
    known = {} if known is None else known
    while True:
        cursors, applied = _in_some_way(service, ahead, known)
        for source, waiting in ahead.items():
            for position in [p for p in waiting if p <= cursors.get(source, -1)]:
                del waiting[position]
        if applied and service.definition.reactions:
            service.store.notify()
        if applied < BATCH_MAX:
            return cursors


def _in_some_way(
    service: Service, ahead: dict[str, dict[int, bytes]], known: dict[str, int]
) -> tuple[dict[str, int], int]:
    """As fast as it goes; returns the cursors and how many were applied."""
    if not service.database.is_sqlite and all(known.get(source, -1) >= 0 for source in ahead):
        try:
            return _apply(service, ahead, known, _together, remembered=True)
        except Exception as error:
            if is_passing(error):
                raise
            known.clear()
    try:
        return _apply(service, ahead, known, _together)
    except Exception as error:
        if is_passing(error):
            raise
    return _apply(service, ahead, known, _one_by_one)


def _apply(
    service: Service,
    ahead: dict[str, dict[int, bytes]],
    known: dict[str, int],
    apply: Apply,
    *,
    remembered: bool = False,
) -> tuple[dict[str, int], int]:
    """One transaction; returns the cursors after it and how many messages it applied."""
    applied: list[Message] = []
    room = BATCH_MAX
    if remembered and not any(known[source] + 1 in ahead[source] for source in ahead):
        return dict(known), 0
    with service.database.writing() as connection:
        at = Gathering(service, connection)
        troubled: set[str] = set()
        if remembered:
            cursors = dict(known)
            at.later(LOCK, ())
        else:
            cursors, troubled = _begin(service, connection, ahead)
        for source, waiting in ahead.items():
            start = cursors.get(source, -1)
            messages = _following(waiting, start, room)
            if not messages:
                continue
            cursors[source] = start + len(messages)
            _move(service, at, source, start, cursors[source], remembered=remembered)
            applied += apply(service, at, source, messages, troubled=source in troubled)
            if source in service.definition.follows:
                leaves = [leaf_hash(raw) for _, raw in messages]
                keep_leaves(at.connection, source, start=start + 1, leaves=leaves)
            room -= len(messages)
        at.flush(commit=True)
    if apply is _together:
        known.update({source: cursors[source] for source in cursors.keys() - troubled})
    _say(applied)
    return cursors, BATCH_MAX - room


def _begin(
    service: Service, connection: Connection, ahead: Collection[str]
) -> tuple[dict[str, int], set[str]]:
    """The cursors, and the sources that have parked streams. Takes the lock of ``before_rows``."""
    if service.database.is_sqlite:
        return cursors_of(connection), set(ahead)
    sources = sorted({*ahead, *service.definition.sources()})
    with sent_together(connection) as cursor:
        cursor.execute(LOCK)
        found = cursor.execute(_BEGIN, (sources,)).fetchall()
    return {row[0]: row[1] for row in found}, {row[0] for row in found if row[2]}


def _following(waiting: dict[int, bytes], cursor: int, limit: int) -> Taken:
    """What follows a cursor without a gap."""
    found: list[tuple[int, bytes]] = []
    position = cursor + 1
    while position in waiting and len(found) < limit:
        found.append((position, waiting[position]))
        position += 1
    return found


def _move(
    service: Service, at: Gathering, source: str, start: int, cursor: int, *, remembered: bool
) -> None:
    mark = "?" if service.database.is_sqlite else "%s"
    if start == -1:
        # Also guards against two consumers: the second insert fails and its batch rolls back.
        at.later(_FIRST.format(mark=mark), (source, cursor))
    elif remembered:
        at.later(_MOVE_REMEMBERED, (cursor, source, start, source))
    else:
        at.later(_MOVE.format(mark=mark), (cursor, source, start))


def _say(applied: Applied) -> None:
    """One line for what one request led to, with its correlation id."""
    count: Counter[str] = Counter(message.envelope.correlationid for message in applied)
    last = {message.envelope.correlationid: message for message in applied}
    for correlation, message in last.items():
        _log.info(
            "applied",
            event_type=message.envelope.type,
            event_id=message.envelope.id,
            source=message.source,
            position=message.position,
            count=count[correlation],
            correlation_id=correlation,
        )


# Together


def _together(
    service: Service, at: Gathering, source: str, taken: Taken, *, troubled: bool
) -> Applied:
    """Raises what any of them raises; the transaction is then of no use."""
    messages = [Message(source, position, read_envelope(raw), raw) for position, raw in taken]
    known = [m for m in messages if service.store.types.knows(m.envelope.type)]
    if troubled:
        parked = parked_among(at.connection, source, {m.envelope.subject for m in known})
        for message in known:
            if message.envelope.subject in parked:
                park(service, at.connection, message, _BEHIND)
        known = [message for message in known if message.envelope.subject not in parked]
    keep_many(service, at, messages)
    recorded = [recorded_of(service, message) for message in known]
    # (here for all at once, where each would be asked for by itself)
    if keys := sealed_keys(one.event for one in recorded):
        service.keyring.open_keys(keys)
    for one in recorded:
        effects(service, at, one)
    return known


# One by one


def _one_by_one(
    service: Service, at: Gathering, source: str, taken: Taken, *, troubled: bool
) -> Applied:
    applied = []
    connection = at.connection
    for position, raw in taken:
        try:
            message = Message(source, position, read_envelope(raw), raw)
        except Unreadable as error:
            _log.error("message unreadable", source=source, position=position)
            park_unreadable(service, connection, source, position, raw, describe(error))
            troubled = True
            continue
        had_effect, parked = _apply_one(service, connection, message, troubled=troubled)
        troubled = troubled or parked
        if had_effect:
            applied.append(message)
    return applied


def _apply_one(
    service: Service, connection: Connection, message: Message, *, troubled: bool
) -> tuple[bool, bool]:
    """Whether it had an effect and whether it was parked; a lasting failure parks its stream."""
    known = service.store.types.knows(message.envelope.type)
    why = ""
    try:
        keep(service, connection, message)
        streams = {message.envelope.subject} if known and troubled else set()
        if parked_among(connection, message.source, streams):
            why = _BEHIND
        elif known:
            _effects_with_retry(service, connection, message)
    except Exception as error:
        if is_passing(error):
            raise
        _log.error(
            "message parked",
            source=message.source,
            position=message.position,
            correlation_id=message.envelope.correlationid,
            error=type(error).__name__,
        )
        why = describe(error)
    if why:
        park(service, connection, message, why)
    return known and not why, bool(why)


def _effects_with_retry(service: Service, connection: Connection, message: Message) -> None:
    for attempt in range(_CONFLICT_RETRIES):
        try:
            with connection.begin_nested():
                at = Gathering(service, connection)
                effects(service, at, recorded_of(service, message))
                at.flush()
            return
        except Conflict:
            if attempt == _CONFLICT_RETRIES - 1:
                raise
