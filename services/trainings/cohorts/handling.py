"""What is done with courses' runs, for JSON and pages alike: handlers of one unit of work.

cohort_id = plan(work, by=actor(), cohort=NewCohort(reference="RS-BT-32", …))
enrol(work, by=actor(), cohort_id=cohort_id, reference="R-7F3A91C2")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.trainings.cohorts import taking_part, views
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    CancelSession,
    ChangeDetails,
    ChangeTrainers,
    CloseCohort,
    Mark,
    PlanCohort,
    RecordAttendance,
    RecordTests,
    ReopenCohort,
    ScheduleSession,
    Score,
)
from services.trainings.cohorts.cohort_state import NoCohort
from services.trainings.courses.course import COURSE, Content
from services.trainings.people.fields import one_line
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.errors import Invalid, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_

SESSIONS_AT_ONCE_MAX: Final = 100


@dataclass(frozen=True, kw_only=True)
class NewCohort:
    """A run to be planned. ``course_version``: None: the newest one that is offered."""

    reference: str
    course_id: str
    country: str
    place: str
    trainers: tuple[str, ...]
    course_version: int | None = None
    venue: str | None = None
    capacity: int | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewDetails:
    """Where a cohort is run and for how many, as it is to stand."""

    place: str
    venue: str | None = None
    capacity: int | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """When a session begins (HH:MM), which module it belongs to, who holds it; None: not set."""

    starts: str | None = None
    module: int | None = None
    trainer: str | None = None


def plan(work: Work, *, by: str, cohort: NewCohort) -> str:
    """Plan a run; returns the cohort's id."""
    version, content = _offered(work, cohort)
    cohort_id = work.new_id()
    reference = one_line(cohort.reference)
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
        reference=reference,
        course_id=cohort.course_id,
        course_title=content.title,
        course_version=version,
        kind=content.kind,  # type: ignore[arg-type] # The course's own decider checked it.
        country=cohort.country,
        place=cohort.place,
        zone=zone_of(cohort.country),
        trainers=cohort.trainers,
        rule=content.rule,
        capacity=cohort.capacity,
        venue=cohort.venue,
        level=cohort.level,
        occupation=cohort.occupation,
        institution=cohort.institution,
    )
    work.decide(COHORT, cohort_id, command)
    return cohort_id


def _offered(work: Work, cohort: NewCohort) -> tuple[int, Content]:
    # Guarded, so that nobody plans with what is retired at the same moment.
    course = work.guard(COURSE, cohort.course_id)
    if not course.latest:
        raise Invalid("no-course", N_("Choose a course ({field})."), field="course_id")
    version = cohort.course_version or course.offered
    if version not in course.versions or not course.is_offered(version):
        raise Refused(
            "course-retired",
            N_("No new cohort runs this course or version; it is retired ({field})."),
            field="course_id",
        )
    return version, course.versions[version]


def change_details(work: Work, *, by: str, cohort_id: str, details: NewDetails) -> None:
    """Say where it is run and for how many from now on."""
    command = ChangeDetails(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        place=details.place,
        venue=details.venue,
        capacity=details.capacity,
        level=details.level,
        occupation=details.occupation,
        institution=details.institution,
    )
    work.decide(COHORT, cohort_id, command)


def change_trainers(work: Work, *, by: str, cohort_id: str, trainers: tuple[str, ...]) -> None:
    """Say who runs the cohort from now on."""
    command = ChangeTrainers(by=by, now=work.now, cohort_id=cohort_id, trainers=trainers)
    work.decide(COHORT, cohort_id, command)


