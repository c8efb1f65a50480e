"""The states of a payment and how its events lead from one to the next.

>>> status(NoPayment())
'nopayment'
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from services.grants.payments import payment_events as e
from shared.events.event import Event
from shared.money import Money


@dataclass(frozen=True)
class NoPayment:
    """Not scheduled yet."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is paid, and which lines of the statement have had their effect on it."""

    payment_id: str
    call_id: str
    award_id: str
    tranche: int
    application_no: str
    amount: Money
    mode: e.Mode
    end_to_end_id: str
    reissue: int = 0
    imported: bool = False
    handed_over: bool = False
    lines: frozenset[str] = field(default_factory=frozenset)

    @property
    def which(self) -> dict[str, Any]:
        """The fields that every event of the payment begins with."""
        return {
            "payment_id": self.payment_id,
            "call_id": self.call_id,
            "award_id": self.award_id,
            "tranche": self.tranche,
        }


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """To be paid."""

    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Requested(Scheduled):
    """Prepared, for a version of the account."""

    account_version: int
    requested_by: str


@dataclass(frozen=True, kw_only=True)
class Authorised(Requested):
    """A second person agreed."""

    authorised_by: str


@dataclass(frozen=True, kw_only=True)
class Released(Authorised):
    """A third person let it go."""


@dataclass(frozen=True, kw_only=True)
class Held(Scheduled):
    """Stopped; ``ground`` and, for a changed account, until when."""

    ground: e.HoldGround
    held_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Exported(Scheduled):
    """With the bank."""


@dataclass(frozen=True, kw_only=True)
class Paid(Scheduled):
    """Debited by ``line_id``; somebody may have asked to reverse that."""

    line_id: str
    reversal_by: str | None = None
    reversal_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Reconciled(Paid):
    """Statement and ledger agree."""


@dataclass(frozen=True, kw_only=True)
class Ended(Scheduled):
    """Failed, returned or reversed at the bank, or cancelled by us. ``failed_by``: who said so."""

    how: Literal["failed", "returned", "reversed", "cancelled"]
    failed_by: str | None = None


State: TypeAlias = NoPayment | Scheduled
"""The cases after Scheduled are Scheduled too: each has its plan."""


def evolve(state: State, event: Event) -> State:
    """The payment after one more event."""
    if isinstance(event, e.PaymentScheduled):
        return Scheduled(
            plan=Plan(
                payment_id=event.payment_id,
                call_id=event.call_id,
                award_id=event.award_id,
                tranche=event.tranche,
                application_no=event.application_no,
                amount=event.amount,
                mode=event.mode,
                end_to_end_id=event.end_to_end_id,
                reissue=event.reissue,
                imported=event.imported,
            )
        )
    if isinstance(state, NoPayment):
        raise TypeError(f"{type(event).__name__} before PaymentScheduled")
    plan = state.plan
    match event, state:
        case e.InKindHandedOver(), _:
            return replace(state, plan=replace(plan, handed_over=True))
        case e.PaymentRequested(account_version=version, requested_by=who), _:
            return Requested(plan=plan, account_version=version, requested_by=who)
        case e.PaymentAuthorised(), Requested():
            return Authorised(**vars(state), authorised_by=event.authorised_by)
        case e.PaymentReleased(), Authorised():
            return Released(**vars(state))
        case e.PaymentHeld(), _:
            return Held(plan=plan, ground=event.ground, held_until=event.held_until)
        case e.PaymentHoldLifted(), _:
            return Scheduled(plan=plan)
        case e.PaymentReissued(), _:
            again = replace(
                plan,
                end_to_end_id=event.end_to_end_id,
                reissue=event.reissue,
                imported=event.imported,
            )
            return Scheduled(plan=again)
        case _:
            return _evolve_at_bank(state, event)


def _evolve_at_bank(state: Scheduled, event: Event) -> State:
    plan = state.plan
    match event, state:
        case e.PaymentExported(), _:
            return Exported(plan=plan)
        case e.PaymentPaid(), _:
            seen = replace(plan, lines=plan.lines | {event.line_id})
            return Paid(plan=seen, line_id=event.line_id)
        case e.PaymentReconciled(), Paid():
            return Reconciled(**vars(state))
        case e.PaymentReturned(), _:
            return Ended(plan=replace(plan, lines=plan.lines | {event.line_id}), how="returned")
        case e.ReversalRequested(), Paid():
            return replace(state, reversal_by=event.requested_by, reversal_reason=event.reason)
        case e.PaymentReversed(), _:
            return Ended(plan=replace(plan, lines=plan.lines - {event.line_id}), how="reversed")
        case e.PaymentFailed(), _:
            return Ended(plan=plan, how="failed", failed_by=event.failed_by)
        case e.PaymentCancelled(), _:
            return Ended(plan=plan, how="cancelled")
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def status(state: State) -> str:
    """The life cycle's word for the state: ``scheduled``, ``held``, ``returned`` and so on."""
    return state.how if isinstance(state, Ended) else type(state).__name__.lower()
