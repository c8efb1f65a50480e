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
    ChangeDetails,
    ChangeTrainers,
    CloseCohort,
    CohortCommand,
    DropOut,
    Enrol,
    HoldForImport,
    ImportClosing,
    ImportSession,
    NoteEntry,
    PlanCohort,
    PromoteWaiting,
    RecordAttendance,
    RecordTests,
    ReleaseFromImport,
    ReopenCohort,
    ScheduleSession,
    SettleEntry,
    TakeOffWaitingList,
    TransferIn,
    TransferOut,
)
from services.trainings.cohorts.cohort_events import (
    Closed,
    CohortEvent,
    Reopened,
    SessionCancelled,
    SessionScheduled,
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
from services.trainings.cohorts.enrolling import (
    drop_out,
    enrol,
    promote,
    take_off,
    transfer_in,
    transfer_out,
)
from services.trainings.cohorts.holding import check_free, hold
from services.trainings.cohorts.noting import note, settle
from services.trainings.cohorts.planning import change_details, change_trainers, plan
from services.trainings.cohorts.recording import attendance, by_trainer, tests, today
from services.trainings.courses.course import MODULES_MAX
from services.trainings.people.fields import REASON_LENGTH_MAX, text
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

SESSION_MAX: Final = 500
SESSION_MINUTES_MAX: Final = 24 * 60


def decide(state: CohortState, command: CohortCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, PlanCohort):
        return plan(state, command)
    if isinstance(state, NoCohort):
        raise Missing("no-cohort", N_("There is no such cohort."))
    if isinstance(command, HoldForImport | ReleaseFromImport):
        return hold(state, command)
    check_free(state, command)
    if isinstance(command, ReopenCohort):
        return _reopen(state, command)
    if isinstance(command, CloseCohort | ImportClosing):
        return _close(state, command)
    events = _within(state, command)
    if events and isinstance(state, Over):
        raise Refused("cohort-closed", N_("The cohort is closed; it must be reopened first."))
    return events


def _within(state: Running, command: CohortCommand) -> tuple[Event, ...]:
    match command:
        case ChangeTrainers():
            return change_trainers(state, command)
        case ChangeDetails():
            return change_details(state, command)
        case ScheduleSession():
            return _schedule(state, command)
        case CancelSession():
            return _cancel(state, command)
        case RecordAttendance():
            return attendance(state, command)
        case RecordTests():
            return tests(state, command)
        case NoteEntry():
            return note(state, command)
        case SettleEntry():
            return settle(state, command)
        case _:
            return _taking_part(state, command)


def _taking_part(state: Running, command: CohortCommand) -> tuple[Event, ...]:
    match command:
        case Enrol():
            return enrol(state, command)
        case PromoteWaiting():
            return promote(state, command)
        case TakeOffWaitingList():
            return take_off(state, command)
        case DropOut():
            return drop_out(state, command)
        case TransferOut():
            return transfer_out(state, command)
        case TransferIn():
            return transfer_in(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a cohort")


def _schedule(state: Running, command: ScheduleSession) -> tuple[Event, ...]:
    session = Session(
        on=command.on,
        minutes=command.minutes,
        starts=_time(command.starts),
        module=command.module,
        trainer=command.trainer or None,
    )
    if state.sessions.get(command.session) == session:
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
    if session.module is not None and not 1 <= session.module <= MODULES_MAX:
        raise Invalid(
            "no-such-module", N_("Choose a module of the course ({field})."), field="module"
        )
    if not imported and session.trainer is not None and session.trainer not in state.trainers:
        raise Invalid(
            "not-their-trainer", N_("Choose one of the trainers ({field})."), field="trainer"
        )
    if not imported and command.on < today(state, command):
        raise Refused("session-in-the-past", N_("A session cannot be put on a day that is over."))
    return (
        SessionScheduled(
            cohort_id=command.cohort_id,
            session=command.session,
            on=session.on,
            minutes=session.minutes,
            imported=imported,
            starts=session.starts,
            module=session.module,
            trainer=session.trainer,
        ),
    )


def _time(value: str | None) -> str | None:
    """HH:MM as it is written on a clock of 24 hours; None and nothing: not set."""
    if not value:
        return None
    hours, _, minutes = value.partition(":")
    digits = len(value) == 5 and hours.isdecimal() and minutes.isdecimal() and value.isascii()
    if not digits or int(hours) > 23 or int(minutes) > 59:
        raise Invalid("no-such-time", N_("{field} needs a time such as 09:30."), field="starts")
    return value


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
