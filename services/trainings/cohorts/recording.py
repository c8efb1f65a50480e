"""What trainers record in a cohort: who was in a session, and tests before and after.

    attendance(state, RecordAttendance(by="trainer-1", session=1, marks=(Mark("r1", 300),)))
        -> (AttendanceRecorded(registration_id="r1", attended_minutes=300, …),)

Part of the cohort's decider (``cohort.py``), which asks it for events.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from services.trainings.cohorts.cohort_commands import (
    Act,
    ImportAttendance,
    ImportTests,
    Mark,
    RecordAttendance,
    RecordTests,
    Score,
)
from services.trainings.cohorts.cohort_events import AttendanceRecorded, TestRecorded
from services.trainings.cohorts.cohort_state import (
    Attended,
    Participant,
    Running,
    Session,
    session_dates,
)
from services.trainings.people.fields import REASON_LENGTH_MAX, optional_text, term
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event
from shared.language.marking import N_

PARTICIPANTS_MAX: Final = 500

REASONS: Final = ("illness", "family", "work", "official", "travel", "other")
"""Why somebody was not there all the time, as far as they told."""


def attendance(state: Running, command: RecordAttendance) -> tuple[Event, ...]:
    """Who was in a session: one event for each mark that changes something."""
    imported = isinstance(command, ImportAttendance)
    session = state.sessions.get(command.session)
    if session is None:
        raise Missing("no-session", N_("There is no such session."))
    if not imported:
        by_trainer(state, command)
        if today(state, command) < session.on:
            raise Refused("session-not-held", N_("The session has not been held yet."))
    each_once([mark.registration_id for mark in command.marks])
    changing = [
        mark for mark in command.marks if _attendance_changes(state, command.session, session, mark)
    ]
    if not imported:
        for mark in changing:
            took_part(participant(state, mark.registration_id), session)
    return tuple(
        AttendanceRecorded(
            cohort_id=command.cohort_id,
            session=command.session,
            registration_id=mark.registration_id,
            attended_minutes=mark.attended_minutes,
            excused=_excused(mark),
            excused_as=_excused_as(mark),
            imported=imported,
        )
        for mark in changing
    )


def _attendance_changes(state: Running, number: int, session: Session, mark: Mark) -> bool:
    if not 0 <= mark.attended_minutes <= session.minutes:
        raise Invalid(
            "attendance-too-long",
            N_("The session lasted {session_minutes} minutes; nobody was there longer."),
            session_minutes=session.minutes,
        )
    person = participant(state, mark.registration_id)
    # Once sealed, a reason cannot be compared: typed again, it is recorded again.
    return person.attended.get(number) != Attended(
        minutes=mark.attended_minutes, excused=_excused(mark), excused_as=_excused_as(mark)
    )


def _excused(mark: Mark) -> str | None:
    return optional_text(mark.excused, field="excused", length_max=REASON_LENGTH_MAX)


def _excused_as(mark: Mark) -> str | None:
    if mark.excused_as is not None:
        term(mark.excused_as, REASONS, field="excused_as")
    return mark.excused_as


def tests(state: Running, command: RecordTests) -> tuple[Event, ...]:
    """Test scores: one event for each participant whose scores change."""
    imported = isinstance(command, ImportTests)
    if not imported:
        by_trainer(state, command)
        days = session_dates(state)
        if not days or today(state, command) < days[0]:
            raise Refused("cohort-not-begun", N_("The cohort has not had its first session yet."))
    each_once([score.registration_id for score in command.scores])
    return tuple(
        event
        for score in command.scores
        for event in _test(state, command.cohort_id, score, imported=imported)
    )


def _test(
    state: Running, cohort_id: str, score: Score, *, imported: bool
) -> tuple[TestRecorded, ...]:
    for value in (score.pre_test, score.post_test):
        if value is not None and not 0 <= value <= 100:
            raise Invalid("score-out-of-range", N_("A test score is from 0 to 100 per cent."))
    before = participant(state, score.registration_id)
    pre_test = before.pre_test if score.pre_test is None else score.pre_test
    post_test = before.post_test if score.post_test is None else score.post_test
    if (pre_test, post_test) == (before.pre_test, before.post_test):
        return ()
    return (
        TestRecorded(
            cohort_id=cohort_id,
            registration_id=score.registration_id,
            pre_test=pre_test,
            post_test=post_test,
            imported=imported,
        ),
    )


def by_trainer(state: Running, command: Act) -> None:
    """Raise Forbidden unless one of the cohort's trainers asks."""
    if command.by not in state.trainers:
        raise Forbidden("not-the-trainer", N_("Only the trainers of this cohort record in it."))


def participant(state: Running, registration_id: str) -> Participant:
    """Who takes part under a registration, or Missing."""
    found = state.participants.get(registration_id)
    if found is None:
        raise Missing("not-enrolled", N_("This registration is not enrolled in the cohort."))
    return found


def took_part(person: Participant, session: Session) -> None:
    """Raise Refused for a session after the day on which somebody left."""
    if person.left_on is not None and session.on > person.left_on:
        raise Refused(
            "left-before-session",
            N_("Somebody named took part no more on the day of this session."),
        )


def each_once(registrations: list[str]) -> None:
    """Raise Invalid when somebody is named twice."""
    if len(set(registrations)) != len(registrations) or len(registrations) > PARTICIPANTS_MAX:
        raise Invalid("named-twice", N_("Each participant can be named once only."))


def today(state: Running, command: Act) -> date:
    """The day it is where the cohort meets."""
    return day_in(command.now, state.zone)
