"""What a cohort is at a moment, as far as its rules need it, and how events change it.

>>> evolve(NoCohort(), Planned(zone="Europe/Belgrade", trainers=("trainer-1",), …))
Running(zone='Europe/Belgrade', trainers=('trainer-1',), sessions={}, participants={})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

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
from shared.events.event import PersonalText


@dataclass(frozen=True)
class NoCohort:
    """Nothing was planned under this id."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One meeting of the cohort."""

    on: date
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Attended:
    """How long somebody was there, and why not longer."""

    minutes: int
    excused: PersonalText | None


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Somebody enrolled: attendance by session, tests in per cent."""

    person_id: str
    attended: Mapping[int, Attended] = field(default_factory=dict)
    pre_test: int | None = None
    post_test: int | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cohort that is planned or under way; participants by registration."""

    zone: str
    trainers: tuple[str, ...]
    sessions: Mapping[int, Session] = field(default_factory=dict)
    participants: Mapping[str, Participant] = field(default_factory=dict)


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


def evolve(state: CohortState, event: CohortEvent) -> CohortState:
    """State after one more event."""
    if isinstance(event, Planned):
        return Running(zone=event.zone, trainers=event.trainers)
    if isinstance(state, NoCohort):
        raise TypeError(f"{type(event).__name__} before Planned")
    match event:
        case TrainersChanged():
            return replace(state, trainers=event.trainers)
        case SessionScheduled():
            session = Session(on=event.on, minutes=event.minutes)
            return replace(state, sessions={**state.sessions, event.session: session})
        case SessionCancelled():
            kept = {n: held for n, held in state.sessions.items() if n != event.session}
            return replace(state, sessions=kept)
        case Enrolled():
            return _with(state, event.registration_id, Participant(person_id=event.person_id))
        case AttendanceRecorded():
            before = state.participants[event.registration_id]
            mark = Attended(minutes=event.attended_minutes, excused=event.excused)
            attended = {**before.attended, event.session: mark}
            return _with(state, event.registration_id, replace(before, attended=attended))
        case TestRecorded():
            before = state.participants[event.registration_id]
            after = replace(before, pre_test=event.pre_test, post_test=event.post_test)
            return _with(state, event.registration_id, after)
        case Closed():
            return _as(Over, state)
        case Reopened():
            return _as(Running, state)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a cohort")


def _with(state: Running, registration_id: str, participant: Participant) -> Running:
    return replace(state, participants={**state.participants, registration_id: participant})


def _as(case: type[Running], state: Running) -> Running:
    return case(
        zone=state.zone,
        trainers=state.trainers,
        sessions=state.sessions,
        participants=state.participants,
    )
