"""An education outcome of a person, with its evidence.

    RecordOutcome(outcome="primary_completed", completed_on=…, institution="school for adults",
                  evidence="school record 86-0", …)  -> Recorded
    WithdrawOutcome(reason="recorded twice", …)      -> Withdrawn
    AddDocument(sha256="ab…", size=81_204, …)        -> DocumentAdded
    RemoveDocument(sha256="ab…", …)                  -> DocumentRemoved

``completed_on`` is the day on the school's paper and may be long ago; when it was recorded is
another fact and the server's. Documents are copies of that paper, sealed for the person; an event
names them by the hash of their sealed bytes, and what the file was called is not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX, line, term, text
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
DOCUMENTS_MAX: Final = 10
_HASH: Final = re.compile(r"[0-9a-f]{64}")


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


@event_type("trainings.outcome.document_added.v1")
class DocumentAdded(Event, frozen=True, kw_only=True):
    """A copy of the paper was kept. ``sha256``: of its sealed bytes; ``size``: of its content."""

    outcome_id: str
    registration_id: str
    sha256: str
    size: int
    media_type: str


@event_type("trainings.outcome.document_removed.v1")
class DocumentRemoved(Event, frozen=True, kw_only=True):
    """A copy was taken away: it was of another paper, or of somebody else."""

    outcome_id: str
    registration_id: str
    sha256: str


OutcomeEvent: TypeAlias = Recorded | Withdrawn | DocumentAdded | DocumentRemoved


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
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gone:
    """It was withdrawn."""

    registration_id: str
    documents: tuple[str, ...] = ()


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
            return Gone(state.registration_id, state.documents)
        case Counted(), DocumentAdded():
            return replace(state, documents=(*state.documents, event.sha256))
        case Counted() | Gone(), DocumentRemoved():
            left = tuple(one for one in state.documents if one != event.sha256)
            return replace(state, documents=left)
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


@dataclass(frozen=True, kw_only=True)
class AddDocument:
    """Add a copy of the paper, which is kept already."""

    by: str
    now: datetime
    outcome_id: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class RemoveDocument:
    """Take a copy away for good; also from an outcome that was withdrawn."""

    by: str
    now: datetime
    outcome_id: str
    sha256: str


OutcomeCommand: TypeAlias = (
    RecordOutcome | ImportOutcome | WithdrawOutcome | AddDocument | RemoveDocument
)


# Decide


def decide(state: OutcomeState, command: OutcomeCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    match command:
        case RecordOutcome() | ImportOutcome():
            return _record(state, command)
        case WithdrawOutcome():
            return _withdraw(state, command)
        case AddDocument():
            return _add_document(state, command)
        case RemoveDocument():
            return _remove_document(state, command)
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
            institution=line(command.institution, field="institution", length_max=NAME_LENGTH_MAX),
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


def _add_document(state: OutcomeState, command: AddDocument) -> tuple[Event, ...]:
    if not _HASH.fullmatch(command.sha256) or command.size < 1:
        raise ValueError("a document is known by the hash of its sealed bytes, and has a size")
    match state:
        case NoOutcome():
            raise Missing("no-outcome", N_("There is no such outcome."))
        case Gone():
            raise Refused("outcome-withdrawn", N_("This outcome is withdrawn. Record it anew."))
        case Counted() if len(state.documents) >= DOCUMENTS_MAX:
            raise Refused(
                "too-many-documents",
                N_("An outcome has {documents_max} documents at most."),
                documents_max=DOCUMENTS_MAX,
            )
        case Counted():
            return (
                DocumentAdded(
                    outcome_id=command.outcome_id,
                    registration_id=state.registration_id,
                    sha256=command.sha256,
                    size=command.size,
                    media_type=command.media_type,
                ),
            )


def _remove_document(state: OutcomeState, command: RemoveDocument) -> tuple[Event, ...]:
    match state:
        case NoOutcome():
            raise Missing("no-outcome", N_("There is no such outcome."))
        case Counted() | Gone():
            if command.sha256 not in state.documents:
                return ()
            return (
                DocumentRemoved(
                    outcome_id=command.outcome_id,
                    registration_id=state.registration_id,
                    sha256=command.sha256,
                ),
            )


OUTCOME: Final[Decider[OutcomeState]] = Decider(
    kind="outcome",
    initial=NoOutcome(),
    evolve=evolve,
    decide=decide,
    events=get_args(OutcomeEvent),
)
