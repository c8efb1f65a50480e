"""Whether a participant has earned the certificate: enough hours, and the post-test passed.

>>> qualification(cohort, "r1")    # 23 of 24 hours, post-test 60
Qualification(attended_minutes=1380, total_minutes=1440, share_hundredths=95, post_test=60,
              qualifies=True, missing=())

What is asked for is the rule that the cohort keeps of its course version (``courses/rule.py``).

Minutes carried from another cohort stand in for sessions that this one held before they joined and
for which nothing is recorded of them, as many minutes as those lasted, and for no later one: nobody
has the same module counted twice, nobody loses what they attended (decision 0029).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.trainings.cohorts.cohort_state import CohortState, NoCohort, Participant, Running
from services.trainings.courses.rule import DEFAULT_RULE, Rule

Lack: TypeAlias = Literal[
    "not_enrolled",
    "dropped_out",
    "transferred",
    "no_sessions",
    "attendance_too_low",
    "no_post_test",
    "post_test_too_low",
]


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """The facts and the answer.

    share_hundredths: whole hundredths attended, rounded down, so that 79.99 % never reads as 80.
    missing:          what is lacking, empty when it qualifies.
    rule:             what is asked for.
    carried_minutes:  of the attended ones, those carried from another cohort.
    """

    attended_minutes: int
    total_minutes: int
    share_hundredths: int
    post_test: int | None
    qualifies: bool
    missing: tuple[Lack, ...]
    rule: Rule = DEFAULT_RULE
    carried_minutes: int = 0


def qualification(state: CohortState, registration_id: str) -> Qualification:
    """How one registration stands in the cohort; cancelled sessions count for nothing."""
    if isinstance(state, NoCohort) or registration_id not in state.participants:
        return Qualification(
            attended_minutes=0,
            total_minutes=0,
            share_hundredths=0,
            post_test=None,
            qualifies=False,
            missing=("not_enrolled",),
        )
    participant = state.participants[registration_id]
    total = sum(session.minutes for session in state.sessions.values())
    carried = carried_minutes(state, participant)
    attended = carried + sum(mark.minutes for mark in participant.attended.values())
    missing = _missing(state.rule, participant, attended, total)
    return Qualification(
        attended_minutes=attended,
        total_minutes=total,
        share_hundredths=attended * 100 // total if total else 0,
        post_test=participant.post_test,
        qualifies=not missing,
        missing=tuple(missing),
        rule=state.rule,
        carried_minutes=carried,
    )


def carried_minutes(state: Running, participant: Participant) -> int:
    """How many minutes attended in another cohort count in this one."""
    return min(participant.carried_minutes, _missed(state, participant))


def minutes_to_carry(state: Running, participant: Participant, to_cohort_id: str) -> int:
    """How many minutes go along to another cohort: attended here, and elsewhere as they count here.

    Never those that came from there: they are found there again.
    """
    elsewhere = sum(held for one, held in participant.carried.items() if one != to_cohort_id)
    own = sum(mark.minutes for mark in participant.attended.values())
    return own + min(elsewhere, _missed(state, participant))


def _missed(state: Running, participant: Participant) -> int:
    joined = participant.joined_on
    if joined is None:
        return 0
    return sum(
        session.minutes
        for number, session in state.sessions.items()
        if session.on < joined and number not in participant.attended
    )


def _missing(rule: Rule, participant: Participant, attended: int, total: int) -> list[Lack]:
    missing: list[Lack] = []
    if not participant.takes_part:
        missing.append("dropped_out" if participant.left_for is None else "transferred")
    if total == 0:
        missing.append("no_sessions")
    elif attended * 100 < rule.attendance_percent_min * total:
        missing.append("attendance_too_low")
    if rule.post_test_min is None:
        return missing
    if participant.post_test is None:
        missing.append("no_post_test")
    elif participant.post_test < rule.post_test_min:
        missing.append("post_test_too_low")
    return missing
