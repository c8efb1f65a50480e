"""Applying messages: effects, inbox and cursor in one transaction.

    apply_batch(service, {"grants": {17: b"...", 18: b"..."}})  ->  {"grants": 18}

Messages are applied together: one statement keeps them, and the rows of their projections are
written together. Only when that fails they are applied anew one by one, each under a savepoint, and
one that cannot be applied parks its stream, not the queue: it and later events of that stream wait
in ``dead_letters`` with the error until an operator retries or resolves them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from sqlalchemy import Connection, bindparam, select

from shared.bus.effects import (
    Gathering,
    Message,
    Unreadable,
    before_rows,
    describe,
    effects,
    is_kept_here,
    is_passing,
    keep,
    keep_many,
    read_envelope,
    recorded_of,
)
from shared.bus.parking import park, park_unreadable, parked_among
from shared.errors import Conflict
from shared.events.projection import Projecting
from shared.events.tables import CURSORS
from shared.log.leaf import leaf_hash
from shared.log.watching.copies import keep_leaves
from shared.privacy.sealing import sealed_keys
from shared.service import Service

BATCH_MAX: Final = 500
_CONFLICT_RETRIES: Final = 5

_CURSORS = select(CURSORS.c.source, CURSORS.c.position)
_MOVE = (
    CURSORS.update()
    .where(CURSORS.c.source == bindparam("of"), CURSORS.c.position == bindparam("start"))
    .values(position=bindparam("reached"))
)

Taken = Sequence[tuple[int, bytes]]
"""(position, bytes) of one source without a gap."""
Applied = Sequence[Message]
"""Those that had an effect, in order."""
Apply = Callable[[Service, Connection, str, Taken], Applied]
_BEHIND: Final = "behind a parked event"

_log = structlog.get_logger("consumer")


def cursors_of(connection: Connection) -> dict[str, int]:
    """The last position applied of each source."""
    return {row.source: row.position for row in connection.execute(_CURSORS)}


def apply_batch(service: Service, ahead: dict[str, dict[int, bytes]]) -> dict[str, int]:
    """Apply what follows each source's cursor without a gap; returns the cursors after commit.

    ``ahead`` maps source to position to envelope bytes; what was applied or is old is taken out.
    """
    while True:
        try:
            cursors, applied = _apply(service, ahead, _together)
        except Exception as error:
            if is_passing(error):
                raise
            cursors, applied = _apply(service, ahead, _one_by_one)
        for source, waiting in ahead.items():
            for position in [p for p in waiting if p <= cursors.get(source, -1)]:
                del waiting[position]
        if applied:
            service.store.notify()
        if applied < BATCH_MAX:
            return cursors


def _apply(
    service: Service, ahead: dict[str, dict[int, bytes]], apply: Apply
) -> tuple[dict[str, int], int]:
    """One transaction; returns the cursors after it and how many messages it applied."""
    applied: list[Message] = []
    with service.database.writing() as connection:
        before_rows(service, connection)
        cursors = cursors_of(connection)
        room = BATCH_MAX
        for source, waiting in ahead.items():
            start = cursors.get(source, -1)
            messages = _following(waiting, start, room)
            cursors[source] = start + len(messages)
            if messages:
                applied += apply(service, connection, source, messages)
                if source in service.definition.follows:
                    leaves = [leaf_hash(raw) for _, raw in messages]
                    keep_leaves(connection, source, start=start + 1, leaves=leaves)
                _move(connection, source, start, cursors[source])
                room -= len(messages)
    _say(applied)
    return cursors, BATCH_MAX - room


def _following(waiting: dict[int, bytes], cursor: int, limit: int) -> Taken:
    """What follows a cursor without a gap."""
    found: list[tuple[int, bytes]] = []
    position = cursor + 1
    while position in waiting and len(found) < limit:
        found.append((position, waiting[position]))
        position += 1
    return found


def _move(connection: Connection, source: str, start: int, cursor: int) -> None:
    if start == -1:
        # Also guards against two consumers: the second insert fails and its batch rolls back.
        connection.execute(CURSORS.insert().values(source=source, position=cursor))
        return
    moved = connection.execute(_MOVE, {"of": source, "start": start, "reached": cursor})
    if moved.rowcount != 1:
        raise Conflict("cursor-moved", "Another consumer works on this source.")


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


def _together(service: Service, connection: Connection, source: str, taken: Taken) -> Applied:
    """Raises what any of them raises; the transaction is then of no use."""
    messages = [Message(source, position, read_envelope(raw), raw) for position, raw in taken]
    keep_many(connection, [message for message in messages if is_kept_here(service, message)])
    at = Gathering(service, connection)
    told = service.definition.on_followed
    if told is not None and source in service.definition.follows:
        for message in messages:
            told(at, message.envelope, message.position, message.raw)
    known = [m for m in messages if service.store.types.knows(m.envelope.type)]
    parked = parked_among(connection, source, {m.envelope.subject for m in known})
    for message in known:
        if message.envelope.subject in parked:
            park(service, connection, message, _BEHIND)
    applied = [message for message in known if message.envelope.subject not in parked]
    recorded = [recorded_of(service, message) for message in applied]
    # (here for all at once, where each would be asked for by itself)
    if keys := sealed_keys(one.event for one in recorded):
        service.keyring.open_keys(keys)
    for one in recorded:
        effects(service, at, one)
    at.flush()
    return applied


# One by one


def _one_by_one(service: Service, connection: Connection, source: str, taken: Taken) -> Applied:
    applied = []
    for position, raw in taken:
        try:
            message = Message(source, position, read_envelope(raw), raw)
        except Unreadable as error:
            _log.error("message unreadable", source=source, position=position)
            park_unreadable(service, connection, source, position, raw, describe(error))
            continue
        if _apply_one(service, connection, message):
            applied.append(message)
    return applied


def _apply_one(service: Service, connection: Connection, message: Message) -> bool:
    """Whether it had an effect; a lasting failure parks its stream, never the queue."""
    at = Projecting(connection, service.keyring)
    known = service.store.types.knows(message.envelope.type)
    why = ""
    try:
        keep(service, at, message)
        if known and parked_among(connection, message.source, {message.envelope.subject}):
            why = _BEHIND
        elif known:
            _effects_with_retry(service, at, message)
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
    return known and not why


def _effects_with_retry(service: Service, at: Projecting, message: Message) -> None:
    for attempt in range(_CONFLICT_RETRIES):
        try:
            with at.connection.begin_nested():
                effects(service, at, recorded_of(service, message))
            return
        except Conflict:
            if attempt == _CONFLICT_RETRIES - 1:
                raise
