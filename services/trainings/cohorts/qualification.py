"""Whether a participant has earned the certificate: enough hours, and the post-test passed.

>>> qualification(cohort, "r1")    # 23 of 24 hours, post-test 60
Qualification(attended_minutes=1380, total_minutes=1440, share_hundredths=95, post_test=60,
              qualifies=True, missing=())

The default of domain.md is 80 % of the hours and 50 in the post-test; a programme may set its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from services.trainings.cohorts.cohort_state import CohortState, NoCohort

Lack: TypeAlias = Literal[
    "not_enrolled", "no_sessions", "attendance_too_low", "no_post_test", "post_test_too_low"
]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a programme asks for: per cent of the hours, per cent in the post-test."""

    attendance_percent_min: int = 80
    post_test_min: int = 50


DEFAULT_RULE: Final = Rule()


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """The facts and the answer.

    share_hundredths: whole hundredths attended, rounded down, so that 79.99 % never reads as 80.
    missing:          what is lacking, empty when it qualifies.
    """

    attended_minutes: int
    total_minutes: int
    share_hundredths: int
    post_test: int | None
    qualifies: bool
    missing: tuple[Lack, ...]


def qualification(
    state: CohortState, registration_id: str, *, rule: Rule = DEFAULT_RULE
) -> Qualification:
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
    attended = sum(mark.minutes for mark in participant.attended.values())
    missing: list[Lack] = []
    if total == 0:
        missing.append("no_sessions")
    elif attended * 100 < rule.attendance_percent_min * total:
        missing.append("attendance_too_low")
    if participant.post_test is None:
        missing.append("no_post_test")
    elif participant.post_test < rule.post_test_min:
        missing.append("post_test_too_low")
    return Qualification(
        attended_minutes=attended,
        total_minutes=total,
        share_hundredths=attended * 100 // total if total else 0,
        post_test=participant.post_test,
        qualifies=not missing,
        missing=tuple(missing),
    )
