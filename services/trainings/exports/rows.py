"""The rows of each sheet, one after the other, as a dictionary by column.

    for row in rows("attendance", connection, asked): ...

Every question asks for one programme and for what is in the asker's reach. Rows are fetched some
hundreds at a time, so memory does not grow with them; that needs a transaction, which also makes
the sheet be of one moment (``Database.reading_one_state``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from services.trainings.people.acting import Search, day_of
from services.trainings.people.views import listed
from services.trainings.reach import Reach
from services.trainings.tables import (
    CERTIFICATES,
    COHORTS,
    COURSES,
    MARKS,
    MEMBERS,
    OUTCOMES,
    REGISTRATIONS,
    SESSIONS,
)

FETCHED: Final = 500

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of whom and of what: filters that are empty leave nothing out.

    search:   people found by it, as on their list. number: a part of a certificate's number.
    sees_declared: whether the asker may know what a row's person says of their origin.
    names:    what staff are called, by account.
    """

    programme: str
    reach: Reach
    state: str = ""
    cohort_id: str = ""
    outcome: str = ""
    number: str = ""
    search: Search | None = None
    sees_declared: Callable[[Row[Any]], bool] = lambda _: False
    names: Mapping[str, str] = field(default_factory=dict)


def rows(kind: str, connection: Connection, asked: Asked) -> Generator[Values]:
    """The rows of a sheet. Raises KeyError for one that there is not."""
    return _ROWS[kind](connection, asked)


def _fetched(connection: Connection, query: Select[Any]) -> Generator[Row[Any]]:
    with connection.execute(query.execution_options(yield_per=FETCHED)) as found:
        yield from found


def _people(connection: Connection, asked: Asked) -> Generator[Values]:
    for row in _found(connection, asked):
        declared = asked.sees_declared(row)
        yield {
            "reference": row.reference,
            "full_name": row.full_name,
            "birth_date": day_of(row.birth_date),
            "sex": row.sex,
            "country": row.country,
            "municipality": row.municipality,
            "phone": row.phone,
            "email": row.email,
            "declared_roma": row.declared_roma if declared else None,
            "consent": row.consent_on if declared else None,
            "number_ending": row.number_masked,
        }


def _found(connection: Connection, asked: Asked) -> Generator[Row[Any]]:
    if asked.search is None:
        conditions = [REGISTRATIONS.c.programme == asked.programme, asked.reach.registrations()]
        if asked.state:
            conditions.append(REGISTRATIONS.c.state == asked.state)
        query = select(REGISTRATIONS).where(*conditions).order_by(REGISTRATIONS.c.reference)
        yield from _fetched(connection, query)
        return
    after = None
    while True:
        listing = listed(
            connection,
            asked.reach,
            search=asked.search.search,
            reference=asked.search.reference,
            direct=asked.search.direct,
            state=asked.state,
            after=after,
            limit=FETCHED,
        )
        for one in listing.rows:
            if one.row.programme == asked.programme:
                yield one.row
        if len(listing.rows) < FETCHED:
            return
        after = listing.rows[-1].place


def _courses(connection: Connection, asked: Asked) -> Generator[Values]:
    c = COURSES.c
    query = (
        select(COURSES)
        .where(c.programme == asked.programme, asked.reach.programmes(c.programme))
        .order_by(c.title, c.course_id, c.course_version)
    )
    for row in _fetched(connection, query):
        yield row._asdict() | {"course": row.title, "modules": ", ".join(row.modules.splitlines())}


def _of_cohorts(asked: Asked) -> list[Any]:
    conditions = [COHORTS.c.programme == asked.programme, asked.reach.cohorts()]
    if asked.cohort_id:
        conditions.append(COHORTS.c.cohort_id == asked.cohort_id)
    if asked.state:
        closed = COHORTS.c.closed_on.is_not(None)
        conditions.append(closed if asked.state == "closed" else ~closed)
    return conditions


def _cohorts(connection: Connection, asked: Asked) -> Generator[Values]:
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
    for row in _fetched(connection, query):
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


