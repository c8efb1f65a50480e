"""An education outcome of a person, with its evidence.

    RecordOutcome(outcome="primary_completed", completed_on=…, institution="school for adults",
                  evidence="school record 86-0", …)  -> Recorded
    WithdrawOutcome(reason="recorded twice", …)      -> Withdrawn

``completed_on`` is the day on the school's paper and may be long ago; when it was recorded is
another fact and the server's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX, term, text
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_

OutcomeKind: TypeAlias = Literal[
    "class_completed",
    "primary_completed",
    "vocational_certificate",
    "secondary_diploma",
    "employment_service_qualification",
]

EVIDENCE_LENGTH_MAX: Final = 300


# Events


@event_type("trainings.outcome.recorded.v1", seals_for="registration_id")
class Recorded(Event, frozen=True, kw_only=True):
    """The person completed it; ``evidence`` says by which paper, which may name them."""

    outcome_id: str
    registration_id: str
    person_id: str
    outcome: OutcomeKind
    completed_on: date
    institution: str
    evidence: Personal.identity
    imported: bool = False


@event_type("trainings.outcome.withdrawn.v1", seals_for="registration_id")
class Withdrawn(Event, frozen=True, kw_only=True):
    """It was recorded in error and counts no more."""

    outcome_id: str
    registration_id: str
    reason: Personal.identity


OutcomeEvent: TypeAlias = Recorded | Withdrawn


# State


@dataclass(frozen=True)
class NoOutcome:
    """Nothing was recorded under this id."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """It counts."""

    registration_id: str
    outcome: OutcomeKind
    completed_on: date


@dataclass(frozen=True)
class Gone:
    """It was withdrawn."""


OutcomeState: TypeAlias = NoOutcome | Counted | Gone


def evolve(state: OutcomeState, event: OutcomeEvent) -> OutcomeState:
    """State after one more event."""
    match state, event:
        case NoOutcome(), Recorded():
            return Counted(
                registration_id=event.registration_id,
                outcome=event.outcome,
                completed_on=event.completed_on,
            )
        case Counted(), Withdrawn():
            return Gone()
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class RecordOutcome:
    """Record an outcome whose paper is there; ``zone`` says which day it is."""

    by: str
    now: datetime
    zone: str
    outcome_id: str
    registration_id: str
    person_id: str
    outcome: OutcomeKind
    completed_on: date
    institution: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ImportOutcome:
    """Bring an outcome from before."""

    by: str
    now: datetime
    outcome_id: str
    registration_id: str
    person_id: str
    outcome: OutcomeKind
    completed_on: date
    institution: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class WithdrawOutcome:
    """Take back what was recorded in error."""

    by: str
    now: datetime
    outcome_id: str
    reason: str


OutcomeCommand: TypeAlias = RecordOutcome | ImportOutcome | WithdrawOutcome


# Decide


def decide(state: OutcomeState, command: OutcomeCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    match command:
        case RecordOutcome() | ImportOutcome():
            return _record(state, command)
        case WithdrawOutcome():
            return _withdraw(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for an outcome")


def _record(state: OutcomeState, command: RecordOutcome | ImportOutcome) -> tuple[Event, ...]:
    imported = isinstance(command, ImportOutcome)
    if not isinstance(state, NoOutcome):
        raise Refused("already-recorded", N_("This outcome was recorded before."))
    if isinstance(command, RecordOutcome) and command.completed_on > day_in(
        command.now, command.zone
    ):
        raise Invalid("not-completed-yet", N_("An outcome cannot be completed in the future."))
    term(command.outcome, get_args(OutcomeKind), field="outcome")
    return (
        Recorded(
            outcome_id=command.outcome_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            outcome=command.outcome,
            completed_on=command.completed_on,
            institution=text(command.institution, field="institution", length_max=NAME_LENGTH_MAX),
            evidence=text(command.evidence, field="evidence", length_max=EVIDENCE_LENGTH_MAX),
            imported=imported,
        ),
    )


def _withdraw(state: OutcomeState, command: WithdrawOutcome) -> tuple[Event, ...]:
    match state:
        case NoOutcome():
            raise Missing("no-outcome", N_("There is no such outcome."))
        case Gone():
            return ()
        case Counted():
            return (
                Withdrawn(
                    outcome_id=command.outcome_id,
                    registration_id=state.registration_id,
                    reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
                ),
            )


OUTCOME: Final[Decider[OutcomeState]] = Decider(
    kind="outcome",
    initial=NoOutcome(),
    evolve=evolve,
    decide=decide,
    events=get_args(OutcomeEvent),
)
