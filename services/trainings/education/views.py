"""What is read about education outcomes, each with the person's name and reference.

outcomes(connection, reach, after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from services.trainings.reach import Reach
from services.trainings.tables import OUTCOME_DOCUMENTS, OUTCOMES, REGISTRATIONS


def outcomes(
    connection: Connection,
    reach: Reach,
    *,
    outcome: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Outcomes, the latest first. ``after``: (ISO day, id) of the last one seen."""
    query = _with_people().where(reach.outcomes())
    if outcome:
        query = query.where(OUTCOMES.c.outcome == outcome)
    if after is not None:
        day, last = date.fromisoformat(after[0]), after[1]
        query = query.where(
            or_(
                OUTCOMES.c.completed_on < day,
                (OUTCOMES.c.completed_on == day) & (OUTCOMES.c.outcome_id < last),
            )
        )
    query = query.order_by(OUTCOMES.c.completed_on.desc(), OUTCOMES.c.outcome_id.desc())
    return connection.execute(query.limit(limit)).all()


def count(connection: Connection, reach: Reach, *, outcome: str = "") -> int:
    """How many outcomes count."""
    query = select(func.count()).select_from(OUTCOMES)
    query = query.where(reach.outcomes(), OUTCOMES.c.withdrawn.is_(False))
    if outcome:
        query = query.where(OUTCOMES.c.outcome == outcome)
    return connection.execute(query).scalar_one()


def outcome(connection: Connection, reach: Reach, outcome_id: str) -> Row[Any] | None:
    """One outcome in reach."""
    query = _with_people().where(OUTCOMES.c.outcome_id == outcome_id, reach.outcomes())
    return connection.execute(query).first()


def outcomes_of(connection: Connection, registrations: Sequence[str]) -> Sequence[Row[Any]]:
    """The outcomes of some registrations, oldest first."""
    query = select(OUTCOMES).where(OUTCOMES.c.registration_id.in_(registrations))
    return connection.execute(query.order_by(OUTCOMES.c.completed_on)).all()


def documents(connection: Connection, outcome_id: str) -> Sequence[Row[Any]]:
    """The documents of one outcome, in the order in which they came."""
    query = select(OUTCOME_DOCUMENTS).where(OUTCOME_DOCUMENTS.c.outcome_id == outcome_id)
    order = (OUTCOME_DOCUMENTS.c.added_at, OUTCOME_DOCUMENTS.c.sha256)
    return connection.execute(query.order_by(*order)).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row.completed_on.isoformat(), row.outcome_id


def _with_people() -> Select[Any]:
    return select(OUTCOMES, REGISTRATIONS.c.full_name, REGISTRATIONS.c.reference).outerjoin(
        REGISTRATIONS, REGISTRATIONS.c.registration_id == OUTCOMES.c.registration_id
    )
