"""Brings a programme's past: plain functions that a load calls in batches, many rows in one work.

    import_registrations(work, [RegistrationRow(registration_id=..., reference="P0001", ...)])
    import_cohort(work, cohort_id=..., reference="RS-BT-01", ...)
    import_enrolments(work, cohort_id=..., people={registration_id: person_id})

What is there already under the same id stays as it is and gives no event, so that a load that broke
off is simply begun again. Who acts is ``work.context.actor``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import (
    ImportAttendance,
    ImportClosing,
    ImportCohort,
    ImportEnrolment,
    ImportSession,
    ImportTests,
    Mark,
    Score,
)
from services.trainings.cohorts.cohort_state import (
    NoCohort,
    Running,
    last_session_on,
)
from services.trainings.courses.course import COURSE, CourseKind, ImportCourseVersion
from services.trainings.education.outcome import OUTCOME, ImportOutcome, NoOutcome, OutcomeKind
from services.trainings.imports import desk
from services.trainings.people.registration import REGISTRATION, NoRegistration
from services.trainings.people.registration_commands import ImportRegistration
from services.trainings.people.registration_events import DeclaredRoma, Sex
from shared.errors import Missing, Refused
from shared.events.work import Work
from shared.language.marking import N_

NOT_KNOWN: Final = "not known"
"""Where the register has an empty cell and the event needs a word."""


@dataclass(frozen=True, kw_only=True)
class RegistrationRow:
    """One registration. ``birth_date``: ISO day; None or not_known: the cell is empty."""

    registration_id: str
    reference: str
    person_id: str
    full_name: str
    birth_date: str
    sex: Sex
    country: str
    municipality: str
    jmbg: str | None
    phone: str | None
    declared_roma: DeclaredRoma | None
    consent_on: date | None


@dataclass(frozen=True, kw_only=True)
class AttendanceRow:
    """One registration in one session; ``excused``: why not longer, where it was written down.

    excused_as: a reason of the list (``cohorts/noting.py``).
    """

    session: int
    registration_id: str
    attended_minutes: int
    excused: str | None = None
    excused_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class TestRow:
    """One registration's tests in per cent; None: not taken."""

    __test__ = False  # pytest takes classes named Test… for tests.

    registration_id: str
    pre_test: int | None
    post_test: int | None


def require_open(work: Work) -> None:
    """Refused once the programme's past is closed; that it is open is rested on by this work.

    An import that is being entered (what causes this work) may end when it began before that.
    """
    desk.require_open(work.guard(desk.DESK, work.context.programme), work.context.causation)


def import_registrations(work: Work, rows: Sequence[RegistrationRow]) -> None:
    """Bring registrations; a person is who the row says."""
    require_open(work)
    for row in rows:
        if not isinstance(work.load(REGISTRATION, row.registration_id), NoRegistration):
            continue
        command = ImportRegistration(
            by=work.context.actor,
            now=work.now,
            registration_id=row.registration_id,
            person_id=row.person_id,
            reference=row.reference,
            full_name=row.full_name,
            birth_date=row.birth_date,
            sex=row.sex,
            country=row.country,
            municipality=row.municipality,
            jmbg=row.jmbg,
            phone=row.phone,
            declared_roma=row.declared_roma or "not_known",
            consent_on=row.consent_on,
        )
        work.decide(REGISTRATION, row.registration_id, command)


def import_course_version(
    work: Work,
    *,
    course_id: str,
    version: int,
    title: str,
    kind: CourseKind,
    hours: int | None = None,
    modules: tuple[str, ...] = (),
) -> None:
    """Bring a course version. Refused when that version is there with another content."""
    require_open(work)
    command = ImportCourseVersion(
        by=work.context.actor,
        now=work.now,
        course_id=course_id,
        version=version,
        title=title,
        kind=kind,
        hours=hours,
        modules=modules,
    )
    work.decide(COURSE, course_id, command)


def import_cohort(
    work: Work,
    *,
    cohort_id: str,
    reference: str,
    course_id: str,
    course_title: str,
    course_version: int,
    kind: CourseKind,
    country: str,
    place: str | None,
    zone: str,
    trainers: tuple[str, ...],
) -> None:
    """Bring a cohort; place and trainers may be unknown."""
    require_open(work)
    if not isinstance(work.load(COHORT, cohort_id), NoCohort):
        return
    command = ImportCohort(
        by=work.context.actor,
        now=work.now,
        cohort_id=cohort_id,
        reference=reference,
        course_id=course_id,
        course_title=course_title,
        course_version=course_version,
        kind=kind,
        country=country,
        place=place or NOT_KNOWN,
        zone=zone,
        trainers=trainers or (NOT_KNOWN,),
    )
    work.decide(COHORT, cohort_id, command)