def _sessions(connection: Connection, asked: Asked) -> Generator[Values]:
    s = SESSIONS.c
    query = (
        select(COHORTS.c.reference, s.session, s.held_on, s.minutes)
        .join(COHORTS, COHORTS.c.cohort_id == s.cohort_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, s.session)
    )
    for row in _fetched(connection, query):
        yield {
            "cohort": row.reference,
            "session": row.session,
            "on": row.held_on,
            "minutes": _hours(row.minutes),
        }


def _members(asked: Asked) -> Select[Any]:
    m = MEMBERS.c
    return (
        select(
            COHORTS.c.reference.label("cohort"),
            REGISTRATIONS.c.reference.label("participant"),
            m.pre_test,
            m.post_test,
        )
        .join(COHORTS, COHORTS.c.cohort_id == m.cohort_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == m.registration_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, REGISTRATIONS.c.reference)
    )


def _enrolments(connection: Connection, asked: Asked) -> Generator[Values]:
    """Who takes part now: who left would be enrolled anew by an import."""
    for row in _fetched(connection, _members(asked).where(MEMBERS.c.left_on.is_(None))):
        yield row._asdict()


def _tests(connection: Connection, asked: Asked) -> Generator[Values]:
    taken = or_(MEMBERS.c.pre_test.is_not(None), MEMBERS.c.post_test.is_not(None))
    for row in _fetched(connection, _members(asked).where(taken)):
        yield row._asdict()


def _attendance(connection: Connection, asked: Asked) -> Generator[Values]:
    m = MARKS.c
    query = (
        select(
            COHORTS.c.reference.label("cohort"),
            m.session,
            REGISTRATIONS.c.reference.label("participant"),
            m.attended_minutes,
            func.coalesce(m.excused, m.excused_as).label("excused"),
        )
        .join(COHORTS, COHORTS.c.cohort_id == m.cohort_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == m.registration_id)
        .where(*_of_cohorts(asked))
        .order_by(COHORTS.c.reference, COHORTS.c.cohort_id, m.session, REGISTRATIONS.c.reference)
    )
    for row in _fetched(connection, query):
        yield row._asdict() | {"minutes": _hours(row.attended_minutes)}


def _certificates(connection: Connection, asked: Asked) -> Generator[Values]:
    c = CERTIFICATES.c
    conditions = [c.programme == asked.programme, asked.reach.certificates()]
    if asked.state:
        conditions.append(c.state == asked.state)
    if asked.cohort_id:
        conditions.append(c.cohort_id == asked.cohort_id)
    if asked.number:
        conditions.append(c.number.contains(asked.number.upper(), autoescape=True))
    query = (
        select(
            CERTIFICATES,
            REGISTRATIONS.c.reference.label("participant"),
            COHORTS.c.reference.label("cohort"),
        )
        .outerjoin(
            REGISTRATIONS,
            and_(
                REGISTRATIONS.c.registration_id == c.registration_id,
                REGISTRATIONS.c.programme == c.programme,
            ),
        )
        .outerjoin(COHORTS, COHORTS.c.cohort_id == c.cohort_id)
        .where(*conditions)
        .order_by(c.number)
    )
    for row in _fetched(connection, query):
        yield row._asdict() | {"course": row.course_title, "minutes": _hours(row.minutes)}


def _outcomes(connection: Connection, asked: Asked) -> Generator[Values]:
    o = OUTCOMES.c
    conditions = [o.programme == asked.programme, ~o.withdrawn, asked.reach.outcomes()]
    if asked.outcome:
        conditions.append(o.outcome == asked.outcome)
    query = (
        select(OUTCOMES, REGISTRATIONS.c.reference.label("participant"))
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == o.registration_id)
        .where(*conditions)
        .order_by(o.completed_on, o.outcome_id)
    )
    for row in _fetched(connection, query):
        yield row._asdict()


def _hours(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


_ROWS: Final[Mapping[str, Callable[[Connection, Asked], Generator[Values]]]] = {
    "people": _people,
    "courses": _courses,
    "cohorts": _cohorts,
    "sessions": _sessions,
    "enrolments": _enrolments,
    "attendance": _attendance,
    "tests": _tests,
    "certificates": _certificates,
    "outcomes": _outcomes,
}
