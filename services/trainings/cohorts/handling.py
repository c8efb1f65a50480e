"""What is done with courses' runs, for JSON and pages alike: handlers of one unit of work.

cohort_id = plan(work, by=actor(), cohort=NewCohort(reference="RS-BT-32", …))
enrol(work, by=actor(), cohort_id=cohort_id, reference="R-7F3A91C2")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.trainings.cohorts import views
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    CancelSession,
    ChangeTrainers,
    CloseCohort,
    Enrol,
    Mark,
    PlanCohort,
    RecordAttendance,
    RecordTests,
    ReopenCohort,
    ScheduleSession,
    Score,
)
from services.trainings.courses.course import COURSE
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.people.views import by_reference
from services.trainings.zones import zone_of
from shared.errors import Invalid, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class NewCohort:
    """A run to be planned: of the course's newest version."""

    reference: str
    course_id: str
    country: str
    place: str
    trainers: tuple[str, ...]


def plan(work: Work, *, by: str, cohort: NewCohort) -> str:
    """Plan a run; returns the cohort's id."""
    course = work.load(COURSE, cohort.course_id)
    if not course.latest:
        raise Invalid("no-course", N_("Choose a course ({field})."), field="course_id")
    content = course.versions[course.latest]
    cohort_id = work.new_id()
    reference = cohort.reference.strip()
    taken = N_("Another cohort has this reference already ({field}).")
    if views.reference_exists(work.connection, work.context.programme, reference):
        raise Refused("reference-taken", taken, field="reference")
    # Two who plan the same at once: the claim lets one through.
    stream = COHORT.stream(cohort_id)
    claimed = N_("Another cohort has this reference already.")
    work.claim(Claim("cohort-reference", reference, stream, "reference-taken", claimed))
    command = PlanCohort(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        reference=cohort.reference,
        course_id=cohort.course_id,
        course_title=content.title,
        course_version=course.latest,
        kind=content.kind,  # type: ignore[arg-type] # The course's own decider checked it.
        country=cohort.country,
        place=cohort.place,
        zone=zone_of(cohort.country),
        trainers=cohort.trainers,
    )
    work.decide(COHORT, cohort_id, command)
    return cohort_id


def change_trainers(work: Work, *, by: str, cohort_id: str, trainers: tuple[str, ...]) -> None:
    """Say who runs the cohort from now on."""
    command = ChangeTrainers(by=by, now=work.now, cohort_id=cohort_id, trainers=trainers)
    work.decide(COHORT, cohort_id, command)


def schedule(
    work: Work, *, by: str, cohort_id: str, session: int | None, on: date, minutes: int
) -> int:
    """Put a session on a day; without a number it is the next one."""
    held = getattr(work.load(COHORT, cohort_id), "sessions", {})
    number = session if session is not None else max(held, default=0) + 1
    command = ScheduleSession(
        by=by, now=work.now, cohort_id=cohort_id, session=number, on=on, minutes=minutes
    )
    work.decide(COHORT, cohort_id, command)
    return number


def cancel(work: Work, *, by: str, cohort_id: str, session: int) -> None:
    """Call a session off."""
    command = CancelSession(by=by, now=work.now, cohort_id=cohort_id, session=session)
    work.decide(COHORT, cohort_id, command)


def enrol(work: Work, *, by: str, cohort_id: str, reference: str) -> str:
    """Enrol the registration of this programme that has the reference; returns its id."""
    row = by_reference(work.connection, work.context.programme, reference)
    state = work.load(REGISTRATION, row.registration_id) if row else None
    if row is None or not isinstance(state, Held):
        raise Invalid(
            "no-such-reference",
            N_("Nobody is registered under this reference ({field})."),
            field="reference",
        )
    command = Enrol(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        registration_id=row.registration_id,
        person_id=state.person_id,
    )
    work.decide(COHORT, cohort_id, command)
    return str(row.registration_id)


def attendance(
    work: Work, *, by: str, cohort_id: str, session: int, marks: tuple[Mark, ...]
) -> None:
    """Record who was in a session, and how long; what stands so already is not recorded again."""
    rows = views.attendance(work.connection, cohort_id, session)
    standing = {
        row.registration_id: (row.attended_minutes, row.excused)
        for row in rows
        if row.attended_minutes is not None
    }
    marks = tuple(
        mark
        for mark in marks
        if standing.get(mark.registration_id) != (mark.attended_minutes, mark.excused or None)
    )
    command = RecordAttendance(
        by=by, now=work.now, cohort_id=cohort_id, session=session, marks=marks
    )
    work.decide(COHORT, cohort_id, command)


def tests(work: Work, *, by: str, cohort_id: str, scores: tuple[Score, ...]) -> None:
    """Record test scores."""
    command = RecordTests(by=by, now=work.now, cohort_id=cohort_id, scores=scores)
    work.decide(COHORT, cohort_id, command)


def close(work: Work, *, by: str, cohort_id: str) -> None:
    """Close a cohort after its last session."""
    work.decide(COHORT, cohort_id, CloseCohort(by=by, now=work.now, cohort_id=cohort_id))


def reopen(work: Work, *, by: str, cohort_id: str, reason: str) -> None:
    """Let a closed cohort's records be corrected."""
    command = ReopenCohort(by=by, now=work.now, cohort_id=cohort_id, reason=reason)
    work.decide(COHORT, cohort_id, command)
