"""A budget line: what a donor gives to a programme for one purpose, in one currency.

OpenBudgetLine(budget_line_id="b1", donor_id="d1", code="G-1", budget=Money(1000, "EUR"), …)
    -> Opened
ReviseBudgetLine(budget=Money(1200, "EUR"), reason="Second agreement.") -> Revised
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from services.grants.programmes.wording import code, reason, worded
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_
from shared.money import Money

# Events


@event_type("grants.budget_line.opened.v1")
class Opened(Event, frozen=True, kw_only=True):
    """The donor's money for one purpose."""

    budget_line_id: str
    donor_id: str
    code: str
    name: str
    budget: Money


@event_type("grants.budget_line.revised.v1")
class Revised(Event, frozen=True, kw_only=True):
    """The line has another amount from now on, whole."""

    budget_line_id: str
    budget: Money
    reason: str


@event_type("grants.budget_line.closed.v1")
class Closed(Event, frozen=True, kw_only=True):
    """Nothing is charged to the line any more."""

    budget_line_id: str
    reason: str


BudgetLineEvent: TypeAlias = Opened | Revised | Closed


# State


@dataclass(frozen=True)
class NoBudgetLine:
    """No budget line under this id."""


@dataclass(frozen=True, kw_only=True)
class OpenLine:
    """Calls may draw on it."""

    budget_line_id: str
    budget: Money


@dataclass(frozen=True, kw_only=True)
class ClosedLine:
    """No call may draw on it any more."""

    budget_line_id: str


BudgetLineState: TypeAlias = NoBudgetLine | OpenLine | ClosedLine


def evolve(state: BudgetLineState, event: BudgetLineEvent) -> BudgetLineState:
    """State after one more event."""
    match state, event:
        case _, Opened():
            return OpenLine(budget_line_id=event.budget_line_id, budget=event.budget)
        case OpenLine(), Revised():
            return replace(state, budget=event.budget)
        case OpenLine(), Closed():
            return ClosedLine(budget_line_id=event.budget_line_id)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


# Commands


@dataclass(frozen=True, kw_only=True)
class BudgetLineCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class OpenBudgetLine(BudgetLineCommand):
    """Open a line for a donor's money."""

    budget_line_id: str
    donor_id: str
    code: str
    name: str
    budget: Money


@dataclass(frozen=True, kw_only=True)
class ReviseBudgetLine(BudgetLineCommand):
    """Give the line another amount, whole. Its currency stays."""

    budget: Money
    reason: str


@dataclass(frozen=True, kw_only=True)
class CloseBudgetLine(BudgetLineCommand):
    """Close the line."""

    reason: str


# Decide


def decide(state: BudgetLineState, command: BudgetLineCommand) -> tuple[Event, ...]:
    """Events that follow from the command; Refused, Invalid or Missing when it breaks a rule."""
    match state, command:
        case NoBudgetLine(), OpenBudgetLine():
            return (
                Opened(
                    budget_line_id=command.budget_line_id,
                    donor_id=command.donor_id,
                    code=code(command.code),
                    name=worded(command.name, field="name"),
                    budget=_positive(command.budget),
                ),
            )
        case _, OpenBudgetLine():
            raise Refused("budget-line-exists", N_("This budget line was opened before."))
        case NoBudgetLine(), _:
            raise Missing("budget-line-missing", N_("There is no such budget line."))
        case ClosedLine(), CloseBudgetLine():
            return ()
        case ClosedLine(), _:
            raise Refused("budget-line-closed", N_("The budget line is closed."))
        case OpenLine(), ReviseBudgetLine():
            return _revise(state, command)
        case OpenLine(), CloseBudgetLine():
            line, why = state.budget_line_id, reason(command.reason)
            return (Closed(budget_line_id=line, reason=why),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a budget line")


def _revise(state: OpenLine, command: ReviseBudgetLine) -> tuple[Event, ...]:
    budget = _positive(command.budget)
    if budget.currency != state.budget.currency:
        raise Invalid(
            "currency-differs",
            N_("The budget line is kept in {currency}."),
            currency=state.budget.currency,
        )
    if budget == state.budget:
        return ()
    why = reason(command.reason)
    return (Revised(budget_line_id=state.budget_line_id, budget=budget, reason=why),)


def _positive(budget: Money) -> Money:
    if budget.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be above zero."))
    return budget


BUDGET_LINE: Final = Decider[BudgetLineState](
    kind="budget_line",
    initial=NoBudgetLine(),
    evolve=evolve,
    decide=decide,
    events=(Opened, Revised, Closed),
)
