"""A certificate from elsewhere that a programme officer recognises, and may take back by two.

    Recognise(by="officer-1", issuer="Regionalna škola", issued_on=…, document=…)  -> Recognised
    ProposeWithdrawal(by="officer-1", reason="The school says it is forged")  -> WithdrawalProposed
    Withdraw(by="officer-1")                   -> Forbidden: the second person is another
    Withdraw(by="officer-2")                   -> Withdrawn

It counts as a certificate of its kind when somebody applies for a grant. It never gets a number of
ours and is no certificate of ours: it is shown apart, and figures of the certified leave it out.
Source: domain, *Training and education*: recognised with evidence, by a programme officer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias, get_args

from services.trainings.courses.course import TITLE_LENGTH_MAX, CourseKind
from services.trainings.people.fields import NAME_LENGTH_MAX, REASON_LENGTH_MAX, line, term, text
from shared.access.own import is_own
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_

NUMBER_LENGTH_MAX: Final = 80
MINUTES_MAX: Final = 5_000 * 60
_HASH: Final = re.compile(r"[0-9a-f]{64}")


# Events


@event_type("trainings.recognition.recognised.v1", seals_for="registration_id")
class Recognised(Event, frozen=True, kw_only=True):
    """An officer saw the paper. ``number``: as its issuer counts; empty where there is none.

    sha256, size, media_type: of the copy of the paper; the hash is that of its sealed bytes.
    """

    recognition_id: str
    registration_id: str
    person_id: str
    issuer: str
    number: Personal.identity
    title: str
    kind: CourseKind
    minutes: int
    issued_on: date
    recognised_on: date
    sha256: str
    size: int
    media_type: str


@event_type("trainings.recognition.withdrawal_proposed.v1", seals_for="registration_id")
class WithdrawalProposed(Event, frozen=True, kw_only=True):
    """Somebody holds that it must not count; a second person decides."""

    recognition_id: str
    registration_id: str
    reason: Personal.identity
    proposed_by: str


@event_type("trainings.recognition.withdrawal_declined.v1")
class WithdrawalDeclined(Event, frozen=True, kw_only=True):
    """The second person lets it count, or the first one took the proposal back."""

    recognition_id: str


@event_type("trainings.recognition.withdrawn.v1")
class Withdrawn(Event, frozen=True, kw_only=True):
    """It counts no more; the reason is in the proposal."""

    recognition_id: str
    registration_id: str
    person_id: str
    kind: CourseKind
    withdrawn_on: date


RecognitionEvent: TypeAlias = Recognised | WithdrawalProposed | WithdrawalDeclined | Withdrawn


# State


@dataclass(frozen=True)
class NoRecognition:
    """Nothing was recognised under this id."""


@dataclass(frozen=True, kw_only=True)
class Counting:
    """It counts. ``proposed_by``: who proposed to withdraw it; empty: nobody."""

    registration_id: str
    person_id: str
    kind: CourseKind
    sha256: str
    proposed_by: str = ""


@dataclass(frozen=True)
class Gone:
    """It was withdrawn."""

    registration_id: str


RecognitionState: TypeAlias = NoRecognition | Counting | Gone


def evolve(state: RecognitionState, event: RecognitionEvent) -> RecognitionState:
    """State after one more event."""
    match state, event:
        case NoRecognition(), Recognised():
            return Counting(
                registration_id=event.registration_id,
                person_id=event.person_id,
                kind=event.kind,
                sha256=event.sha256,
            )
        case Counting(), WithdrawalProposed():
            return _proposed(state, event.proposed_by)
        case Counting(), WithdrawalDeclined():
            return _proposed(state, "")
        case Counting(), Withdrawn():
            return Gone(state.registration_id)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def _proposed(state: Counting, by: str) -> Counting:
    return Counting(
        registration_id=state.registration_id,
        person_id=state.person_id,
        kind=state.kind,
        sha256=state.sha256,
        proposed_by=by,
    )


# Commands


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a recognition carries."""

    by: str
    now: datetime
    recognition_id: str


