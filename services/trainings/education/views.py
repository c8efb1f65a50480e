"""What is read about education outcomes.

outcomes(connection, reach, after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from services.trainings.reach import Reach
from services.trainings.tables import OUTCOMES


def outcomes(
    connection: Connection, reach: Reach, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Outcomes, the latest first."""
    query = select(OUTCOMES).where(reach.outcomes())
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


def outcome(connection: Connection, reach: Reach, outcome_id: str) -> Row[Any] | None:
    """One outcome in reach."""
    query = select(OUTCOMES).where(OUTCOMES.c.outcome_id == outcome_id, reach.outcomes())
    return connection.execute(query).first()


def outcomes_of(connection: Connection, registrations: Sequence[str]) -> Sequence[Row[Any]]:
    """The outcomes of some registrations, oldest first."""
    query = select(OUTCOMES).where(OUTCOMES.c.registration_id.in_(registrations))
    return connection.execute(query.order_by(OUTCOMES.c.completed_on)).all()
