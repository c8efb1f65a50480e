"""What can happen in a meeting of the committee. ``meeting.py`` tells when.

>>> DecisionRecorded.event_type
'org.zanat.grants.meeting.decision_recorded.v1'
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from shared.events.event import Event, event_type
from shared.money import Money

Vote: TypeAlias = Literal["for", "against", "abstained"]

ITEMS_MAX: Final = 150
"""Ranked items in one event, so that it stays well under the 60 KiB of an envelope."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One application as it was ranked. ``recused_ids``: members who take no part in it."""

    application_id: str
    version: int
    score_hundredths: int
    rank: int
    recused_ids: tuple[str, ...] = ()


class ItemVote(msgspec.Struct, frozen=True, kw_only=True):
    """A member's vote on one application."""

    application_id: str
    vote: Vote


@event_type("grants.meeting.convened.v1")
class Convened(Event, frozen=True, kw_only=True):
    """The committee meets about a call. ``chair_id``: None where history does not tell."""

    meeting_id: str
    call_id: str
    held_on: date
    chair_id: str | None
    member_ids: tuple[str, ...]
    quorum: int
    imported: bool = False


@event_type("grants.meeting.attendance_recorded.v1")
class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """Who is present, whole, from now on."""

    meeting_id: str
    present_ids: tuple[str, ...]


@event_type("grants.meeting.scoring_closed.v1")
class ScoringClosed(Event, frozen=True, kw_only=True):
    """No sheets any more; all of them are visible."""

    meeting_id: str
    call_id: str
    imported: bool = False


@event_type("grants.meeting.ranking_recorded.v1")
class RankingRecorded(Event, frozen=True, kw_only=True):
    """The ranking, or (when it is long) the next part of it."""

    meeting_id: str
    call_id: str
    items: tuple[Item, ...]
    imported: bool = False


@event_type("grants.meeting.items_suspended.v1")
class ItemsSuspended(Event, frozen=True, kw_only=True):
    """Too few members who are present and not recused: nothing is decided about these."""

    meeting_id: str
    application_ids: tuple[str, ...]


@event_type("grants.meeting.items_resumed.v1")
class ItemsResumed(Event, frozen=True, kw_only=True):
    """There is a quorum for these again."""

    meeting_id: str
    application_ids: tuple[str, ...]


@event_type("grants.meeting.votes_cast.v1")
class VotesCast(Event, frozen=True, kw_only=True):
    """One member's votes; a later vote on the same application replaces the earlier."""

    meeting_id: str
    member_id: str
    votes: tuple[ItemVote, ...]


@event_type("grants.meeting.decision_recorded.v1")
class DecisionRecorded(Event, frozen=True, kw_only=True):
    """The committee decided about every item; each application's stream has its own outcome.

    votes_in_room: ``recorded_by`` says that votes were taken in the room, so that fewer than a
    quorum need be on record here.
    """

    meeting_id: str
    call_id: str
    decided_on: date
    approved: int
    waitlisted: int
    rejected: int
    amount: Money
    imported: bool = False
    votes_in_room: bool = False
    recorded_by: str | None = None


@event_type("grants.meeting.reopening_proposed.v1")
class ReopeningProposed(Event, frozen=True, kw_only=True):
    """Somebody wants scoring to start again; a second person decides."""

    meeting_id: str
    reason: str
    proposed_by: str


@event_type("grants.meeting.reopened.v1")
class Reopened(Event, frozen=True, kw_only=True):
    """A second person agreed: scoring is open again, ranking and votes are void."""

    meeting_id: str
    call_id: str
    reason: str
    proposed_by: str
    confirmed_by: str


@event_type("grants.meeting.chair_taken.v1")
class ChairTaken(Event, frozen=True, kw_only=True):
    """Somebody else leads the meeting from now on, for this reason."""

    meeting_id: str
    call_id: str
    chair_id: str
    former_id: str | None
    reason: str


@event_type("grants.meeting.cancelled.v1")
class MeetingCancelled(Event, frozen=True, kw_only=True):
    """It is not held; another meeting about the call may be convened."""

    meeting_id: str
    call_id: str
    reason: str


MeetingEvent: TypeAlias = (
    Convened
    | AttendanceRecorded
    | ScoringClosed
    | RankingRecorded
    | ItemsSuspended
    | ItemsResumed
    | VotesCast
    | DecisionRecorded
    | ReopeningProposed
    | Reopened
    | ChairTaken
    | MeetingCancelled
)
