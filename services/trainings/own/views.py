"""A person's own registrations, trainings, certificates and outcomes, and nobody else's.

own_registrations(connection, reader.registrations)    the newest first
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, false, func, select

from services.trainings.tables import (
    CERTIFICATES,
    COHORTS,
    MARKS,
    MEMBERS,
    OUTCOMES,
    REGISTRATIONS,
    SESSIONS,
)

ROWS_MAX: Final = 100


def own_registrations(connection: Connection, registrations: Collection[str]) -> Sequence[Row[Any]]:
    """The registrations, the newest first."""
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.registration_id.in_(sorted(registrations)))
    return connection.execute(query.order_by(REGISTRATIONS.c.registered_at.desc())).all()


def own_certificates(connection: Connection, registrations: Collection[str]) -> Sequence[Row[Any]]:
    """The certificates, the newest first."""
    return connection.execute(
        select(CERTIFICATES)
        .where(CERTIFICATES.c.registration_id.in_(sorted(registrations)))
        .order_by(CERTIFICATES.c.issued_on.desc(), CERTIFICATES.c.certificate_id)
        .limit(ROWS_MAX)
    ).all()


def own_certificate(
    connection: Connection, registrations: Collection[str], certificate_id: str
) -> Row[Any] | None:
    """One of them; None for another's, as for none at all."""
    return connection.execute(
        select(CERTIFICATES).where(
            CERTIFICATES.c.certificate_id == certificate_id,
            CERTIFICATES.c.registration_id.in_(sorted(registrations)),
        )
    ).first()


def own_cohorts(connection: Connection, registrations: Collection[str]) -> Sequence[Row[Any]]:
    """Trainings taken part in: with all minutes of their sessions and those attended."""
    planned = (
        select(SESSIONS.c.cohort_id, func.sum(SESSIONS.c.minutes).label("minutes"))
        .group_by(SESSIONS.c.cohort_id)
        .subquery()
    )
    attended = (
        select(
            MARKS.c.cohort_id,
            MARKS.c.registration_id,
            func.sum(MARKS.c.attended_minutes).label("attended_minutes"),
        )
        .group_by(MARKS.c.cohort_id, MARKS.c.registration_id)
        .subquery()
    )
    return connection.execute(
        select(
            COHORTS,
            MEMBERS.c.pre_test,
            MEMBERS.c.post_test,
            func.coalesce(planned.c.minutes, 0).label("minutes"),
            func.coalesce(attended.c.attended_minutes, 0).label("attended_minutes"),
        )
        .join(MEMBERS, MEMBERS.c.cohort_id == COHORTS.c.cohort_id)
        .outerjoin(planned, planned.c.cohort_id == COHORTS.c.cohort_id)
        .outerjoin(
            attended,
            (attended.c.cohort_id == MEMBERS.c.cohort_id)
            & (attended.c.registration_id == MEMBERS.c.registration_id),
        )
        .where(MEMBERS.c.registration_id.in_(sorted(registrations)))
        .order_by(COHORTS.c.reference.desc(), COHORTS.c.cohort_id)
        .limit(ROWS_MAX)
    ).all()


def own_outcomes(connection: Connection, registrations: Collection[str]) -> Sequence[Row[Any]]:
    """Schools and courses finished, the newest first."""
    return connection.execute(
        select(OUTCOMES)
        .where(
            OUTCOMES.c.registration_id.in_(sorted(registrations)),
            OUTCOMES.c.withdrawn == false(),
        )
        .order_by(OUTCOMES.c.completed_on.desc(), OUTCOMES.c.outcome_id)
        .limit(ROWS_MAX)
    ).all()