def schedule(
    work: Work,
    *,
    by: str,
    cohort_id: str,
    session: int | None,
    on: date,
    minutes: int,
    slot: Slot | None = None,
) -> int:
    """Put a session on a day; without a number it is the next one.

    slot: None: as it was, for a new one nothing.
    """
    state = work.load(COHORT, cohort_id)
    held = {} if isinstance(state, NoCohort) else state.sessions
    number = session if session is not None else max(held, default=0) + 1
    if slot is None:
        was = held.get(number)
        slot = Slot(starts=was.starts, module=was.module, trainer=was.trainer) if was else Slot()
    if slot.module is not None and not isinstance(state, NoCohort):
        version = work.load(COURSE, state.course_id).versions.get(state.course_version)
        if version is None or not 1 <= slot.module <= len(version.modules):
            sentence = N_("Choose a module of the course ({field}).")
            raise Invalid("no-such-module", sentence, field="module")
    command = ScheduleSession(
        by=by,
        now=work.now,
        cohort_id=cohort_id,
        session=number,
        on=on,
        minutes=minutes,
        starts=slot.starts,
        module=slot.module,
        trainer=slot.trainer,
    )
    work.decide(COHORT, cohort_id, command)
    return number


def schedule_all(
    work: Work, *, by: str, cohort_id: str, days: Sequence[date], minutes: int, slot: Slot
) -> list[int]:
    """Put a session on each of the days, all or none; returns their numbers."""
    if not 1 <= len(days) <= SESSIONS_AT_ONCE_MAX:
        raise Invalid(
            "days-needed",
            N_("Choose from 1 to {sessions_max} days ({field})."),
            sessions_max=SESSIONS_AT_ONCE_MAX,
            field="days",
        )
    return [
        schedule(work, by=by, cohort_id=cohort_id, session=None, on=day, minutes=minutes, slot=slot)
        for day in sorted(days)
    ]


def cancel(work: Work, *, by: str, cohort_id: str, session: int) -> None:
    """Call a session off."""
    command = CancelSession(by=by, now=work.now, cohort_id=cohort_id, session=session)
    work.decide(COHORT, cohort_id, command)


def enrol(work: Work, *, by: str, cohort_id: str, reference: str) -> str:
    """Enrol the registration of this programme that has the reference; returns its id."""
    return taking_part.enrol_by_reference(work, by=by, cohort_id=cohort_id, reference=reference)


def attendance(
    work: Work, *, by: str, cohort_id: str, session: int, marks: tuple[Mark, ...]
) -> None:
    """Record who was in a session, and how long; what stands so already is not recorded again."""
    rows = views.attendance(work.connection, cohort_id, session)
    standing = {
        row.registration_id: (row.attended_minutes, row.excused, row.excused_as)
        for row in rows
        if row.attended_minutes is not None
    }
    marks = tuple(
        mark
        for mark in marks
        if standing.get(mark.registration_id)
        != (mark.attended_minutes, mark.excused or None, mark.excused_as)
    )
    for mark in marks:
        check_not_own(mark.registration_id, work.context.own)
    command = RecordAttendance(
        by=by, now=work.now, cohort_id=cohort_id, session=session, marks=marks
    )
    work.decide(COHORT, cohort_id, command)


def tests(work: Work, *, by: str, cohort_id: str, scores: tuple[Score, ...]) -> None:
    """Record test scores."""
    state = work.load(COHORT, cohort_id)
    people = {} if isinstance(state, NoCohort) else state.participants
    for score in scores:
        before = people.get(score.registration_id)
        stands = (before.pre_test, before.post_test) if before else (None, None)
        if any(
            given not in (None, held)
            for given, held in zip((score.pre_test, score.post_test), stands, strict=True)
        ):
            check_not_own(score.registration_id, work.context.own)
    command = RecordTests(by=by, now=work.now, cohort_id=cohort_id, scores=scores)
    work.decide(COHORT, cohort_id, command)


def close(work: Work, *, by: str, cohort_id: str) -> None:
    """Close a cohort after its last session."""
    work.decide(COHORT, cohort_id, CloseCohort(by=by, now=work.now, cohort_id=cohort_id))


def reopen(work: Work, *, by: str, cohort_id: str, reason: str) -> None:
    """Let a closed cohort's records be corrected."""
    command = ReopenCohort(by=by, now=work.now, cohort_id=cohort_id, reason=reason)
    work.decide(COHORT, cohort_id, command)
