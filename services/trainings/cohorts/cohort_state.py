"""What a cohort is at a moment, as far as its rules need it, and how events change it.

>>> state = evolve(NoCohort(), Planned(zone="Europe/Belgrade", trainers=("trainer-1",), …))
>>> state.trainers, state.rule, places_left(state)
(('trainer-1',), Rule(attendance_percent_min=80, post_test_min=50), 500)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Final, TypeAlias

from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    CameBack,
    Closed,
    CohortEvent,
    DetailsChanged,
    DroppedOut,
    Enrolled,
    EntryContested,
    EntrySettled,
    HeldForImport,
    Planned,
    PutOnWaitingList,
    ReleasedFromImport,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TakenOffWaitingList,
    TestRecorded,
    TrainersChanged,
    Transferred,
)
from services.trainings.cohorts.entries import AFTER, BEFORE, TESTS, Contest, Entries
from services.trainings.courses.rule import DEFAULT_RULE, Rule
from shared.events.event import PersonalText

PLACES_MAX: Final = 500


@dataclass(frozen=True)
class NoCohort:
    """Nothing was planned under this id."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One meeting of the cohort."""

    on: date
    minutes: int
    starts: str | None = None
    module: int | None = None
    trainer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attended:
    """How long somebody was there, and why not longer."""

    minutes: int
    excused: PersonalText | None
    excused_as: PersonalText | None = None


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Somebody enrolled: attendance by session, tests in per cent.

    joined_on:       None for those of before.
    carried:         minutes attended elsewhere, by the cohort that they came from with them.
    left_on:         since when they take part no more; left_for: for which other cohort.
    """

    person_id: str
    attended: Mapping[int, Attended] = field(default_factory=dict)
    pre_test: int | None = None
    post_test: int | None = None
    joined_on: date | None = None
    came_from: str | None = None
    carried: Mapping[str, int] = field(default_factory=dict)
    left_on: date | None = None
    left_for: str | None = None
    entries: Entries = field(default_factory=Entries)

    @property
    def takes_part(self) -> bool:
        """Whether they did neither drop out nor go on in another cohort."""
        return self.left_on is None

    @property
    def carried_minutes(self) -> int:
        """How many minutes attended in other cohorts came along."""
        return sum(self.carried.values())


@dataclass(frozen=True, kw_only=True)
class Details:
    """Where it is run and for how many; see ``DetailsChanged``."""

    place: str = ""
    venue: str | None = None
    capacity: int | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cohort that is planned or under way; participants by registration.

    waiting:  person by registration, who waits longest first.
    held_for: the import that is being entered, "" for none.
    daily:    whether anything of it was recorded in daily use: no past is brought into it then.
    """

    zone: str
    trainers: tuple[str, ...]
    sessions: Mapping[int, Session] = field(default_factory=dict)
    participants: Mapping[str, Participant] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    rule: Rule = DEFAULT_RULE
    details: Details = Details()
    course_id: str = ""
    course_version: int = 0
    kind: str = "business"
    held_for: str = ""
    daily: bool = False


@dataclass(frozen=True, kw_only=True)
class Over(Running):
    """A closed cohort."""


CohortState: TypeAlias = NoCohort | Running | Over


def session_dates(state: CohortState) -> tuple[date, ...]:
    """The days of the sessions, in order, each once."""
    if isinstance(state, NoCohort):
        return ()
    return tuple(sorted({session.on for session in state.sessions.values()}))


def last_session_on(state: CohortState) -> date | None:
    """The day of the last session, None while there is none."""
    return max(session_dates(state), default=None)


def places_left(state: Running) -> int:
    """How many more can take part; never below 0."""
    taken = sum(one.takes_part for one in state.participants.values())
    capacity = state.details.capacity
    places = PLACES_MAX if capacity is None else min(capacity, PLACES_MAX)
    return max(0, places - taken)


def evolve(state: CohortState, event: CohortEvent) -> CohortState:
    """State after one more event."""
    if isinstance(event, Planned):
        return _planned(event)
    if isinstance(state, NoCohort):
        raise TypeError(f"{type(event).__name__} before Planned")
    if not state.daily and _is_daily(event):
        state = replace(state, daily=True)
    match event:
        case TrainersChanged():
            return replace(state, trainers=event.trainers)
        case SessionScheduled():
            session = Session(
                on=event.on,
                minutes=event.minutes,
                starts=event.starts,
                module=event.module,
                trainer=event.trainer,
            )
            return replace(state, sessions={**state.sessions, event.session: session})
        case SessionCancelled():
            kept = {n: held for n, held in state.sessions.items() if n != event.session}
            return replace(state, sessions=kept)
        case DetailsChanged():
            return replace(state, details=_details(event))
        case AttendanceRecorded():
            return _with(state, event.registration_id, _attended(state, event))
        case TestRecorded():
            return _with(state, event.registration_id, _tested(state, event))
        case EntryContested() | EntrySettled():
            return _with(state, event.registration_id, _disputed(state, event))
        case HeldForImport():
            return replace(state, held_for=event.import_id)
        case ReleasedFromImport():
            return replace(state, held_for="")
        case Closed():
            return _as(Over, state)
        case Reopened():
            return _as(Running, state)
        case _:
            return _taking_part(state, event)


