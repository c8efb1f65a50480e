"""Education outcomes are recorded with evidence, not ahead of time, and withdrawn on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.education.outcome import (
    OUTCOME,
    ImportOutcome,
    OutcomeCommand,
    Recorded,
    RecordOutcome,
    Withdrawn,
    WithdrawOutcome,
)
from shared.errors import Invalid, Missing, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECORD = RecordOutcome(
    by="officer-1",
    now=NOW,
    zone="Europe/Belgrade",
    outcome_id="e1",
    registration_id="r1",
    person_id="p1",
    outcome="primary_completed",
    completed_on=date(2026, 2, 1),
    institution="school for adults",
    evidence="school record 1",
)
WITHDRAW = WithdrawOutcome(by="officer-1", now=NOW, outcome_id="e1", reason="recorded twice")


def after(*commands: OutcomeCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += OUTCOME.decide(OUTCOME.fold(events), command)
    return events


def test_recorded_once_with_evidence() -> None:
    assert [type(e) for e in after(RECORD, WITHDRAW, WITHDRAW)] == [Recorded, Withdrawn]
    with pytest.raises(Refused, match="already-recorded"):
        after(RECORD, RECORD)
    for wrong in (replace(RECORD, evidence=" "), replace(RECORD, completed_on=date(2026, 3, 2))):
        with pytest.raises(Invalid):
            after(wrong)
    with pytest.raises(Missing, match="no-outcome"):
        after(WITHDRAW)


def test_history_keeps_its_own_day() -> None:
    (recorded,) = after(
        ImportOutcome(
            by="operator",
            now=NOW,
            outcome_id="e1",
            registration_id="r1",
            person_id="p1",
            outcome="class_completed",
            completed_on=date(2011, 6, 15),
            institution="school for adults",
            evidence="school record 1",
        )
    )
    assert isinstance(recorded, Recorded)
    assert (recorded.completed_on, recorded.imported) == (date(2011, 6, 15), True)
