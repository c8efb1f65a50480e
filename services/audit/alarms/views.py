"""Alarms of every watching service as they are listed: audit's own, and those of accounts.

alarms(connection, only_open=True)     # the newest first
alarm(connection, "0192…")             # with `watcher`: whose log it is in
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, literal, or_, select, union_all

from services.audit.tables import ACTORS
from shared.log.watching.alarms import alarms_of, foreign_alarms

ALARMS: Final = alarms_of("audit")
ALARMS_OF_ACCOUNTS: Final = foreign_alarms("accounts")
_TABLES: Final = {"audit": ALARMS.table, "accounts": ALARMS_OF_ACCOUNTS.table}
RELATED_MAX: Final = 20


def alarms(
    connection: Connection,
    *,
    only_open: bool = False,
    source: str = "",
    limit: int = 50,
    after: tuple[datetime, str] | None = None,
) -> Sequence[Row[Any]]:
    """The newest first. ``after``: moment and id of the last one seen."""
    query = _all()
    both = query.selected_columns
    if only_open:
        query = query.where(both.settled_at.is_(None))
    if source:
        query = query.where(both.source == source)
    if after is not None:
        when, last = after
        query = query.where(
            or_(both.raised_at < when, and_(both.raised_at == when, both.alarm_id < last))
        )
    ordered = query.order_by(both.raised_at.desc(), both.alarm_id.desc())
    return connection.execute(ordered.limit(limit)).all()


def alarm(connection: Connection, alarm_id: str) -> Row[Any] | None:
    """One, with the name of who settled it."""
    query = _all()
    return connection.execute(query.where(query.selected_columns.alarm_id == alarm_id)).first()


def count_open(connection: Connection) -> int:
    """How many are open."""
    counts = (
        connection.execute(
            select(func.count()).select_from(table).where(table.c.settled_at.is_(None))
        ).scalar_one()
        for table in _TABLES.values()
    )
    return sum(counts)


def _all() -> Select[Any]:
    both = union_all(
        *(select(table, literal(name).label("watcher")) for name, table in _TABLES.items())
    ).subquery()
    return select(*both.c, ACTORS.c.display_name.label("settled_name")).select_from(
        both.outerjoin(ACTORS, ACTORS.c.account_id == both.c.settled_by)
    )
