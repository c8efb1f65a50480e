"""A cohort: one run of a course version, with sessions, participants, attendance and tests.

    ScheduleSession(session=1, on=2 March, minutes=360)   -> SessionScheduled
    Enrol(registration_id="r1", person_id="p1")           -> Enrolled
    RecordAttendance(by="trainer-1", session=1, marks=(Mark("r1", 300),)), on 1 March
        -> Refused: the session has not been held yet
    … on 2 March                                          -> AttendanceRecorded

Only the cohort's trainers record. Who qualifies is in ``qualification.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from services.trainings.cohorts.cohort_commands import (
    Act,
    CancelSession,
    ChangeTrainers,
    CloseCohort,
    CohortCommand,
    Enrol,
    ImportAttendance,
    ImportClosing,
    ImportCohort,
    ImportEnrolment,
    ImportSession,
    ImportTests,
    Mark,
    PlanCohort,
    RecordAttendance,
    RecordTests,
    ReopenCohort,
    ScheduleSession,
    Score,
)
from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    Closed,
    CohortEvent,
    Enrolled,
    Planned,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TestRecorded,
    TrainersChanged,
)
from services.trainings.cohorts.cohort_state import (
    Attended,
    CohortState,
    NoCohort,
    Over,
    Participant,
    Running,
    Session,
    evolve,
    last_session_on,
    session_dates,
)
from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    country_code,
    optional_text,
    term,
    text,
)
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

SESSION_MAX: Final = 500
SESSION_MINUTES_MAX: Final = 24 * 60
TRAINERS_MAX: Final = 10
PARTICIPANTS_MAX: Final = 500


def decide(state: CohortState, command: CohortCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, PlanCohort):
        return _plan(state, command)
    if isinstance(state, NoCohort):
        raise Missing("no-cohort", N_("There is no such cohort."))
    if isinstance(command, ReopenCohort):
        return _reopen(state, command)
    if isinstance(command, CloseCohort | ImportClosing):
        return _close(state, command)
    match command:
        case ChangeTrainers():
            events = _change_trainers(state, command)
        case ScheduleSession():
            events = _schedule(state, command)
        case CancelSession():
            events = _cancel(state, command)
        case Enrol():
            events = _enrol(state, command)
        case RecordAttendance():
            events = _attendance(state, command)
        case RecordTests():
            events = _tests(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a cohort")
    if events and isinstance(state, Over):
        raise Refused("cohort-closed", N_("The cohort is closed; it must be reopened first."))
    return events


def _plan(state: CohortState, command: PlanCohort) -> tuple[Event, ...]:
    if not isinstance(state, NoCohort):
        raise Refused("already-planned", N_("This cohort was planned before."))
    term(command.kind, get_args(CourseKind), field="kind")
    return (
        Planned(
            cohort_id=command.cohort_id,
            reference=text(command.reference, field="reference", length_max=REFERENCE_LENGTH_MAX),
            course_id=command.course_id,
            course_title=text(
                command.course_title, field="course_title", length_max=TITLE_LENGTH_MAX
            ),
            course_version=command.course_version,
            kind=command.kind,
            country=country_code(command.country),
            place=text(command.place, field="place", length_max=PLACE_LENGTH_MAX),
            zone=command.zone,
            trainers=_trainers(command.trainers),
            imported=isinstance(command, ImportCohort),
        ),
    )


def _trainers(trainers: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(trainers) <= TRAINERS_MAX or len(set(trainers)) != len(trainers):
        raise Invalid(
            "trainers",
            N_("A cohort has 1 to {trainers_max} trainers, each named once."),
            trainers_max=TRAINERS_MAX,
        )
    return tuple(text(one, field="trainers", length_max=REFERENCE_LENGTH_MAX) for one in trainers)


def _change_trainers(state: Running, command: ChangeTrainers) -> tuple[Event, ...]:
    trainers = _trainers(command.trainers)
    if trainers == state.trainers:
        return ()
    return (TrainersChanged(cohort_id=command.cohort_id, trainers=trainers),)


def _schedule(state: Running, command: ScheduleSession) -> tuple[Event, ...]:
    if state.sessions.get(command.session) == Session(on=command.on, minutes=command.minutes):
        return ()
    if not 1 <= command.session <= SESSION_MAX or not 1 <= command.minutes <= SESSION_MINUTES_MAX:
        raise Invalid(
            "session-out-of-range",
            N_("Sessions count from 1 to {session_max} and last at most {minutes_max} minutes."),
            session_max=SESSION_MAX,
            minutes_max=SESSION_MINUTES_MAX,
        )
    _unattended(state, command.session)
    imported = isinstance(command, ImportSession)
    if not imported and command.on < _today(state, command):
        raise Refused("session-in-the-past", N_("A session cannot be put on a day that is over."))
    return (
        SessionScheduled(
            cohort_id=command.cohort_id,
            session=command.session,
            on=command.on,
            minutes=command.minutes,
            imported=imported,
        ),
    )


def _cancel(state: Running, command: CancelSession) -> tuple[Event, ...]:
    if command.session not in state.sessions:
        return ()
    _unattended(state, command.session)
    return (SessionCancelled(cohort_id=command.cohort_id, session=command.session),)


def _unattended(state: Running, session: int) -> None:
    if any(session in one.attended for one in state.participants.values()):
        raise Refused(
            "session-held",
            N_("Attendance of session {session} is recorded; it can no longer be changed."),
            session=session,
        )


def _enrol(state: Running, command: Enrol) -> tuple[Event, ...]:
    if command.registration_id in state.participants:
        return ()
    imported = isinstance(command, ImportEnrolment)
    persons = {one.person_id for one in state.participants.values()}
    # History may hold one person twice under two registrations; it is kept as it was.
    if not imported and command.person_id in persons:
        raise Refused(
            "person-enrolled", N_("This person takes part already, under another registration.")
        )
    if len(state.participants) >= PARTICIPANTS_MAX:
        raise Refused(
            "cohort-full",
            N_("A cohort has at most {participants_max} participants."),
            participants_max=PARTICIPANTS_MAX,
        )
    return (
        Enrolled(
            cohort_id=command.cohort_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            imported=imported,
        ),
    )


def _attendance(state: Running, command: RecordAttendance) -> tuple[Event, ...]:
    imported = isinstance(command, ImportAttendance)
    session = state.sessions.get(command.session)
    if session is None:
        raise Missing("no-session", N_("There is no such session."))
    if not imported:
        _by_trainer(state, command)
        if _today(state, command) < session.on:
            raise Refused("session-not-held", N_("The session has not been held yet."))
    _each_once([mark.registration_id for mark in command.marks])
    return tuple(
        AttendanceRecorded(
            cohort_id=command.cohort_id,
            session=command.session,
            registration_id=mark.registration_id,
            attended_minutes=mark.attended_minutes,
            excused=_excused(mark),
            imported=imported,
        )
        for mark in command.marks
        if _attendance_changes(state, command.session, session, mark)
    )


def _attendance_changes(state: Running, number: int, session: Session, mark: Mark) -> bool:
    if not 0 <= mark.attended_minutes <= session.minutes:
        raise Invalid(
            "attendance-too-long",
            N_("The session lasted {session_minutes} minutes; nobody was there longer."),
            session_minutes=session.minutes,
        )
    before = _participant(state, mark.registration_id).attended.get(number)
    # Once sealed, a reason cannot be compared: typed again, it is recorded again.
    return before != Attended(minutes=mark.attended_minutes, excused=_excused(mark))


def _excused(mark: Mark) -> str | None:
    return optional_text(mark.excused, field="excused", length_max=REASON_LENGTH_MAX)


def _tests(state: Running, command: RecordTests) -> tuple[Event, ...]:
    imported = isinstance(command, ImportTests)
    if not imported:
        _by_trainer(state, command)
        days = session_dates(state)
        if not days or _today(state, command) < days[0]:
            raise Refused("cohort-not-begun", N_("The cohort has not had its first session yet."))
    _each_once([score.registration_id for score in command.scores])
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
    before = _participant(state, score.registration_id)
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


def _close(state: Running, command: CloseCohort | ImportClosing) -> tuple[Event, ...]:
    if isinstance(state, Over):
        return ()
    if isinstance(command, ImportClosing):
        closed_on = command.closed_on
    else:
        _by_trainer(state, command)
        closed_on = _today(state, command)
    last = last_session_on(state)
    if last is None or closed_on < last:
        raise Refused("sessions-left", N_("A cohort closes after its last session, not before."))
    imported = isinstance(command, ImportClosing)
    return (Closed(cohort_id=command.cohort_id, closed_on=closed_on, imported=imported),)


def _reopen(state: Running, command: ReopenCohort) -> tuple[Event, ...]:
    if not isinstance(state, Over):
        return ()
    if command.by in state.trainers:
        raise Forbidden("own-cohort", N_("Somebody who does not train this cohort must reopen it."))
    reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
    return (Reopened(cohort_id=command.cohort_id, reason=reason),)


def _by_trainer(state: Running, command: Act) -> None:
    if command.by not in state.trainers:
        raise Forbidden("not-the-trainer", N_("Only the trainers of this cohort record in it."))


def _participant(state: Running, registration_id: str) -> Participant:
    found = state.participants.get(registration_id)
    if found is None:
        raise Missing("not-enrolled", N_("This registration is not enrolled in the cohort."))
    return found


def _each_once(registrations: list[str]) -> None:
    if len(set(registrations)) != len(registrations) or len(registrations) > PARTICIPANTS_MAX:
        raise Invalid("named-twice", N_("Each participant can be named once only."))


def _today(state: Running, command: Act) -> date:
    return day_in(command.now, state.zone)


COHORT: Final[Decider[CohortState]] = Decider(
    kind="cohort",
    initial=NoCohort(),
    evolve=evolve,
    decide=decide,
    events=get_args(CohortEvent),
)
