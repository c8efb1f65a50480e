"""What members, the chair and the import may ask of a meeting. ``meeting.py`` decides.

>>> CloseScoring(by="chair", now=datetime(2026, 5, 1, tzinfo=UTC)).by
'chair'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime  # noqa: F401 (UTC: the example above)

from services.grants.committee.meeting_events import Item, ItemVote
from services.grants.committee.ranking import Outcome


@dataclass(frozen=True, kw_only=True)
class MeetingCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ConveneMeeting(MeetingCommand):
    """The acting person convenes the committee and is its chair.

    member_ids and quorum: the call's. held_on: the planned day, in ``zone``, not a past one.
    """

    meeting_id: str
    call_id: str
    call_closed: bool
    held_on: date
    zone: str
    member_ids: tuple[str, ...]
    quorum: int


@dataclass(frozen=True, kw_only=True)
class RecordAttendance(MeetingCommand):
    """Say who is present, whole; again whenever somebody comes or leaves."""

    present_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CloseScoring(MeetingCommand):
    """Take no more sheets; the reviews close in the same append."""


@dataclass(frozen=True, kw_only=True)
class RecordRanking(MeetingCommand):
    """Record what ``ranking.rank`` gives."""

    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class CastVotes(MeetingCommand):
    """The acting member votes on one application or on many at once."""

    votes: tuple[ItemVote, ...]


@dataclass(frozen=True, kw_only=True)
class RecordDecision(MeetingCommand):
    """Record what ``ranking.decide_outcomes`` gives, today in ``zone``.

    votes_in_room: the acting person says that a quorum voted in the room on all that is approved.
    """

    outcomes: tuple[Outcome, ...]
    currency: str
    zone: str
    votes_in_room: bool = False


@dataclass(frozen=True, kw_only=True)
class ProposeReopening(MeetingCommand):
    """Ask for scoring to start again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmReopening(MeetingCommand):
    """Agree, as a second person, that scoring starts again."""


@dataclass(frozen=True, kw_only=True)
class TakeChair(MeetingCommand):
    """The acting person, a chair of the programme too, leads the meeting from now on."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class CancelMeeting(MeetingCommand):
    """Do not hold the meeting. Only before its ranking, and by its chair."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportDecision(MeetingCommand):
    """Bring a whole meeting from before: its ranking, and its decision on its own day."""

    history_open: bool
    meeting_id: str
    call_id: str
    decided_on: date
    member_ids: tuple[str, ...]
    quorum: int
    items: tuple[Item, ...]
    outcomes: tuple[Outcome, ...]
    currency: str
    zone: str
