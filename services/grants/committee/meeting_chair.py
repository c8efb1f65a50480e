"""When the chair of a meeting is not there any more, or the meeting is not to be held.

    take_chair(state, TakeChair(by="other", reason="…")) -> ChairTaken      recorded, with a reason
    cancel(state, CancelMeeting(by="other", reason="…")) -> MeetingCancelled  before the ranking

Leaves of ``meeting.decide``. What members scored stays as it is: scoring that was closed is not
opened by a cancellation, since that takes two people.
"""

from __future__ import annotations

from services.grants.committee.meeting_commands import CancelMeeting, TakeChair
from services.grants.committee.meeting_events import ChairTaken, MeetingCancelled
from services.grants.committee.meeting_state import (
    CancelledCase,
    DecidedCase,
    Meeting,
    ScoringCase,
    ScoringClosedCase,
)
from services.grants.programmes.wording import reason
from shared.errors import Refused
from shared.events.event import Event
from shared.language.marking import N_


def require_held(state: Meeting) -> None:
    """Raises Refused when the meeting was cancelled."""
    if isinstance(state, CancelledCase):
        raise Refused("meeting-cancelled", N_("This meeting was cancelled."))


def take_chair(state: Meeting, command: TakeChair) -> tuple[Event, ...]:
    """The acting person leads the meeting from now on."""
    if isinstance(state, DecidedCase):
        raise Refused("meeting-decided", N_("The decision of this meeting is on record."))
    if command.by == state.chair_id:
        return ()
    return (
        ChairTaken(
            meeting_id=state.meeting_id,
            call_id=state.call_id,
            chair_id=command.by,
            former_id=state.chair_id,
            reason=reason(command.reason),
        ),
    )


def cancel(state: Meeting, command: CancelMeeting) -> tuple[Event, ...]:
    """The meeting is not held; the call waits for another one."""
    if isinstance(state, CancelledCase):
        return ()
    if not isinstance(state, ScoringCase | ScoringClosedCase):
        raise Refused(
            "ranked", N_("The ranking is on record; reopen the meeting before you cancel it.")
        )
    return (
        MeetingCancelled(
            meeting_id=state.meeting_id, call_id=state.call_id, reason=reason(command.reason)
        ),
    )
