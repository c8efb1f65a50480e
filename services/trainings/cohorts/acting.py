"""What the routes of cohorts do, for the API and the pages alike: who may, and then it is done.

    row = found(cohort_id, "trainings.cohorts.write")
    perform(row.programme, on(row.cohort_id, required_version(), lambda work: close(work, …)))

A cohort out of reach is not there; one in reach in a programme without the permission is Forbidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.cohorts import handling, taking_part, views
from services.trainings.cohorts.cohort import COHORT, SESSION_MAX
from services.trainings.cohorts.handling import NewCohort, Slot
from services.trainings.cohorts.views import Standing
from services.trainings.courses.views import course
from shared.access.accesses import record_read
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.clock import day_in
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import Answer, actor, receipt, service

PEOPLE_AT_ONCE_MAX = 100


def found(cohort_id: str, permission: str) -> Row[Any]:
    """A cohort, for those who have the permission in its programme. Raises Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.cohort(connection, reach("trainings.cohorts.read"), identifier(cohort_id))
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    return row


def found_session(row: Row[Any], number: int) -> Row[Any]:
    """A session of a cohort. Raises Missing."""
    if 1 <= number <= SESSION_MAX:
        with service().database.reading() as connection:
            for session in views.sessions(connection, row.cohort_id):
                if session.session == number:
                    return session
    raise not_found()


def participants(row: Row[Any]) -> list[Standing]:
    """Everybody enrolled and how they stand; that somebody read their names is recorded."""
    read(row, "names_and_results")
    with service().database.reading() as connection:
        return views.standing(connection, service().store, row.cohort_id, today=today(row))


def attendance(row: Row[Any], session: int) -> list[dict[str, Any]]:
    """Everybody enrolled with their mark of a session; that it was read is recorded.

    Why somebody was excused is for trainers and officers; others learn only that there is a reason.
    """
    tells = may_read_reasons(row.programme)
    read(row, "names_and_reasons" if tells else "names_and_attendance")
    with service().database.reading() as connection:
        rows = views.attendance(connection, row.cohort_id, session)
    return [
        {
            "registration_id": one.registration_id,
            "reference": one.reference or "",
            "full_name": one.full_name,
            "left_on": one.left_on,
            "attended_minutes": one.attended_minutes,
            "excused": one.excused if tells else None,
            "excused_as": one.excused_as if tells else None,
            "is_excused": bool(one.excused or one.excused_as),
        }
        for one in rows
    ]


def may_read_reasons(programme: str) -> bool:
    """Whether the one who asks may read why somebody was excused."""
    reader = signed_in()
    return may(reader, "trainings.attendance.write", programme) or may(
        reader, "trainings.vulnerability.read", programme
    )


def read(row: Row[Any], what: str) -> None:
    """Record that personal data of a cohort's participants are about to be read."""
    record_read(
        service(),
        signed_in(),
        what=what,
        subject=COHORT.stream(row.cohort_id),
        programme=row.programme,
        correlation=correlation_id(),
    )


def today(row: Row[Any]) -> date:
    """What day it is where the cohort is run."""
    return day_in(service().clock.now(), row.zone)


def address(cohort_id: str) -> str:
    """Where the page of a cohort is."""
    return f"/trainings/cohorts/{cohort_id}"


def on(
    cohort_id: str,
    version: int,
    act: Callable[[Work], object],
    *,
    status: int = 200,
    location: str | None = None,
) -> Callable[[Work], Answer]:
    """A handler that acts on the version that was seen, then says which version it is now."""

    def handler(work: Work) -> Answer:
        work.expect(COHORT, cohort_id, version)
        act(work)
        return receipt(
            work, COHORT, cohort_id, status=status, location=location or address(cohort_id)
        )

    return handler


def programme_of_course(course_id: str) -> str:
    """The programme that a course belongs to, in which the one who asks may plan its run."""
    with service().database.reading() as connection:
        versions = course(connection, reach("trainings.courses.read"), course_id[:36])
    if not versions:
        raise Invalid("no-course", N_("Choose a course ({field})."), field="course_id")
    programme = str(versions[0].programme)
    ensure("trainings.cohorts.write", programme)
    return programme


def plan(programme: str, given: NewCohort) -> Callable[[Work], Answer]:
    """A handler that plans a run, once it is clear that its trainers may train there."""
    by = actor()
    check_trainers(programme, given.trainers)

    def handler(work: Work) -> Answer:
        cohort_id = handling.plan(work, by=by, cohort=given)
        return receipt(work, COHORT, cohort_id, status=201, location=address(cohort_id))

    return handler


def check_trainers(programme: str, trainers: Sequence[str]) -> None:
    """Raise Invalid unless all may train in the programme, and the one who asks keeps sight of it.

    A trainer sees only cohorts that they train, so a trainer names themself.
    """
    with service().database.reading() as connection:
        known = {account for account, _ in views.trainers(connection, programme)}
    own = signed_in().account_id
    found_reach = reach("trainings.cohorts.write")
    alone = programme not in found_reach.whole and bool(
        {programme, EVERY_PROGRAMME} & found_reach.own
    )
    if not set(trainers) <= known | ({own} if alone else set()):
        raise Invalid(
            "no-such-trainer",
            N_("Somebody named does not train in this programme ({field})."),
            field="trainers",
        )
    if alone and own not in trainers:
        raise Invalid(
            "name-yourself",
            N_("Name yourself too: a trainer sees only cohorts that they train ({field})."),
            field="trainers",
        )


def slot_of(given: Mapping[str, Any]) -> Slot:
    """When a session begins, its module and trainer, from what a schema read."""
    return Slot(starts=given["starts"], module=given["module"], trainer=given["trainer"])


def enrol(
    work: Work, *, by: str, cohort_id: str, reference: str | None, registration_id: str | None
) -> str:
    """Enrol by reference or by id; whether they take part now or wait."""
    if (reference is None) == (registration_id is None):
        raise Invalid(
            "reference-or-id", N_("Name a registration by its reference or its id, not both.")
        )
    if registration_id is None:
        registration_id = taking_part.registered(work, str(reference))
    return taking_part.enrol(work, by=by, cohort_id=cohort_id, registration_id=registration_id)


def enrol_all(work: Work, *, by: str, cohort_id: str, references: Sequence[str]) -> None:
    """Enrol several by their references, all or nobody; a wrong one is named by its line."""
    if not 1 <= len(references) <= PEOPLE_AT_ONCE_MAX:
        raise Invalid(
            "references-needed",
            N_("Write 1 to {people_max} references, one a line ({field})."),
            people_max=PEOPLE_AT_ONCE_MAX,
            field="references",
        )
    for line, reference in enumerate(references, start=1):
        try:
            handling.enrol(work, by=by, cohort_id=cohort_id, reference=reference)
        except Invalid as error:
            if error.code != "no-such-reference":
                raise
            raise Invalid(
                error.code,
                N_("Line {line}: nobody is registered under this reference."),
                line=line,
                field="references",
            ) from error