@dataclass(frozen=True, kw_only=True)
class Recognise(Act):
    """Recognise what a paper from elsewhere says; its copy is kept already.

    identity_confirmed: whether a second person stands for the registration.
    own_registrations:  of the person who acts; nobody recognises their own.
    """

    zone: str
    registration_id: str
    person_id: str
    issuer: str
    number: str
    title: str
    kind: CourseKind
    minutes: int
    issued_on: date
    sha256: str
    size: int
    media_type: str
    identity_confirmed: bool
    own_registrations: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ProposeWithdrawal(Act):
    """Propose that it must not count."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DeclineWithdrawal(Act):
    """Let it count."""


@dataclass(frozen=True, kw_only=True)
class Withdraw(Act):
    """Agree to the proposal, as the second person."""

    zone: str


RecognitionCommand: TypeAlias = Recognise | ProposeWithdrawal | DeclineWithdrawal | Withdraw


# Decide


def decide(state: RecognitionState, command: RecognitionCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, Recognise):
        return _recognise(state, command)
    if isinstance(state, NoRecognition):
        raise Missing("no-recognition", N_("There is no such recognised certificate."))
    match command:
        case ProposeWithdrawal():
            return _propose(_counting(state), command)
        case DeclineWithdrawal():
            _pending(_counting(state))
            return (WithdrawalDeclined(recognition_id=command.recognition_id),)
        case Withdraw():
            return _withdraw(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a recognition")


def _recognise(state: RecognitionState, command: Recognise) -> tuple[Event, ...]:
    if not isinstance(state, NoRecognition):
        raise Refused("already-recognised", N_("This certificate was recognised before."))
    if is_own(command.registration_id, command.own_registrations):
        raise Forbidden("own-certificate", N_("Nobody can recognise a certificate of their own."))
    if not command.identity_confirmed:
        raise Refused(
            "identity-not-confirmed",
            N_("A second person must confirm who this is before a certificate is recognised."),
        )
    today = day_in(command.now, command.zone)
    if command.issued_on > today:
        raise Invalid("not-issued-yet", N_("A certificate cannot be issued in the future."))
    if not 1 <= command.minutes <= MINUTES_MAX:
        raise Invalid("hours", N_("The course had at least an hour and at most 5,000."))
    if not _HASH.fullmatch(command.sha256) or command.size < 1:
        raise ValueError("a document is known by the hash of its sealed bytes, and has a size")
    number = command.number.strip()
    return (
        Recognised(
            recognition_id=command.recognition_id,
            registration_id=command.registration_id,
            person_id=command.person_id,
            issuer=line(command.issuer, field="issuer", length_max=NAME_LENGTH_MAX),
            number=number and line(number, field="number", length_max=NUMBER_LENGTH_MAX),
            title=line(command.title, field="title", length_max=TITLE_LENGTH_MAX),
            kind=_kind(command.kind),
            minutes=command.minutes,
            issued_on=command.issued_on,
            recognised_on=today,
            sha256=command.sha256,
            size=command.size,
            media_type=command.media_type,
        ),
    )


def _kind(kind: CourseKind) -> CourseKind:
    term(kind, get_args(CourseKind), field="kind")
    return kind


def _counting(state: Counting | Gone) -> Counting:
    if isinstance(state, Gone):
        raise Refused("recognition-withdrawn", N_("It was withdrawn and counts no more."))
    return state


def _pending(state: Counting) -> Counting:
    if not state.proposed_by:
        raise Refused("nothing-proposed", N_("Its withdrawal is not proposed."))
    return state


def _propose(state: Counting, command: ProposeWithdrawal) -> tuple[Event, ...]:
    if state.proposed_by:
        raise Refused("already-proposed", N_("Its withdrawal is proposed already."))
    return (
        WithdrawalProposed(
            recognition_id=command.recognition_id,
            registration_id=state.registration_id,
            reason=text(command.reason, field="reason", length_max=REASON_LENGTH_MAX),
            proposed_by=command.by,
        ),
    )


def _withdraw(state: Counting | Gone, command: Withdraw) -> tuple[Event, ...]:
    if isinstance(state, Gone):
        return ()
    pending = _pending(state)
    if command.by == pending.proposed_by:
        raise Forbidden("second-person", N_("Somebody who did not propose it must agree to it."))
    return (
        Withdrawn(
            recognition_id=command.recognition_id,
            registration_id=pending.registration_id,
            person_id=pending.person_id,
            kind=pending.kind,
            withdrawn_on=day_in(command.now, command.zone),
        ),
    )


RECOGNITION: Final[Decider[RecognitionState]] = Decider(
    kind="recognition",
    initial=NoRecognition(),
    evolve=evolve,
    decide=decide,
    events=get_args(RecognitionEvent),
)
