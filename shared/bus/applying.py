"""Applying messages: effects, inbox, dead letters and cursor in one transaction.

A message that cannot be applied parks its stream, not the queue: it and later events of that
stream wait in ``dead_letters`` with the error until an operator retries or resolves them. Bytes
that are no envelope name no stream; they are parked as ``unreadable/<position>``.
"""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec
import structlog
from sqlalchemy import ColumnElement, Connection, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.errors import Busy, Conflict
from shared.events.append import Context
from shared.events.envelope import Envelope, decode
from shared.events.projection import Projecting, Recorded
from shared.events.tables import CURSORS, DEAD_LETTERS, INBOX
from shared.events.types import Foreign
from shared.events.work import working
from shared.log.leaf import leaf_hash
from shared.log.watching.copies import keep_leaves
from shared.service import Service

BATCH_MAX = 250
_CONFLICT_RETRIES = 5
# Lost connection, rolled back by the server (deadlock), out of resources, shutting down.
_PASSING_CLASSES = frozenset({"08", "40", "53", "57"})
_PASSING_SQLITE = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
)

UNREADABLE: Final = "unreadable"
_NAME_MAX: Final = 120
"""Of a stream and of a type, as the tables hold them."""

_log = structlog.get_logger("consumer")


class Unreadable(Exception):
    """These bytes are no envelope that can be kept."""


def cursors_of(connection: Connection) -> dict[str, int]:
    """The last position applied of each source."""
    return {row.source: row.position for row in connection.execute(select(CURSORS))}


def apply_batch(service: Service, ahead: dict[str, dict[int, bytes]]) -> dict[str, int]:
    """Apply what follows each source's cursor without a gap; returns the cursors after commit.

    ``ahead`` maps source to position to envelope bytes; what was applied or is old is taken out.
    """
    while True:
        applied = 0
        with service.database.writing() as connection:
            _before_rows(service, connection)
            cursors = cursors_of(connection)
            for source, waiting in ahead.items():
                cursor = cursors.get(source, -1)
                for position in [p for p in waiting if p <= cursor]:
                    del waiting[position]
                start = cursor
                leaves = []
                while cursor + 1 in waiting and applied < BATCH_MAX:
                    cursor += 1
                    raw = waiting.pop(cursor)
                    leaves.append(leaf_hash(raw))
                    _apply_one(service, connection, source, cursor, raw)
                    applied += 1
                if cursor != start:
                    if source in service.definition.follows:
                        keep_leaves(connection, source, start=start + 1, leaves=leaves)
                    _move(connection, source, start, cursor)
                cursors[source] = cursor
        if applied:
            service.store.notify()
        if applied < BATCH_MAX:
            return cursors


def _before_rows(service: Service, connection: Connection) -> None:
    """Take the lock that a rebuild waits for, in the order in which appends take it too."""
    if not service.database.is_sqlite:
        connection.execute(text("lock table pending in row exclusive mode"))


def _move(connection: Connection, source: str, start: int, cursor: int) -> None:
    if start == -1:
        # Also guards against two consumers: the second insert fails and its batch rolls back.
        connection.execute(CURSORS.insert().values(source=source, position=cursor))
        return
    moved = connection.execute(
        CURSORS.update()
        .where(CURSORS.c.source == source, CURSORS.c.position == start)
        .values(position=cursor)
    )
    if moved.rowcount != 1:
        raise Conflict("cursor-moved", "Another consumer works on this source.")


def read_envelope(raw: bytes) -> Envelope:
    """The envelope in a message. Raises Unreadable."""
    try:
        envelope = decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable from error
    for name in (envelope.subject, envelope.type):
        if len(name) > _NAME_MAX or "\0" in name:
            raise Unreadable
    return envelope


def _apply_one(
    service: Service, connection: Connection, source: str, position: int, raw: bytes
) -> None:
    try:
        envelope = read_envelope(raw)
    except Unreadable as error:
        _log.error("message unreadable", source=source, position=position)
        stream = f"{UNREADABLE}/{position}"
        _park(service, connection, source, position, stream, UNREADABLE, raw, describe(error))
        return
    known = service.store.types.knows(envelope.type)
    why = ""
    try:
        _keep(service, connection, source, position, envelope, raw)
        if known and _is_parked(connection, source, envelope.subject):
            why = "behind a parked event"
        elif known:
            _effects_with_retry(service, connection, envelope, raw)
    except Exception as error:  # (any lasting failure parks the stream, never the queue)
        if is_passing(error):
            raise
        _log.error(
            "message parked",
            source=source,
            position=position,
            correlation_id=envelope.correlationid,
            error=type(error).__name__,
        )
        why = describe(error)
    if why:
        stream, type_name = envelope.subject, envelope.type
        _park(service, connection, source, position, stream, type_name, raw, why)
        return
    if not known:
        return
    _log.info(
        "applied",
        event_type=envelope.type,
        event_id=envelope.id,
        source=source,
        position=position,
        correlation_id=envelope.correlationid,
    )


