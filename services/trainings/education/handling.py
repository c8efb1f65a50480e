"""What is done with education outcomes, for JSON and pages alike.

outcome_id = record_outcome(work, by=actor(), registration_id="r1", outcome=NewOutcome(...))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from services.trainings.education.outcome import (
    OUTCOME,
    OutcomeKind,
    RecordOutcome,
    WithdrawOutcome,
)
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.zones import zone_of
from shared.errors import Missing
from shared.events.work import Work
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class NewOutcome:
    """What the school's paper says."""

    outcome: str
    completed_on: date
    institution: str
    evidence: str


def record_outcome(
    work: Work, *, by: str, registration_id: str, country: str, outcome: NewOutcome
) -> str:
    """Record an outcome; returns its id. ``country``: where it is today."""
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    outcome_id = work.new_id()
    command = RecordOutcome(
        by=by,
        now=work.now,
        zone=zone_of(country),
        outcome_id=outcome_id,
        registration_id=registration_id,
        person_id=state.person_id,
        outcome=cast(OutcomeKind, outcome.outcome),
        completed_on=outcome.completed_on,
        institution=outcome.institution,
        evidence=outcome.evidence,
    )
    work.decide(OUTCOME, outcome_id, command)
    return outcome_id


def withdraw(work: Work, *, by: str, outcome_id: str, reason: str) -> None:
    """Take back what was recorded in error."""
    command = WithdrawOutcome(by=by, now=work.now, outcome_id=outcome_id, reason=reason)
    work.decide(OUTCOME, outcome_id, command)