def import_session(work: Work, *, cohort_id: str, session: int, on: date, minutes: int) -> None:
    """Bring a session; one that is there already stays."""
    require_open(work)
    if session in _running(work, cohort_id).sessions:
        return
    cohort_of_past(work, cohort_id)
    command = ImportSession(
        by=work.context.actor,
        now=work.now,
        importing=work.context.causation,
        cohort_id=cohort_id,
        session=session,
        on=on,
        minutes=minutes,
    )
    work.decide(COHORT, cohort_id, command)


def import_enrolments(work: Work, *, cohort_id: str, people: Mapping[str, str]) -> None:
    """Bring who took part: registration id to person id. Before attendance and tests."""
    require_open(work)
    known = _running(work, cohort_id).participants
    for registration_id, person_id in people.items():
        if registration_id in known:
            continue
        cohort_of_past(work, cohort_id)
        command = ImportEnrolment(
            by=work.context.actor,
            now=work.now,
            importing=work.context.causation,
            cohort_id=cohort_id,
            registration_id=registration_id,
            person_id=person_id,
        )
        work.decide(COHORT, cohort_id, command)


def import_attendance(work: Work, *, cohort_id: str, rows: Sequence[AttendanceRow]) -> None:
    """Bring marks of any sessions of a cohort; a mark that is there already stays."""
    require_open(work)
    participants = _running(work, cohort_id).participants
    by_session: dict[int, list[Mark]] = {}
    for row in rows:
        known = participants.get(row.registration_id)
        if known is None or row.session not in known.attended:
            mark = Mark(
                registration_id=row.registration_id,
                attended_minutes=row.attended_minutes,
                excused=row.excused,
                excused_as=row.excused_as,
            )
            by_session.setdefault(row.session, []).append(mark)
    for session, marks in sorted(by_session.items()):
        cohort_of_past(work, cohort_id)
        command = ImportAttendance(
            by=work.context.actor,
            now=work.now,
            importing=work.context.causation,
            cohort_id=cohort_id,
            session=session,
            marks=tuple(marks),
        )
        work.decide(COHORT, cohort_id, command)


def import_tests(work: Work, *, cohort_id: str, rows: Sequence[TestRow]) -> None:
    """Bring test scores."""
    require_open(work)
    cohort_of_past(work, cohort_id)
    command = ImportTests(
        by=work.context.actor,
        now=work.now,
        importing=work.context.causation,
        cohort_id=cohort_id,
        scores=tuple(
            Score(
                registration_id=row.registration_id,
                pre_test=row.pre_test,
                post_test=row.post_test,
            )
            for row in rows
        ),
    )
    work.decide(COHORT, cohort_id, command)


def import_closing(work: Work, *, cohort_id: str, closed_on: date) -> None:
    """Bring the end of a cohort; one without sessions, or with later ones, stays open."""
    require_open(work)
    last = last_session_on(cohort_of_past(work, cohort_id))
    if last is None or closed_on < last:
        return
    command = ImportClosing(
        by=work.context.actor,
        now=work.now,
        importing=work.context.causation,
        cohort_id=cohort_id,
        closed_on=closed_on,
    )
    work.decide(COHORT, cohort_id, command)


def import_outcome(
    work: Work,
    *,
    outcome_id: str,
    registration_id: str,
    person_id: str,
    outcome: OutcomeKind,
    completed_on: date,
    institution: str | None,
    evidence: str | None,
) -> None:
    """Bring an education outcome."""
    require_open(work)
    if not isinstance(work.load(OUTCOME, outcome_id), NoOutcome):
        return
    command = ImportOutcome(
        by=work.context.actor,
        now=work.now,
        outcome_id=outcome_id,
        registration_id=registration_id,
        person_id=person_id,
        outcome=outcome,
        completed_on=completed_on,
        institution=institution or NOT_KNOWN,
        evidence=evidence or NOT_KNOWN,
    )
    work.decide(OUTCOME, outcome_id, command)


def _running(work: Work, cohort_id: str) -> Running:
    state = work.load(COHORT, cohort_id)
    if isinstance(state, NoCohort):
        raise Missing("no-cohort", N_("There is no such cohort."))
    return state


def cohort_of_past(work: Work, cohort_id: str) -> Running:
    """A cohort of before. Raises Refused for one of which anything was recorded in daily use."""
    state = _running(work, cohort_id)
    if state.daily:
        raise Refused(
            "cohort-of-today",
            N_(
                "This cohort is run in daily use, so that nothing of the past is brought into it."
                " Its trainers record what happens in it."
            ),
            field="cohort",
        )
    return state