def _keep(
    service: Service,
    connection: Connection,
    source: str,
    position: int,
    envelope: Envelope,
    raw: bytes,
) -> None:
    """Put it into the inbox and tell who follows this source; both or, when that fails, neither."""
    row = INBOX.insert().values(source=source, position=position, type=envelope.type, envelope=raw)
    told = service.definition.on_followed
    if source not in service.definition.follows:
        if service.store.types.knows(envelope.type):
            connection.execute(row)
    elif told is None:
        connection.execute(row)
    else:
        with connection.begin_nested():
            connection.execute(row)
            told(Projecting(connection, service.keyring), envelope, position, raw)


def is_passing(error: Exception) -> bool:
    """Whether the database failed for a reason that goes away: then the whole batch is repeated."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, Busy)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state[:2] in _PASSING_CLASSES or state == "55P03"
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in _PASSING_SQLITE
    # A lost connection has no state of its own.
    return error.connection_invalidated or isinstance(error, OperationalError)


def _effects_with_retry(
    service: Service, connection: Connection, envelope: Envelope, raw: bytes
) -> None:
    for attempt in range(_CONFLICT_RETRIES):
        try:
            with connection.begin_nested():
                effects(service, connection, envelope, raw)
            return
        except Conflict:
            if attempt == _CONFLICT_RETRIES - 1:
                raise


def effects(service: Service, connection: Connection, envelope: Envelope, raw: bytes) -> None:
    """Project a foreign event and react to it, in the caller's savepoint."""
    event = service.store.types.event(envelope.type, envelope.data)
    recorded = Recorded(event, envelope, raw)
    service.store.projections.apply(Projecting(connection, service.keyring), recorded)
    for reaction in service.definition.reactions:
        if isinstance(event, Foreign) and type(event) in reaction.events:
            context = Context(
                actor=f"system/{service.name}",
                programme=envelope.programme,
                correlation=envelope.correlationid,
                causation=envelope.id,
            )
            with working(service.store, service.clock, context, connection) as work:
                reaction.react(work, recorded)


def describe(error: Exception) -> str:
    """What went wrong, without any value in it: messages of drivers quote data."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__}: {code}" if isinstance(code, str) else type(error).__name__


def _is_parked(connection: Connection, source: str, stream: str) -> bool:
    return (
        connection.execute(
            select(DEAD_LETTERS.c.position).where(*_waiting(source, stream)).limit(1)
        ).first()
        is not None
    )


def _park(
    service: Service,
    connection: Connection,
    source: str,
    position: int,
    stream: str,
    type_name: str,
    raw: bytes,
    error: str,
) -> None:
    connection.execute(
        DEAD_LETTERS.insert().values(
            source=source,
            position=position,
            stream=stream,
            type=type_name,
            envelope=raw,
            error=error,
            parked_at=service.clock.now(),
        )
    )


def retry_parked(service: Service, source: str, stream: str) -> int:
    """Apply a parked stream's events again, in order; returns how many are through.

    Raises what the first failing one raises; those before it stay applied. Of several who retry
    the same at once each applies what the others have not.
    """
    done = 0
    while _retry_next(service, source, stream):
        service.store.notify()
        done += 1
    return done


def _retry_next(service: Service, source: str, stream: str) -> bool:
    """Apply the first that waits, in a transaction that holds its row; whether there was one."""
    waiting = _waiting(source, stream)
    with service.database.writing() as connection:
        _before_rows(service, connection)
        row = connection.execute(
            select(DEAD_LETTERS.c.position, DEAD_LETTERS.c.envelope)
            .where(*waiting)
            .order_by(DEAD_LETTERS.c.position)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return False
        envelope = read_envelope(row.envelope)
        if not _is_kept(connection, source, row.position):
            _keep(service, connection, source, row.position, envelope, row.envelope)
        if service.store.types.knows(envelope.type):
            effects(service, connection, envelope, row.envelope)
        this = DEAD_LETTERS.c.position == row.position
        if _settle(service, connection, (*waiting, this), "retried") != 1:
            raise Conflict("settled-meanwhile", "Somebody else settled this message.")
    return True


def resolve_parked(service: Service, source: str, stream: str, *, resolution: str) -> int:
    """Leave a parked stream's events unapplied for good, with the reason on record."""
    with service.database.writing() as connection:
        return _settle(service, connection, _waiting(source, stream), resolution)


def _waiting(source: str, stream: str) -> tuple[ColumnElement[bool], ...]:
    return (
        DEAD_LETTERS.c.source == source,
        DEAD_LETTERS.c.stream == stream,
        DEAD_LETTERS.c.resolved_at.is_(None),
    )


def _is_kept(connection: Connection, source: str, position: int) -> bool:
    kept = select(INBOX.c.position).where(INBOX.c.source == source, INBOX.c.position == position)
    return connection.execute(kept).first() is not None


def _settle(
    service: Service,
    connection: Connection,
    which: tuple[ColumnElement[bool], ...],
    resolution: str,
) -> int:
    """Write down how they ended; returns how many of them were open still."""
    settled = connection.execute(
        DEAD_LETTERS.update()
        .where(*which)
        .values(resolved_at=service.clock.now(), resolution=resolution)
    )
    return settled.rowcount
