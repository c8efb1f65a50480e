"""Who will and who will not qualify, and why, while there is time to act.

>>> outlook(cohort, "r1", today=date(2026, 3, 9))     # 4 of 8 sessions held, she was in 3 of them
Outlook(attended_minutes=1080, to_come_minutes=1440, unrecorded_minutes=0, total_minutes=2880,
        sessions_to_come=4, sessions_needed=4, sessions_unrecorded=0, best_hundredths=87,
        attendance='on_course', test='missing', …)

``sessions_needed`` is the smallest number such that whichever of the sessions to come she attends,
so many whole ones are enough: what a trainer can promise without saying which. Sessions that were
held and for which nothing is recorded of her count neither as attended nor as missed: as long as
they decide, the answer is that their attendance must be recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from services.trainings.cohorts.cohort_state import Participant, Running
from services.trainings.cohorts.qualification import qualification
from services.trainings.courses.rule import Rule

Attendance: TypeAlias = Literal[
    "no_sessions", "reached", "on_course", "unrecorded", "out_of_reach", "left"
]
Test: TypeAlias = Literal["not_needed", "missing", "too_low", "passed"]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Where somebody stands, what is still to come, and what they need of it.

    best_hundredths: whole hundredths if they come to everything from now on and were there
        whenever nothing is recorded; rounded down.
    sessions_needed: None when the sessions to come are not enough by themselves.
    attendance: ``reached`` whatever happens; ``on_course`` with ``sessions_needed``; ``unrecorded``
        if they were in sessions of which nothing is recorded; ``out_of_reach`` in any case.
    """

    attended_minutes: int
    carried_minutes: int
    to_come_minutes: int
    unrecorded_minutes: int
    total_minutes: int
    sessions_to_come: int
    sessions_needed: int | None
    sessions_unrecorded: int
    best_hundredths: int
    attendance: Attendance
    test: Test
    rule: Rule

    @property
    def can_qualify(self) -> bool:
        """Whether it is still possible; a test can be taken, and taken again."""
        return self.attendance not in ("out_of_reach", "left", "no_sessions")

    @property
    def at_risk(self) -> bool:
        """Whether somebody must act: out of reach, every session to come needed, a test failed."""
        if self.attendance in ("left", "no_sessions"):
            return False
        all_needed = self.sessions_needed == self.sessions_to_come > 0
        return (
            self.attendance in ("out_of_reach", "unrecorded")
            or all_needed
            or (self.test == "too_low")
        )


def outlook(state: Running, registration_id: str, *, today: date) -> Outlook:
    """How one participant of the cohort stands on a day; KeyError for somebody else."""
    participant = state.participants[registration_id]
    found = qualification(state, registration_id)
    open_numbers = [one for one in state.sessions if one not in participant.attended]
    to_come = [
        state.sessions[one].minutes for one in open_numbers if state.sessions[one].on >= today
    ]
    unrecorded = [
        state.sessions[one].minutes
        for one in open_numbers
        if state.sessions[one].on < today and _was_in(participant, state.sessions[one].on)
    ]
    needed = sessions_needed(
        attended=found.attended_minutes,
        total=found.total_minutes,
        percent=state.rule.attendance_percent_min,
        to_come=to_come,
    )
    best = found.attended_minutes + sum(to_come) + sum(unrecorded)
    return Outlook(
        attended_minutes=found.attended_minutes,
        carried_minutes=found.carried_minutes,
        to_come_minutes=sum(to_come),
        unrecorded_minutes=sum(unrecorded),
        total_minutes=found.total_minutes,
        sessions_to_come=len(to_come),
        sessions_needed=needed,
        sessions_unrecorded=len(unrecorded),
        best_hundredths=best * 100 // found.total_minutes if found.total_minutes else 0,
        attendance=_attendance(participant, needed, best, found.total_minutes, state.rule),
        test=_test(participant, state.rule),
        rule=state.rule,
    )


def sessions_needed(*, attended: int, total: int, percent: int, to_come: list[int]) -> int | None:
    """How many of the sessions to come, whichever they are, bring ``percent`` of all minutes.

    attended, total, to_come: minutes. None: not even all of them do.
    """
    if total == 0:
        return None
    minutes = attended
    for count, length in enumerate([0, *sorted(to_come)]):
        minutes += length
        if minutes * 100 >= percent * total:
            return count
    return None


def _was_in(participant: Participant, on: date) -> bool:
    """Whether they took part in the cohort on a day, as far as it is known."""
    return participant.joined_on is None or participant.joined_on <= on


def _attendance(
    participant: Participant, needed: int | None, best: int, total: int, rule: Rule
) -> Attendance:
    if not participant.takes_part:
        return "left"
    if total == 0:
        return "no_sessions"
    if needed is not None:
        return "on_course" if needed else "reached"
    return "unrecorded" if best * 100 >= rule.attendance_percent_min * total else "out_of_reach"


def _test(participant: Participant, rule: Rule) -> Test:
    if rule.post_test_min is None:
        return "not_needed"
    if participant.post_test is None:
        return "missing"
    return "passed" if participant.post_test >= rule.post_test_min else "too_low"
