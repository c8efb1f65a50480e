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
    Closed,
    CohortEvent,
    EntryContested,
    EntrySettled,
    Planned,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TestRecorded,
    TrainersChanged,
)
from services.trainings.cohorts.entries import TESTS, Contest, Entries
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
    carried_minutes: attended in the cohort from which they were transferred.
    left_on:         since when they take part no more; left_for: for which other cohort.
    """

    person_id: str
    attended: Mapping[int, Attended] = field(default_factory=dict)
    pre_test: int | None = None
    post_test: int | None = None
    joined_on: date | None = None
    carried_minutes: int = 0
    left_on: date | None = None
    left_for: str | None = None

    @property
    def takes_part(self) -> bool:
        """Whether they did neither drop out nor go on in another cohort."""
        return self.left_on is None

    entries: Entries = field(default_factory=Entries)


@dataclass(frozen=True, kw_only=True)
class Details:
    """Where it is run and for how many; see ``DetailsChanged``."""

    place: str = ""
    address: str | None = None
    capacity: int | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cohort that is planned or under way; participants by registration.

    waiting: person by registration, who waits longest first.
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
        case Closed():
            return _as(Over, state)
        case Reopened():
            return _as(Running, state)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a cohort")


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
    for test in TESTS if event.test is None else (event.test,):
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
