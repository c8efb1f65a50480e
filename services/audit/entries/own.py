"""What happened in the audit itself: who read, exported and was refused here, and what it raised.

    own_entries(connection, scope, limit=51, before=None)   ->  rows like those of other logs
    own_entry(connection, scope, 17)                        ->  the row and its exact bytes

The audit follows every log but its own (another service witnesses that one), so these rows are
made from its own log when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, select

from services.audit.entries.views import Scope
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.events.envelope import decode
from shared.events.tables import EVENTS, LOG

SOURCE: Final = "audit"
_BATCH: Final = 200
_READ_MAX: Final = 5_000
"""Entries looked through for one page of those that a reader of one programme may see."""


@dataclass(frozen=True, kw_only=True)
class OwnRow:
    """An entry of the audit's own log, with the names that rows of other logs have."""

    source: str
    position: int
    event_id: str
    stream: str
    kind: str
    stream_version: int
    type: str
    actor: str
    on_behalf_of: str | None
    programme: str
    at: datetime
    leaf_hash: bytes
    correlation: str
    causation: str


Entry: TypeAlias = Row[Any] | OwnRow
"""A row of ``audit_entries``, or one that is like it."""


def own_entries(
    connection: Connection, scope: Scope, *, limit: int, before: int | None = None
) -> list[tuple[OwnRow, bytes]]:
    """The newest first, with their bytes. ``before``: the position of the last one seen."""
    found: list[tuple[OwnRow, bytes]] = []
    read = 0
    while len(found) < limit and read < _READ_MAX:
        batch = _rows(connection, before)
        found += [(row, raw) for row, raw in batch if _may(scope, row)]
        if len(batch) < _BATCH:
            break
        read, before = read + len(batch), batch[-1][0].position
    return found[:limit]


def own_entry(connection: Connection, scope: Scope, position: int) -> tuple[OwnRow, bytes] | None:
    """One entry, when the reader may see it."""
    batch = _rows(connection, position + 1, limit=1)
    if not batch or batch[0][0].position != position or not _may(scope, batch[0][0]):
        return None
    return batch[0]


def _rows(
    connection: Connection, before: int | None, *, limit: int = _BATCH
) -> Sequence[tuple[OwnRow, bytes]]:
    query = (
        select(LOG.c.position, LOG.c.leaf_hash, EVENTS.c.envelope)
        .join(EVENTS, EVENTS.c.event_id == LOG.c.event_id)
        .order_by(LOG.c.position.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(LOG.c.position < before)
    found = []
    for position, leaf, raw in connection.execute(query):
        envelope = decode(raw)
        row = OwnRow(
            source=SOURCE,
            position=position,
            event_id=envelope.id,
            stream=envelope.subject,
            kind=envelope.subject.partition("/")[0],
            stream_version=envelope.streamversion,
            type=envelope.type,
            actor=envelope.actor,
            on_behalf_of=envelope.onbehalfof,
            programme=envelope.programme,
            at=envelope.time,
            leaf_hash=leaf,
            correlation=envelope.correlationid,
            causation=envelope.causationid,
        )
        found.append((row, raw))
    return found


def _may(scope: Scope, row: OwnRow) -> bool:
    """Auditors see what is of their programmes; of the installation, those of all of it."""
    programmes = {programme for role, programme in scope.grants if role == Role.auditor}
    return not programmes.isdisjoint((EVERY_PROGRAMME, row.programme))
