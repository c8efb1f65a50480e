"""Where a meeting of the committee stands, from the invitation to the decision.

>>> isinstance(evolve(NoMeeting(), Convened(
...     meeting_id="g1", call_id="c1", held_on=date(2026, 5, 1), chair_id="m1",
...     member_ids=("m1", "m2"), quorum=2,
... )), ScoringCase)
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from services.grants.committee.meeting_events import (
    AttendanceRecorded,
    ChairTaken,
    Convened,
    DecisionRecorded,
    Item,
    ItemsResumed,
    ItemsSuspended,
    MeetingCancelled,
    MeetingEvent,
    RankingRecorded,
    Reopened,
    ReopeningProposed,
    ScoringClosed,
    Vote,
    VotesCast,
)


@dataclass(frozen=True)
class NoMeeting:
    """No meeting under this id."""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What every meeting has. ``proposal``: who wants to reopen it, and why."""

    meeting_id: str
    call_id: str
    chair_id: str | None
    member_ids: tuple[str, ...]
    quorum: int
    present_ids: tuple[str, ...] = ()
    proposal: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class ScoringCase(Meeting):
    """Members still hand in sheets."""


@dataclass(frozen=True, kw_only=True)
class ScoringClosedCase(Meeting):
    """All sheets are in, nothing is ranked."""


@dataclass(frozen=True, kw_only=True)
class RankedCase(Meeting):
    """Ranked. ``items`` by application id; ``votes`` by (application id, member)."""

    items: Mapping[str, Item]
    suspended: frozenset[str] = frozenset()
    votes: Mapping[tuple[str, str], Vote] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DecidedCase(Meeting):
    """The decision is on record."""

    decided_on: date


@dataclass(frozen=True, kw_only=True)
class CancelledCase(Meeting):
    """It was not held."""


MeetingState: TypeAlias = (
    NoMeeting | ScoringCase | ScoringClosedCase | RankedCase | DecidedCase | CancelledCase
)


def evolve(state: MeetingState, event: MeetingEvent) -> MeetingState:
    """State after one more event."""
    match state, event:
        case NoMeeting(), Convened():
            return ScoringCase(
                meeting_id=event.meeting_id,
                call_id=event.call_id,
                chair_id=event.chair_id,
                member_ids=event.member_ids,
                quorum=event.quorum,
            )
        case NoMeeting(), _:
            raise TypeError(f"{type(event).__name__} before Convened")
        case _, AttendanceRecorded():
            return replace(state, present_ids=event.present_ids)
        case ScoringCase(), ScoringClosed():
            return ScoringClosedCase(**vars(state))
        case ScoringClosedCase(), RankingRecorded():
            return RankedCase(**vars(state), items=_by_id(event))
        case RankedCase(), RankingRecorded():
            return replace(state, items={**state.items, **_by_id(event)})
        case RankedCase(), ItemsSuspended():
            return replace(state, suspended=state.suspended | set(event.application_ids))
        case RankedCase(), ItemsResumed():
            return replace(state, suspended=state.suspended - set(event.application_ids))
        case RankedCase(), VotesCast():
            cast = {(one.application_id, event.member_id): one.vote for one in event.votes}
            return replace(state, votes={**state.votes, **cast})
        case RankedCase(), DecisionRecorded():
            return DecidedCase(
                meeting_id=state.meeting_id,
                call_id=state.call_id,
                chair_id=state.chair_id,
                member_ids=state.member_ids,
                quorum=state.quorum,
                present_ids=state.present_ids,
                decided_on=event.decided_on,
            )
        case ScoringCase() | ScoringClosedCase(), MeetingCancelled():
            return CancelledCase(**vars(state))
        case _, ChairTaken():
            return replace(state, chair_id=event.chair_id)
        case _, ReopeningProposed():
            return replace(state, proposal=(event.proposed_by, event.reason))
        case ScoringClosedCase() | RankedCase(), Reopened():
            return ScoringCase(
                meeting_id=state.meeting_id,
                call_id=state.call_id,
                chair_id=state.chair_id,
                member_ids=state.member_ids,
                quorum=state.quorum,
                present_ids=state.present_ids,
            )
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


def _by_id(event: RankingRecorded) -> dict[str, Item]:
    return {item.application_id: item for item in event.items}
