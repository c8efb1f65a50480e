"""Somebody else takes the chair of a meeting, or its chair cancels it before the ranking.

take_chair(work, meeting_id, by=actor(), reason="The chair is ill")
cancel_meeting(work, meeting_id, by=actor(), reason="Nobody could come")
"""

from __future__ import annotations

from services.grants.committee import meeting_commands as c
from services.grants.committee.deciding import before_ranking, chaired
from services.grants.committee.handling import plain_lines
from services.grants.committee.meeting import MEETING
from shared.events.work import Work


def take_chair(work: Work, meeting_id: str, *, by: str, reason: str) -> None:
    """The acting person, a chair of the programme, leads the meeting from now on."""
    work.decide(MEETING, meeting_id, c.TakeChair(by=by, now=work.now, reason=plain_lines(reason)))


def cancel_meeting(work: Work, meeting_id: str, *, by: str, reason: str) -> None:
    """Do not hold it: another meeting about the call may be convened."""
    state = chaired(work, meeting_id, by)
    command = c.CancelMeeting(by=by, now=work.now, reason=plain_lines(reason))
    if work.decide(MEETING, meeting_id, command):
        work.release(before_ranking(state.call_id, meeting_id))
