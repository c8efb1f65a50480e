"""What people, payments and the import may ask of a call's money. ``budget.py`` decides.

>>> Release(by="due", now=datetime(2026, 5, 1, tzinfo=UTC), application_id="a1", reason="x").by
'due'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime  # noqa: F401 (UTC: the example above)

from services.grants.calls.budget_events import ReturnedTo
from shared.money import Money


@dataclass(frozen=True, kw_only=True)
class BudgetCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class FromHistory:
    """What an import adds to the command of daily use."""

    history_open: bool


@dataclass(frozen=True, kw_only=True)
class OpenBudget(BudgetCommand):
    """Give a call its money; together with the call's opening."""

    call_id: str
    budget: Money


@dataclass(frozen=True, kw_only=True)
class ReviseBudget(BudgetCommand):
    """Give the call another amount, whole. ``approved_by``: the second person."""

    budget: Money
    reason: str
    approved_by: str


@dataclass(frozen=True, kw_only=True)
class Reserve(BudgetCommand):
    """Commit what the committee approved; in the same append as the approval."""

    application_id: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Release(BudgetCommand):
    """Give back whatever of an application is committed or obligated and not spent."""

    application_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Obligate(BudgetCommand):
    """The agreement is signed: all that is committed for the application becomes obligated."""

    application_id: str
    award_id: str


@dataclass(frozen=True, kw_only=True)
class Spend(BudgetCommand):
    """The bank confirmed a payment. ``reference``: unique to that, of one debit of one payment."""

    application_id: str
    payment_id: str
    reference: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ReturnSpent(BudgetCommand):
    """Money of a confirmed payment came back.

    reference:       unique to this return.
    spent_reference: that of the debit which came back.
    to:              obligated for a bounce, available for unspent money that the grantee returns.
    """

    reference: str
    spent_reference: str
    amount: Money
    to: ReturnedTo


@dataclass(frozen=True, kw_only=True)
class ImportBudget(FromHistory, OpenBudget):
    """The money of a call from before."""


@dataclass(frozen=True, kw_only=True)
class ImportReservation(FromHistory, Reserve):
    """An approval from before."""


@dataclass(frozen=True, kw_only=True)
class ImportObligation(FromHistory, Obligate):
    """An agreement from before."""


@dataclass(frozen=True, kw_only=True)
class ImportSpending(FromHistory, Spend):
    """A confirmed payment from before."""


@dataclass(frozen=True, kw_only=True)
class ImportReturn(FromHistory, ReturnSpent):
    """A return from before."""
