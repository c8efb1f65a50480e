"""The states of an award and how its events lead from one to the next.

>>> evolve(NoAward(), e.AwardLapsed(award_id="01", lapsed_on=date(2011, 5, 30)))
Lapsed()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeAlias

from services.grants.awards import award_events as e
from services.grants.awards.payee_account import PayeeAccount
from shared.errors import Missing, Refused
from shared.events.event import Event, PersonalText
from shared.language.marking import N_
from shared.money import Money

REQUIREMENTS: Final[tuple[e.Requirement, ...]] = ("receipts", "visit")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was offered."""

    award_id: str
    call_id: str
    registration_id: str
    application_no: str
    amount: Money
    zone: str
    lapses_on: date | None


@dataclass(frozen=True, kw_only=True)
class Tranche:
    """One part of the grant and what the next one may wait for."""

    number: int
    amount: Money
    payment_id: str | None = None
    paid: bool = False
    outside: bool = False
    met: frozenset[e.Requirement] = frozenset()
    asked: tuple[tuple[e.Requirement, str, PersonalText], ...] = ()

    @property
    def unmet(self) -> tuple[e.Requirement, ...]:
        """Requirements that are neither met nor waived; none when judged outside this system."""
        return () if self.outside else tuple(r for r in REQUIREMENTS if r not in self.met)


@dataclass(frozen=True)
class NoAward:
    """Not offered yet."""


@dataclass(frozen=True, kw_only=True)
class Offered:
    """Waits for a signature."""

    terms: Terms
    tranches: tuple[Tranche, ...]


@dataclass(frozen=True, kw_only=True)
class Accepted(Offered):
    """Signed; nothing paid."""

    account: PayeeAccount


@dataclass(frozen=True, kw_only=True)
class Active(Accepted):
    """Something was paid, follow-up runs."""


@dataclass(frozen=True, kw_only=True)
class Suspended(Accepted):
    """Nothing is paid until it resumes. ``was_active``: where it resumes to."""

    was_active: bool


@dataclass(frozen=True, kw_only=True)
class Completed(Accepted):
    """Everything paid and accounted for."""


@dataclass(frozen=True, kw_only=True)
class Closed(Accepted):
    """The file is closed."""


@dataclass(frozen=True, kw_only=True)
class Terminated(Accepted):
    """Ended with something paid."""


@dataclass(frozen=True)
class Declined:
    """The applicant did not want it."""


@dataclass(frozen=True)
class Lapsed:
    """Nobody signed in time."""


@dataclass(frozen=True)
class Cancelled:
    """Ended with nothing paid."""


State: TypeAlias = NoAward | Offered | Declined | Lapsed | Cancelled
"""Accepted and the cases after it are Offered with an account."""


def evolve(state: State, event: Event) -> State:
    """The award after one more event."""
    match event, state:
        case e.AwardOffered(), _:
            return Offered(
                terms=Terms(
                    award_id=event.award_id,
                    call_id=event.call_id,
                    registration_id=event.registration_id,
                    application_no=event.application_no,
                    amount=event.amount,
                    zone=event.zone,
                    lapses_on=event.lapses_on,
                ),
                tranches=tuple(
                    Tranche(number=number, amount=amount)
                    for number, amount in enumerate(event.tranche_amounts, start=1)
                ),
            )
        case e.AwardDeclined(), _:
            return Declined()
        case e.AwardLapsed(), _:
            return Lapsed()
        case e.AwardCancelled(), _:
            return Cancelled()
        case e.AgreementSigned(), Offered():
            account = PayeeAccount(version=1, entered_by=event.recorded_by)
            return Accepted(terms=state.terms, tranches=state.tranches, account=account)
        case _, Accepted():
            return _evolve_signed(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def _evolve_signed(state: Accepted, event: Event) -> Accepted:
    match event:
        case e.AccountChanged():
            account = PayeeAccount(
                version=event.version, changed_by=event.changed_by, changed_at=event.changed_at
            )
            return replace(state, account=account)
        case e.AccountConfirmed():
            return replace(
                state, account=replace(state.account, called_back_by=event.called_back_by)
            )
        case e.AwardActivated() | e.AwardResumed():
            if isinstance(event, e.AwardResumed) and not getattr(state, "was_active", True):
                return _as(Accepted, state)
            return _as(Active, state)
        case e.AwardSuspended():
            return Suspended(
                terms=state.terms,
                tranches=state.tranches,
                account=state.account,
                was_active=isinstance(state, Active),
            )
        case e.AwardCompleted():
            return _as(Completed, state)
        case e.AwardClosed():
            return _as(Closed, state)
        case e.AwardTerminated():
            return _as(Terminated, state)
        case _:
            number, change = _tranche_change(event)
            return _with_tranche(state, number, change)


def _as(case: type[Accepted], state: Accepted) -> Accepted:
    return case(terms=state.terms, tranches=state.tranches, account=state.account)


def _tranche_change(event: Event) -> tuple[int, Callable[[Tranche], Tranche]]:
    match event:
        case e.TrancheScheduled():
            payment_id, outside = event.payment_id, event.imported
            return event.tranche, lambda t: replace(t, payment_id=payment_id, outside=outside)
        case e.TrancheUnscheduled():
            return event.tranche, lambda t: replace(t, payment_id=None, outside=False)
        case e.TranchePaid():
            return event.tranche, lambda t: replace(t, paid=True)
        case e.TrancheReturned():
            return event.tranche, lambda t: replace(t, paid=False)
        case e.ReceiptsAccepted():
            return event.tranche, lambda t: replace(t, met=t.met | {"receipts"})
        case e.TrancheVisitDone():
            return event.tranche, lambda t: replace(t, met=t.met | {"visit"})
        case e.WaiverRequested():
            asked = (event.requirement, event.requested_by, event.reason)
            return event.tranche, lambda t: replace(t, asked=(*t.asked, asked))
        case e.RequirementWaived():
            met: frozenset[e.Requirement] = frozenset({event.requirement})
            return event.tranche, lambda t: replace(t, met=t.met | met)
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a signed award")


def _with_tranche(state: Accepted, number: int, change: Callable[[Tranche], Tranche]) -> Accepted:
    tranches = tuple(change(t) if t.number == number else t for t in state.tranches)
    return replace(state, tranches=tranches)


def payable(state: State) -> bool:
    """Whether money may leave for this award now: signed, and neither suspended nor ended."""
    return type(state) in (Accepted, Active)


def payee_account(state: State) -> PayeeAccount:
    """The account to pay to. Raises Refused before the agreement is signed."""
    return signed(state).account


def signed(state: State) -> Accepted:
    """The state of a signed award. Raises Missing or Refused when it is none."""
    if isinstance(state, NoAward):
        raise Missing("award-missing", N_("There is no such award."))
    if not isinstance(state, Accepted):
        raise not_in(state, "award-not-signed", N_("The agreement is not signed: {status}."))
    return state


def not_in(state: State, code: str, sentence: str, **facts: Any) -> Refused:
    """A refusal that names the state: ``offered``, ``suspended``, ``closed`` and so on."""
    return Refused(code, sentence, status=type(state).__name__.lower(), **facts)
