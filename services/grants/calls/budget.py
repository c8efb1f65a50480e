"""The money of one call: available, committed, obligated, spent, and back.

    OpenBudget(call_id="c1", budget=Money(1000, "EUR")) -> Opened
    Reserve(application_id="a1", amount=Money(600, "EUR")) -> Reserved       approval
    Reserve(application_id="a2", amount=Money(600, "EUR")) -> Refused        over-budget
    Obligate(application_id="a1", award_id="w1") -> Obligated                agreement signed
    Spend(application_id="a1", reference="A0001-T1", …) -> Spent             bank-confirmed
    ReturnSpent(spent_reference="A0001-T1", to="obligated", …) -> Returned   bounced

Invariant: available + committed + obligated + spent = budget and none is negative, at every event.
Each command is idempotent by its reference, since messages and statement lines come twice. Many
committees and finance officers write here, so the stream is locked before it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from services.grants.calls.budget_commands import (
    BudgetCommand,
    FromHistory,
    Obligate,
    OpenBudget,
    Release,
    Reserve,
    ReturnSpent,
    ReviseBudget,
    Spend,
)
from services.grants.calls.budget_events import (
    BudgetEvent,
    Obligated,
    Opened,
    Released,
    Reserved,
    Returned,
    Revised,
    Spent,
)
from services.grants.programmes.history import require_open
from services.grants.programmes.wording import reason
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider, Snapshots
from shared.events.event import Event
from shared.language.marking import N_
from shared.money import Money, zero

# State


@dataclass(frozen=True)
class NoBudget:
    """No call under this id has money."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The money of one application. ``award_id``: whose agreement obligated it."""

    committed: Money
    obligated: Money
    spent: Money
    award_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Spending:
    """One confirmed payment. ``left``: what of it has not come back."""

    application_id: str
    payment_id: str
    amount: Money
    left: Money


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Where the call's money is.

    lines:     by application id. spendings: by the payment's reference.
    returns:   amount by the return's reference.
    """

    call_id: str
    budget: Money
    available: Money
    committed: Money
    obligated: Money
    spent: Money
    lines: Mapping[str, Line] = field(default_factory=dict)
    spendings: Mapping[str, Spending] = field(default_factory=dict)
    returns: Mapping[str, Money] = field(default_factory=dict)


BudgetState: TypeAlias = NoBudget | Balance


def evolve(state: BudgetState, event: BudgetEvent) -> BudgetState:
    """State after one more event."""
    if isinstance(event, Opened):
        nothing = zero(event.budget.currency)
        return Balance(
            call_id=event.call_id,
            budget=event.budget,
            available=event.budget,
            committed=nothing,
            obligated=nothing,
            spent=nothing,
        )
    if isinstance(state, NoBudget):
        raise TypeError(f"{type(event).__name__} before Opened")
    nothing = zero(state.budget.currency)
    match event:
        case Revised():
            more = event.budget - state.budget
            return replace(state, budget=event.budget, available=state.available + more)
        case Reserved(amount=amount):
            return _moved(state, event.application_id, committed=amount)
        case Released():
            return _moved(
                state,
                event.application_id,
                committed=-event.committed,
                obligated=-event.obligated,
            )
        case Obligated(amount=amount):
            return _moved(
                state,
                event.application_id,
                committed=-amount,
                obligated=amount,
                award_id=event.award_id,
            )
        case Spent(amount=amount):
            spending = Spending(
                application_id=event.application_id,
                payment_id=event.payment_id,
                amount=amount,
                left=amount,
            )
            moved = _moved(state, event.application_id, obligated=-amount, spent=amount)
            return replace(moved, spendings={**state.spendings, event.reference: spending})
        case Returned(amount=amount):
            spending = state.spendings[event.spent_reference]
            spending = replace(spending, left=spending.left - amount)
            again = amount if event.to == "obligated" else nothing
            moved = _moved(state, event.application_id, obligated=again, spent=-amount)
            return replace(
                moved,
                spendings={**state.spendings, event.spent_reference: spending},
                returns={**state.returns, event.reference: amount},
            )
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a budget")


def _moved(
    state: Balance,
    application_id: str,
    *,
    committed: Money | None = None,
    obligated: Money | None = None,
    spent: Money | None = None,
    award_id: str | None = None,
) -> Balance:
    # What leaves or enters the three others is what available loses or gains.
    nothing = zero(state.budget.currency)
    committed, obligated, spent = committed or nothing, obligated or nothing, spent or nothing
    line = state.lines.get(application_id) or Line(
        committed=nothing, obligated=nothing, spent=nothing
    )
    line = Line(
        committed=line.committed + committed,
        obligated=line.obligated + obligated,
        spent=line.spent + spent,
        award_id=award_id or line.award_id,
    )
    return replace(
        state,
        available=state.available - committed - obligated - spent,
        committed=state.committed + committed,
        obligated=state.obligated + obligated,
        spent=state.spent + spent,
        lines={**state.lines, application_id: line},
    )


# Decide


def decide(state: BudgetState, command: BudgetCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    imported = isinstance(command, FromHistory)
    if isinstance(command, FromHistory):
        require_open(history_open=command.history_open)
    if isinstance(command, OpenBudget):
        return _open(state, command, imported=imported)
    if isinstance(state, NoBudget):
        raise Missing("budget-missing", N_("This call has no budget yet."))
    match command:
        case ReviseBudget():
            return _revise(state, command)
        case Reserve():
            return _reserve(state, command, imported=imported)
        case Release():
            return _release(state, command)
        case Obligate():
            return _obligate(state, command, imported=imported)
        case Spend():
            return _spend(state, command, imported=imported)
        case ReturnSpent():
            return _return(state, command, imported=imported)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a budget")


def _open(state: BudgetState, command: OpenBudget, *, imported: bool) -> tuple[Event, ...]:
    if command.budget.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be above zero."))
    match state:
        case NoBudget():
            opened = Opened(call_id=command.call_id, budget=command.budget, imported=imported)
            return (opened,)
        case Balance(budget=budget) if budget == command.budget:
            return ()
        case _:
            raise Refused("budget-open", N_("This call has its budget already; revise it."))


def _revise(state: Balance, command: ReviseBudget) -> tuple[Event, ...]:
    _check_amount(state, command.budget)
    if command.approved_by == command.by:
        raise Forbidden("second-person", N_("A second person must approve this."))
    if command.budget == state.budget:
        return ()
    if (state.available + command.budget - state.budget).minor < 0:
        raise Refused("over-budget", N_("More than this is already committed or spent."))
    return (
        Revised(
            call_id=state.call_id,
            budget=command.budget,
            reason=reason(command.reason),
            approved_by=command.approved_by,
        ),
    )


def _reserve(state: Balance, command: Reserve, *, imported: bool) -> tuple[Event, ...]:
    _check_amount(state, command.amount)
    line = state.lines.get(command.application_id)
    held = line.committed + line.obligated + line.spent if line else zero(state.budget.currency)
    if held == command.amount:
        return ()
    if held.minor:
        raise _other_amount()
    if command.amount > state.available:
        raise Refused(
            "over-budget",
            N_("The call has {available} {currency} minor units left; this needs {needed}."),
            available=state.available.minor,
            needed=command.amount.minor,
            currency=state.budget.currency,
        )
    return (
        Reserved(
            call_id=state.call_id,
            application_id=command.application_id,
            amount=command.amount,
            imported=imported,
        ),
    )


def _release(state: Balance, command: Release) -> tuple[Event, ...]:
    line = state.lines.get(command.application_id)
    if line is None or not (line.committed.minor or line.obligated.minor):
        return ()
    return (
        Released(
            call_id=state.call_id,
            application_id=command.application_id,
            committed=line.committed,
            obligated=line.obligated,
            reason=reason(command.reason),
        ),
    )


def _obligate(state: Balance, command: Obligate, *, imported: bool) -> tuple[Event, ...]:
    line = state.lines.get(command.application_id)
    if line is not None and line.award_id == command.award_id and not line.committed.minor:
        return ()
    if line is None or not line.committed.minor:
        raise Refused("not-committed", N_("Nothing is committed for this application."))
    return (
        Obligated(
            call_id=state.call_id,
            application_id=command.application_id,
            award_id=command.award_id,
            amount=line.committed,
            imported=imported,
        ),
    )


def _spend(state: Balance, command: Spend, *, imported: bool) -> tuple[Event, ...]:
    _check_amount(state, command.amount)
    if before := state.spendings.get(command.reference):
        if (before.application_id, before.amount) == (command.application_id, command.amount):
            return ()
        raise _other_amount()
    line = state.lines.get(command.application_id)
    if line is None or command.amount > line.obligated:
        raise Refused("over-obligated", N_("More than what is obligated for this application."))
    return (
        Spent(
            call_id=state.call_id,
            application_id=command.application_id,
            payment_id=command.payment_id,
            reference=command.reference,
            amount=command.amount,
            imported=imported,
        ),
    )


def _return(state: Balance, command: ReturnSpent, *, imported: bool) -> tuple[Event, ...]:
    _check_amount(state, command.amount)
    if before := state.returns.get(command.reference):
        if before == command.amount:
            return ()
        raise _other_amount()
    spending = state.spendings.get(command.spent_reference)
    if spending is None:
        raise Missing("spending-missing", N_("No such payment was spent from this call."))
    if command.amount > spending.left:
        raise Refused("over-spent", N_("More than what was paid would come back."))
    return (
        Returned(
            call_id=state.call_id,
            application_id=spending.application_id,
            payment_id=spending.payment_id,
            reference=command.reference,
            spent_reference=command.spent_reference,
            amount=command.amount,
            to=command.to,
            imported=imported,
        ),
    )


def _check_amount(state: Balance, amount: Money) -> None:
    if amount.currency != state.budget.currency:
        raise Invalid(
            "currency-differs",
            N_("The budget is kept in {currency}."),
            currency=state.budget.currency,
        )
    if amount.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be above zero."))


def _other_amount() -> Refused:
    return Refused("other-amount", N_("This was recorded before with another amount."))


BUDGET: Final = Decider[BudgetState](
    kind="budget",
    initial=NoBudget(),
    evolve=evolve,
    decide=decide,
    events=(Opened, Revised, Reserved, Released, Obligated, Spent, Returned),
    hot=True,
    snapshots=Snapshots(Balance, version=1),
)
