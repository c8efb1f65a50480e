"""Dead letters: streams of which an event could not be applied, until somebody settles them.

    retry_parked(service, "grants", "award/a1")                          # how many are through
    resolve_parked(service, "grants", "award/a1", resolution="a doublet")

That event and later ones of its stream wait here in order, with the error. Bytes that are no
envelope name no stream; they are parked as ``unreadable/<position>``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from shared.bus.effects import (
    Gathering,
    Message,
    before_rows,
    effects,
    keep,
    read_envelope,
    recorded_of,
)
from shared.errors import Conflict
from shared.events.tables import DEAD_LETTERS, INBOX
from shared.service import Service

UNREADABLE: Final = "unreadable"


def parked_among(connection: Connection, source: str, streams: Collection[str]) -> set[str]:
    """Which of these streams of a source wait for an operator."""
    if not streams:
        return set()
    found = connection.execute(
        select(DEAD_LETTERS.c.stream)
        .where(
            DEAD_LETTERS.c.source == source,
            DEAD_LETTERS.c.stream.in_(list(streams)),
            DEAD_LETTERS.c.resolved_at.is_(None),
        )
        .distinct()
    )
    return set(found.scalars())


def park(service: Service, connection: Connection, message: Message, error: str) -> None:
    """Let a message wait, and with it whatever comes later of its stream."""
    letter = {
        "source": message.source,
        "position": message.position,
        "stream": message.envelope.subject,
        "type": message.envelope.type,
        "envelope": message.raw,
    }
    _insert(service, connection, letter, error)


def park_unreadable(
    service: Service, connection: Connection, source: str, position: int, raw: bytes, error: str
) -> None:
    """Let bytes wait that name no stream."""
    letter = {
        "source": source,
        "position": position,
        "stream": f"{UNREADABLE}/{position}",
        "type": UNREADABLE,
        "envelope": raw,
    }
    _insert(service, connection, letter, error)


def _insert(service: Service, connection: Connection, letter: dict[str, Any], error: str) -> None:
    connection.execute(
        DEAD_LETTERS.insert().values(error=error, parked_at=service.clock.now(), **letter)
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
        before_rows(service, connection)
        row = connection.execute(
            select(DEAD_LETTERS.c.position, DEAD_LETTERS.c.envelope)
            .where(*waiting)
            .order_by(DEAD_LETTERS.c.position)
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return False
        raw = row.envelope
        message = Message(source, row.position, read_envelope(raw), raw)
        if not _is_kept(connection, source, row.position):
            keep(service, connection, message)
        if service.store.types.knows(message.envelope.type):
            at = Gathering(service, connection)
            effects(service, at, recorded_of(service, message))
            at.flush()
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
