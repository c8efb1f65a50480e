"""What may happen to one tranche's payment, as it is stored. ``payment.py`` decides when.

>>> PaymentFailed.event_type
'org.zanat.grants.payment.failed.v1'

Every event says which call, award and tranche it is about, so that a posting needs nothing else.
People who prepared, authorised and released are in the data: the rules on duties need them.
Imported payments have none, since those duties were done outside this system.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from shared.events.event import Event, event_type
from shared.money import Money

Mode: TypeAlias = Literal["cash", "in_kind"]
HoldGround: TypeAlias = Literal["account_changed", "award_suspended", "under_review"]
FailureGround: TypeAlias = Literal[
    "account_closed", "account_unknown", "account_blocked", "rejected_by_bank", "other"
]


class PaymentEvent(Event, frozen=True, kw_only=True):
    """Which payment, of which tranche of which award in which call."""

    payment_id: str
    call_id: str
    award_id: str
    tranche: int


class BankFact(PaymentEvent, frozen=True, kw_only=True):
    """What a line of the bank's statement did to the payment."""

    application_no: str
    end_to_end_id: str
    line_id: str
    booked_on: date
    amount: Money
    mode: Mode
    imported: bool = False


@event_type("grants.payment.scheduled.v1")
class PaymentScheduled(PaymentEvent, frozen=True, kw_only=True):
    """A tranche is to be paid. In kind: to the supplier, after the handover.

    reissue: what the end-to-end id counts on from, after earlier payments of the tranche.
    """

    application_no: str
    registration_id: str
    person_id: str
    mode: Mode
    amount: Money
    end_to_end_id: str
    due_on: date | None
    imported: bool = False
    reissue: int = 0


@event_type("grants.payment.handed_over.v1")
class InKindHandedOver(PaymentEvent, frozen=True, kw_only=True):
    """The supplier invoiced the goods and the grantee received them."""

    invoice_no: str
    amount: Money
    handed_over_on: date


@event_type("grants.payment.requested.v1")
class PaymentRequested(PaymentEvent, frozen=True, kw_only=True):
    """Prepared for the account's version."""

    account_version: int
    requested_by: str


@event_type("grants.payment.authorised.v1")
class PaymentAuthorised(PaymentEvent, frozen=True, kw_only=True):
    """A second person agreed."""

    authorised_by: str


@event_type("grants.payment.released.v1")
class PaymentReleased(PaymentEvent, frozen=True, kw_only=True):
    """A third person let it go; ``one_controller``: the authoriser, under a threshold."""

    released_by: str
    one_controller: bool = False


@event_type("grants.payment.exported.v1")
class PaymentExported(PaymentEvent, frozen=True, kw_only=True):
    """It went to the bank, in a batch unless it is imported."""

    batch_id: str | None
    end_to_end_id: str
    amount: Money
    imported: bool = False


@event_type("grants.payment.paid.v1")
class PaymentPaid(BankFact, frozen=True, kw_only=True):
    """The bank debited it."""


@event_type("grants.payment.returned.v1")
class PaymentReturned(BankFact, frozen=True, kw_only=True):
    """The bank sent it back: the debit is undone."""


@event_type("grants.payment.reconciled.v1")
class PaymentReconciled(PaymentEvent, frozen=True, kw_only=True):
    """Statement and ledger were compared and agree."""

    reconciled_by: str


@event_type("grants.payment.held.v1")
class PaymentHeld(PaymentEvent, frozen=True, kw_only=True):
    """Stopped before the bank had it; what was requested, authorised or released is void."""

    ground: HoldGround
    changed_account_by: str | None = None
    held_until: datetime | None = None


@event_type("grants.payment.hold_lifted.v1")
class PaymentHoldLifted(PaymentEvent, frozen=True, kw_only=True):
    """Scheduled again: it starts with a new request."""

    reason: str


@event_type("grants.payment.failed.v1")
class PaymentFailed(PaymentEvent, frozen=True, kw_only=True):
    """The bank refused it without a debit; ``failed_by`` recorded that."""

    end_to_end_id: str
    ground: FailureGround
    failed_by: str | None = None


@event_type("grants.payment.reissued.v1")
class PaymentReissued(PaymentEvent, frozen=True, kw_only=True):
    """Scheduled again under another end-to-end id; ``reissue`` counts from 1."""

    reissue: int
    end_to_end_id: str
    imported: bool = False


@event_type("grants.payment.cancelled.v1")
class PaymentCancelled(PaymentEvent, frozen=True, kw_only=True):
    """Not to be paid any more."""

    amount: Money
    reason: str


@event_type("grants.payment.reversal_requested.v1")
class ReversalRequested(PaymentEvent, frozen=True, kw_only=True):
    """One person says that the confirmation was a mistake."""

    reason: str
    requested_by: str


@event_type("grants.payment.reversed.v1")
class PaymentReversed(BankFact, frozen=True, kw_only=True):
    """A second person agreed: the confirmation by ``line_id`` is undone."""

    reason: str
    requested_by: str
    confirmed_by: str


PAYMENT_EVENTS: tuple[type[Event], ...] = (
    PaymentScheduled,
    InKindHandedOver,
    PaymentRequested,
    PaymentAuthorised,
    PaymentReleased,
    PaymentExported,
    PaymentPaid,
    PaymentReturned,
    PaymentReconciled,
    PaymentHeld,
    PaymentHoldLifted,
    PaymentFailed,
    PaymentReissued,
    PaymentCancelled,
    ReversalRequested,
    PaymentReversed,
)
