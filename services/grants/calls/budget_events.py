"""What can happen to the money of a call. ``budget.py`` tells when.

>>> Spent.event_type
'org.zanat.grants.budget.spent.v1'
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from shared.events.event import Event, event_type
from shared.money import Money

ReturnedTo: TypeAlias = Literal["obligated", "available"]


@event_type("grants.budget.opened.v1")
class Opened(Event, frozen=True, kw_only=True):
    """The call may give this much."""

    call_id: str
    budget: Money
    imported: bool = False


@event_type("grants.budget.revised.v1")
class Revised(Event, frozen=True, kw_only=True):
    """The call may give another amount from now on, whole; two people say so."""

    call_id: str
    budget: Money
    reason: str
    approved_by: str


@event_type("grants.budget.reserved.v1")
class Reserved(Event, frozen=True, kw_only=True):
    """Available became committed: the committee approved."""

    call_id: str
    application_id: str
    amount: Money
    imported: bool = False


@event_type("grants.budget.released.v1")
class Released(Event, frozen=True, kw_only=True):
    """What was committed or obligated and not spent is available again."""

    call_id: str
    application_id: str
    committed: Money
    obligated: Money
    reason: str


@event_type("grants.budget.obligated.v1")
class Obligated(Event, frozen=True, kw_only=True):
    """Committed became obligated: the agreement is signed."""

    call_id: str
    application_id: str
    award_id: str
    amount: Money
    imported: bool = False


@event_type("grants.budget.spent.v1")
class Spent(Event, frozen=True, kw_only=True):
    """Obligated became spent: the bank confirmed."""

    call_id: str
    application_id: str
    payment_id: str
    reference: str
    amount: Money
    imported: bool = False


@event_type("grants.budget.returned.v1")
class Returned(Event, frozen=True, kw_only=True):
    """Spent came back: a bounce is obligated again, unspent money is available again."""

    call_id: str
    application_id: str
    payment_id: str
    reference: str
    spent_reference: str
    amount: Money
    to: ReturnedTo
    imported: bool = False


BudgetEvent: TypeAlias = Opened | Revised | Reserved | Released | Obligated | Spent | Returned
