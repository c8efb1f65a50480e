"""What is read about enrolment: who waits, how many places are free, where somebody can go.

waiting(connection, cohort_id)                       # in order, with names
open_cohorts(connection, reach, programme)           # with the places that are free
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from services.trainings.cohorts.cohort_state import PLACES_MAX
from services.trainings.cohorts.tables import WAITING
from services.trainings.reach import Reach
from services.trainings.tables import COHORTS, MEMBERS, REGISTRATIONS, SESSIONS

COHORTS_SHOWN_MAX = 200


def waiting(connection: Connection, cohort_id: str) -> Sequence[Row[Any]]:
    """Who waits for a place, who waits longest first."""
    query = (
        select(WAITING, REGISTRATIONS.c.reference, REGISTRATIONS.c.full_name)
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.registration_id == WAITING.c.registration_id)
        .where(WAITING.c.cohort_id == cohort_id)
        .order_by(WAITING.c.place)
    )
    return connection.execute(query).all()


def open_cohorts(
    connection: Connection,
    reach: Reach,
    programme: str,
    *,
    course: tuple[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Cohorts of a programme that are not closed, by reference; ``places``: how many are free.

    course: id and version, when only its cohorts are wanted.
    """
    taken = (
        select(MEMBERS.c.cohort_id, func.count().label("taken"))
        .where(MEMBERS.c.left_on.is_(None))
        .group_by(MEMBERS.c.cohort_id)
        .subquery()
    )
    waits = (
        select(WAITING.c.cohort_id, func.count().label("waiting"))
        .group_by(WAITING.c.cohort_id)
        .subquery()
    )
    days = (
        select(
            SESSIONS.c.cohort_id,
            func.min(SESSIONS.c.held_on).label("first_on"),
            func.max(SESSIONS.c.held_on).label("last_on"),
        )
        .group_by(SESSIONS.c.cohort_id)
        .subquery()
    )
    query = (
        select(
            COHORTS,
            func.coalesce(taken.c.taken, 0).label("taken"),
            func.coalesce(waits.c.waiting, 0).label("waiting"),
            days.c.first_on,
            days.c.last_on,
        )
        .outerjoin(taken, taken.c.cohort_id == COHORTS.c.cohort_id)
        .outerjoin(waits, waits.c.cohort_id == COHORTS.c.cohort_id)
        .outerjoin(days, days.c.cohort_id == COHORTS.c.cohort_id)
        .where(reach.cohorts(), COHORTS.c.programme == programme, COHORTS.c.closed_on.is_(None))
    )
    if course is not None:
        course_id, version = course
        query = query.where(COHORTS.c.course_id == course_id, COHORTS.c.course_version == version)
    query = query.order_by(COHORTS.c.reference, COHORTS.c.cohort_id).limit(COHORTS_SHOWN_MAX)
    found = []
    for row in connection.execute(query):
        places = max(0, min(row.capacity or PLACES_MAX, PLACES_MAX) - row.taken)
        found.append({**row._asdict(), "places": 0 if row.waiting else places})
    return found


def in_cohorts(connection: Connection, registration_ids: Collection[str]) -> frozenset[str]:
    """The cohorts in which one of these registrations takes part or waits."""
    takes_part = select(MEMBERS.c.cohort_id).where(
        MEMBERS.c.registration_id.in_(registration_ids), MEMBERS.c.left_on.is_(None)
    )
    waits = select(WAITING.c.cohort_id).where(WAITING.c.registration_id.in_(registration_ids))
    return frozenset(connection.execute(takes_part.union(waits)).scalars())


def known_in(connection: Connection, cohort_id: str) -> frozenset[str]:
    """The registrations that take part in a cohort or wait for it."""
    takes_part = select(MEMBERS.c.registration_id).where(
        MEMBERS.c.cohort_id == cohort_id, MEMBERS.c.left_on.is_(None)
    )
    waits = select(WAITING.c.registration_id).where(WAITING.c.cohort_id == cohort_id)
    return frozenset(connection.execute(takes_part.union(waits)).scalars())


def left_reason(connection: Connection, cohort_id: str, registration_id: str) -> str | None:
    """Why somebody left, as a code; None where nobody dropped out, or once it was erased."""
    query = select(MEMBERS.c.left_reason).where(
        MEMBERS.c.cohort_id == cohort_id, MEMBERS.c.registration_id == registration_id
    )
    return connection.execute(query).scalar()
