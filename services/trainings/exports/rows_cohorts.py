"""The rows of sheets about cohorts: runs, sessions, who takes part, attendance, tests.

    for row in attendance(connection, asked): ...

Why somebody was absent or left tells of their health: it is given of the cohorts alone in which the
asker takes such an excuse (``Asked.reasons``).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from services.trainings.exports.asked import Asked, Values, fetched, hours
from services.trainings.tables import (
    CERTIFICATES,
    COHORTS,
    MARKS,
    MEMBERS,
    REGISTRATIONS,
    SESSIONS,
)


def _of_cohorts(asked: Asked) -> list[Any]:
    conditions = [COHORTS.c.programme == asked.programme, asked.reach.cohorts()]
    if asked.cohort_id:
        conditions.append(COHORTS.c.cohort_id == asked.cohort_id)
    if asked.state:
        closed = COHORTS.c.closed_on.is_not(None)
        conditions.append(closed if asked.state == "closed" else ~closed)
    return conditions


def cohorts(connection: Connection, asked: Asked) -> Generator[Values]:
    """The runs of courses."""
    c = CERTIFICATES.c
    issued = (
        # Several days in one cohort are no one day that an import could take.
        select(
            c.cohort_id,
            case(
                (func.min(c.issued_on) == func.max(c.issued_on), func.min(c.issued_on)), else_=None
            ).label("on"),
        )
        .group_by(c.cohort_id)
        .subquery()
    )
    query = (
        select(COHORTS, issued.c.on)
        .outerjoin(issued, issued.c.cohort_id == COHORTS.c.cohort_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference)
    )
    for row in fetched(connection, query):
        trainers = [asked.names.get(one, one) for one in row.trainers.splitlines() if one]
        yield {
            "cohort": row.reference,
            "course": row.course_title,
            "course_version": row.course_version,
            "kind": row.kind,
            "country": row.country,
            "place": row.place,
            "trainer": ", ".join(trainers),
            "certificates_issued_on": row.on,
        }


def sessions(connection: Connection, asked: Asked) -> Generator[Values]:
    """Their sessions."""
    s = SESSIONS.c
    query = (
        select(COHORTS.c.reference, s.session, s.held_on, s.minutes)
        .join(COHORTS, COHORTS.c.cohort_id == s.cohort_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, s.session)
    )
    for row in fetched(connection, query):
        yield {
            "cohort": row.reference,
            "session": row.session,
            "on": row.held_on,
            "minutes": hours(row.minutes),
        }


def _members(asked: Asked, *columns: ColumnElement[Any]) -> Select[Any]:
    m = MEMBERS.c
    return (
        select(
            COHORTS.c.reference.label("cohort"),
            asked.of_person(REGISTRATIONS.c.reference, "participant"),
            *columns,
        )
        .join(COHORTS, COHORTS.c.cohort_id == m.cohort_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == m.registration_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, REGISTRATIONS.c.reference)
    )


def enrolments(connection: Connection, asked: Asked) -> Generator[Values]:
    """Who takes part, and who did until they left."""
    m, c = MEMBERS.c, COHORTS.c
    seen = select(c.cohort_id, c.reference).where(c.programme == asked.programme)
    others = {
        one.cohort_id: one.reference
        for one in connection.execute(seen.where(asked.reach.cohorts()))
    }
    query = _members(asked, m.left_on, m.left_for, asked.because(m.left_reason))
    for row in fetched(connection, query):
        yield row._asdict() | {"left_for": others.get(row.left_for)}


def tests(connection: Connection, asked: Asked) -> Generator[Values]:
    """The tests of who took one."""
    m = MEMBERS.c
    taken = or_(m.pre_test.is_not(None), m.post_test.is_not(None))
    for row in fetched(connection, _members(asked, m.pre_test, m.post_test).where(taken)):
        yield row._asdict()


def attendance(connection: Connection, asked: Asked) -> Generator[Values]:
    """Who was in which session, and how long."""
    m = MARKS.c
    query = (
        select(
            COHORTS.c.reference.label("cohort"),
            m.session,
            asked.of_person(REGISTRATIONS.c.reference, "participant"),
            m.attended_minutes,
            asked.because(m.excused_as),
            asked.because(m.excused),
        )
        .join(COHORTS, COHORTS.c.cohort_id == m.cohort_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == m.registration_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, m.session, REGISTRATIONS.c.reference)
    )
    for row in fetched(connection, query):
        yield row._asdict() | {"minutes": hours(row.attended_minutes)}
