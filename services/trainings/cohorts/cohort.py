"""A cohort: one run of a course version, with sessions, participants, attendance and tests.

    ScheduleSession(session=1, on=2 March, minutes=360)   -> SessionScheduled
    Enrol(registration_id="r1", person_id="p1")           -> Enrolled
    RecordAttendance(by="trainer-1", session=1, marks=(Mark("r1", 300),)), on 1 March
        -> Refused: the session has not been held yet
    … on 2 March                                          -> AttendanceRecorded

Only the cohort's trainers record. Who qualifies is in ``qualification.py``.
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.cohorts.cohort_commands import (
    CancelSession,
    ChangeTrainers,
    CloseCohort,
    CohortCommand,
    Enrol,
    ImportClosing,
    ImportCohort,
    ImportEnrolment,
    ImportSession,
    NoteEntry,
    PlanCohort,
    RecordAttendance,
    RecordTests,
    ReopenCohort,
    ScheduleSession,
    SettleEntry,
)
from services.trainings.cohorts.cohort_events import (
    Closed,
    CohortEvent,
    Enrolled,
    Planned,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TrainersChanged,
)
from services.trainings.cohorts.cohort_state import (
    CohortState,
    NoCohort,
    Over,
    Running,
    Session,
    evolve,
    last_session_on,
)
from services.trainings.cohorts.noting import note, settle
from services.trainings.cohorts.recording import (
    PARTICIPANTS_MAX,
    attendance,
    by_trainer,
    tests,
    today,
)
from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    country_code,
    term,
    text,
)
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

SESSION_MAX: Final = 500
SESSION_MINUTES_MAX: Final = 24 * 60
TRAINERS_MAX: Final = 10


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
            events = attendance(state, command)
        case RecordTests():
            events = tests(state, command)
        case NoteEntry():
            events = note(state, command)
        case SettleEntry():
            events = settle(state, command)
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
    if not imported and command.on < today(state, command):
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


def _close(state: Running, command: CloseCohort | ImportClosing) -> tuple[Event, ...]:
    if isinstance(state, Over):
        return ()
    if isinstance(command, ImportClosing):
        closed_on = command.closed_on
    else:
        by_trainer(state, command)
        closed_on = today(state, command)
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


COHORT: Final[Decider[CohortState]] = Decider(
    kind="cohort",
    initial=NoCohort(),
    evolve=evolve,
    decide=decide,
    events=get_args(CohortEvent),
)
