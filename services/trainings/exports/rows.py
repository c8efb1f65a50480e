"""The rows of each sheet, one after the other, as a dictionary by column.

    for row in rows("attendance", connection, asked): ...

Every question asks for one programme and for what is in the asker's reach. Rows are fetched some
hundreds at a time, so memory does not grow with them; that needs a transaction, which also makes
the sheet be of one moment (``Database.reading_one_state``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, select

from services.trainings.exports import rows_beside, rows_cohorts
from services.trainings.exports.asked import Asked, Values, fetched, hours, shown_in
from services.trainings.people.acting import day_of
from services.trainings.people.views import listed
from services.trainings.tables import CERTIFICATES, COHORTS, COURSES, OUTCOMES, REGISTRATIONS

FOUND_AT_ONCE: Final = 500


def rows(kind: str, connection: Connection, asked: Asked) -> Generator[Values]:
    """The rows of a sheet. Raises KeyError for one that there is not."""
    return _ROWS[kind](connection, asked)


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
        yield from fetched(connection, query)
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
            limit=FOUND_AT_ONCE,
        )
        for one in listing.rows:
            if one.row.programme == asked.programme:
                yield one.row
        if len(listing.rows) < FOUND_AT_ONCE:
            return
        after = listing.rows[-1].place


def _courses(connection: Connection, asked: Asked) -> Generator[Values]:
    c = COURSES.c
    query = (
        select(COURSES)
        .where(c.programme == asked.programme, asked.reach.programmes(c.programme))
        .order_by(c.title, c.course_id, c.course_version)
    )
    for row in fetched(connection, query):
        yield row._asdict() | {"course": row.title, "modules": ", ".join(row.modules.splitlines())}


def _certificates(connection: Connection, asked: Asked) -> Generator[Values]:
    c = CERTIFICATES.c
    conditions = [c.programme == asked.programme, asked.reach.certificates()]
    if asked.state:
        conditions.append(c.state == asked.state)
    if asked.cohort_id:
        conditions.append(c.cohort_id == asked.cohort_id)
    if asked.number:
        conditions.append(c.number.contains(asked.number.upper(), autoescape=True))
    # As on their list: a role may read certificates, and yet not whose they are.
    named = asked.people.certificates()
    query = (
        select(
            CERTIFICATES,
            shown_in(named, c.full_name, "named"),
            shown_in(named, REGISTRATIONS.c.reference, "participant"),
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
    for row in fetched(connection, query):
        yield row._asdict() | {
            "full_name": row.named,
            "course": row.course_title,
            "minutes": hours(row.minutes),
        }


def _outcomes(connection: Connection, asked: Asked) -> Generator[Values]:
    o = OUTCOMES.c
    conditions = [o.programme == asked.programme, ~o.withdrawn, asked.reach.outcomes()]
    if asked.outcome:
        conditions.append(o.outcome == asked.outcome)
    query = (
        select(
            o.outcome,
            o.completed_on,
            o.institution,
            asked.of_person(o.evidence, "evidence"),
            asked.of_person(REGISTRATIONS.c.reference, "participant"),
        )
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == o.registration_id)
        .where(*conditions)
        .order_by(o.completed_on, o.outcome_id)
    )
    for row in fetched(connection, query):
        yield row._asdict()


_ROWS: Final[Mapping[str, Callable[[Connection, Asked], Generator[Values]]]] = {
    "people": _people,
    "households": rows_beside.households,
    "courses": _courses,
    "cohorts": rows_cohorts.cohorts,
    "sessions": rows_cohorts.sessions,
    "enrolments": rows_cohorts.enrolments,
    "attendance": rows_cohorts.attendance,
    "tests": rows_cohorts.tests,
    "certificates": _certificates,
    "outcomes": _outcomes,
    "referrals": rows_beside.referrals,
    "outreach": rows_beside.outreach,
}