def _is_daily(event: CohortEvent) -> bool:
    """Whether it is a record of daily use: of a session, of who takes part, of what they did."""
    match event:
        case SessionScheduled() | Enrolled() | AttendanceRecorded() | TestRecorded() | Closed():
            return not event.imported
        case (
            TrainersChanged()
            | DetailsChanged()
            | HeldForImport()
            | ReleasedFromImport()
            | Reopened()
        ):
            return False
        case _:
            return True


def _taking_part(state: Running, event: CohortEvent) -> Running:
    """Who takes part, who waits, who left."""
    match event:
        case Enrolled():
            there = _not_waiting(state, event.registration_id)
            return _with(there, event.registration_id, _enrolled(state, event))
        case PutOnWaitingList():
            waiting = {**state.waiting, event.registration_id: event.person_id}
            return replace(state, waiting=waiting)
        case TakenOffWaitingList():
            return _not_waiting(state, event.registration_id)
        case DroppedOut():
            before = state.participants[event.registration_id]
            return _with(state, event.registration_id, replace(before, left_on=event.on))
        case Transferred():
            before = state.participants[event.registration_id]
            after = replace(before, left_on=event.on, left_for=event.to_cohort_id)
            return _with(state, event.registration_id, after)
        case CameBack():
            before = state.participants[event.registration_id]
            back = replace(before, left_on=None, left_for=None)
            return _with(_not_waiting(state, event.registration_id), event.registration_id, back)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a cohort")


def _planned(event: Planned) -> Running:
    return Running(
        zone=event.zone,
        trainers=event.trainers,
        rule=Rule(
            attendance_percent_min=event.attendance_percent_min, post_test_min=event.post_test_min
        ),
        details=_details(event),
        course_id=event.course_id,
        course_version=event.course_version,
        kind=event.kind,
        daily=not event.imported,
    )


def _details(event: Planned | DetailsChanged) -> Details:
    return Details(
        place=event.place,
        venue=event.venue,
        capacity=event.capacity,
        level=event.level,
        occupation=event.occupation,
        institution=event.institution,
    )


def _enrolled(state: Running, event: Enrolled) -> Participant:
    # Who was transferred away and comes back finds what was recorded of them here.
    before = state.participants.get(event.registration_id)
    if before is None:
        before = Participant(person_id=event.person_id)
    pre_test = before.pre_test if event.carried_pre_test is None else event.carried_pre_test
    return replace(
        before,
        joined_on=event.on,
        came_from=event.from_cohort_id,
        carried=_carried(before, event),
        pre_test=pre_test,
        left_on=None,
        left_for=None,
    )


def _carried(before: Participant, event: Enrolled) -> Mapping[str, int]:
    # What an event carries is all of it; where the rest came from was said by those before.
    if event.from_cohort_id is None:
        return before.carried
    rest = {one: held for one, held in before.carried.items() if one != event.from_cohort_id}
    return {**rest, event.from_cohort_id: max(0, event.carried_minutes - sum(rest.values()))}


def _not_waiting(state: Running, registration_id: str) -> Running:
    if registration_id not in state.waiting:
        return state
    left = {one: person for one, person in state.waiting.items() if one != registration_id}
    return replace(state, waiting=left)


def _attended(state: Running, event: AttendanceRecorded) -> Participant:
    before = state.participants[event.registration_id]
    mark = Attended(
        minutes=event.attended_minutes, excused=event.excused, excused_as=event.excused_as
    )
    return replace(
        before,
        attended={**before.attended, event.session: mark},
        entries=before.entries.recorded(str(event.session), event.entry_id),
    )


def _tested(state: Running, event: TestRecorded) -> Participant:
    before = state.participants[event.registration_id]
    entries = before.entries
    scores = {BEFORE: event.pre_test, AFTER: event.post_test}
    for test in TESTS:
        # Where there is no score, nothing stands that somebody could have seen.
        if scores[test] is not None and event.test in (None, test):
            entries = entries.recorded(test, event.entry_id)
    return replace(before, pre_test=event.pre_test, post_test=event.post_test, entries=entries)


def _disputed(state: Running, event: EntryContested | EntrySettled) -> Participant:
    before = state.participants[event.registration_id]
    if isinstance(event, EntrySettled):
        return replace(before, entries=before.entries.settled(event.entry_id))
    contest = Contest(
        entry_id=event.entry_id,
        place=event.place,
        value=event.value,
        maximum=event.maximum,
        excused_as=event.excused_as,
        excused=event.excused,
    )
    entries = before.entries.contested(contest, instead_of=event.instead_of)
    return replace(before, entries=entries)


def _with(state: Running, registration_id: str, participant: Participant) -> Running:
    return replace(state, participants={**state.participants, registration_id: participant})


def _as(case: type[Running], state: Running) -> Running:
    return case(**{one.name: getattr(state, one.name) for one in fields(state)})
