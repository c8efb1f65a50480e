"""Entries of a history, in the order in which they were recorded, in pages.

    history(connection, Scope.of(reader), chain(connection, "payment", "0192…"), limit=101)

Entries of one moment keep the order of their log. What a reader may not see is not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, union

from services.audit.entries.views import Scope
from services.audit.histories.chains import Chain
from services.audit.tables import ENTRIES, MENTIONS, RELATIONS
from shared.events.event import PREFIX

Place: TypeAlias = tuple[datetime, str, int]
"""Moment, service and position of an entry: where a page ended."""

RECORDS_AT_ONCE: Final = 500
_LOOKS: Final = ("subject", "about", "recipient")


def history(
    connection: Connection,
    scope: Scope,
    chain: Chain,
    *,
    limit: int,
    after: Place | None = None,
    newest_first: bool = False,
) -> Sequence[Row[Any]]:
    """A page of the entries, the oldest first unless asked otherwise."""
    place = (ENTRIES.c.at, ENTRIES.c.source, ENTRIES.c.position)
    query = _of(chain).where(scope.clause()).limit(limit)
    query = query.order_by(*(column.desc() if newest_first else column for column in place))
    if after is not None:
        at, source, position = after
        here, log = ENTRIES.c.at == at, ENTRIES.c.source == source
        later = (
            or_(
                ENTRIES.c.at < at,
                and_(here, ENTRIES.c.source < source),
                and_(here, log, ENTRIES.c.position < position),
            )
            if newest_first
            else or_(
                ENTRIES.c.at > at,
                and_(here, ENTRIES.c.source > source),
                and_(here, log, ENTRIES.c.position > position),
            )
        )
        query = query.where(later)
    return connection.execute(query).all()


def visible(connection: Connection, scope: Scope, records: Collection[str]) -> list[str]:
    """Those of the records of which the reader may see an entry, in order.

    The chain itself knows no programme: a person's leads into every programme they applied in.
    """
    listed = sorted(records)
    found: set[str] = set()
    for start in range(0, len(listed), RECORDS_AT_ONCE):
        part = listed[start : start + RECORDS_AT_ONCE]
        query = select(ENTRIES.c.stream).where(ENTRIES.c.stream.in_(part), scope.clause())
        found.update(connection.execute(query.distinct()).scalars())
    return sorted(found)


def counts(connection: Connection, scope: Scope, chain: Chain) -> dict[str, int]:
    """How many entries of each kind of record the history has."""
    found = _of(chain).where(scope.clause()).subquery()
    rows = connection.execute(
        select(found.c.kind, func.count()).group_by(found.c.kind).order_by(found.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def _of(chain: Chain) -> Select[Any]:
    key = (ENTRIES.c.source, ENTRIES.c.position)
    parts: list[Select[Any]] = [select(*key).where(ENTRIES.c.stream.in_(chain.records))]
    if chain.mentioned:
        parts.append(
            select(MENTIONS.c.source, MENTIONS.c.position).where(
                MENTIONS.c.stream.in_(chain.mentioned)
            )
        )
    if chain.partly:
        types = [ENTRIES.c.type.like(f"{PREFIX}{name}.v%") for name in chain.acts]
        parts.append(select(*key).where(ENTRIES.c.stream.in_(chain.partly), or_(*types)))
    if chain.looked_at:
        looks = select(RELATIONS.c.from_stream).where(
            RELATIONS.c.to_stream.in_(chain.looked_at), RELATIONS.c.kind.in_(_LOOKS)
        )
        parts.append(select(*key).where(ENTRIES.c.stream.in_(looks)))
    if chain.actor:
        did = (ENTRIES.c.actor, ENTRIES.c.on_behalf_of)
        parts += [select(*key).where(column == chain.actor) for column in did]
    keys = union(*parts).subquery()
    return select(ENTRIES).join(
        keys, and_(ENTRIES.c.source == keys.c.source, ENTRIES.c.position == keys.c.position)
    )
