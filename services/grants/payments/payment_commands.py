"""What people, the bank's statement and the import may ask of a payment. ``payment.py`` decides.

>>> end_to_end_id("A0001", tranche=2), end_to_end_id("A0008", tranche=1, reissue=1)
('A0001-T2', 'A0008-T1-R1')
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.grants.awards.payee_account import HOLD_HOURS_DEFAULT, PayeeAccount
from services.grants.payments.duties import OneController
from services.grants.payments.payment_events import FailureGround, Mode
from shared.money import Money


def end_to_end_id(application_no: str, *, tranche: int, reissue: int = 0) -> str:
    """The id by which the bank's statement is matched. Source: the register's README."""
    again = f"-R{reissue}" if reissue else ""
    return f"{application_no}-T{tranche}{again}"


@dataclass(frozen=True, kw_only=True)
class PaymentCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SchedulePayment(PaymentCommand):
    """Plan a tranche's payment; appended with the award's ScheduleTranche, which checks it.

    reissue: one more than any earlier payment of the tranche had; 0 for the first.
    """

    payment_id: str
    call_id: str
    award_id: str
    tranche: int
    application_no: str
    registration_id: str
    person_id: str
    amount: Money
    due_on: date | None = None
    mode: Mode = "cash"
    reissue: int = 0


@dataclass(frozen=True, kw_only=True)
class ImportPayment(PaymentCommand):
    """A payment from before, already with the bank; duties were done outside this system."""

    payment_id: str
    call_id: str
    award_id: str
    tranche: int
    application_no: str
    registration_id: str
    person_id: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ImportReissue(PaymentCommand):
    """A payment from before was issued again after it came back. ``reissue`` counts from 1."""

    reissue: int


@dataclass(frozen=True, kw_only=True)
class RecordHandover(PaymentCommand):
    """In kind: invoice and handover, on the day in ``zone``."""

    invoice_no: str
    amount: Money
    zone: str


@dataclass(frozen=True, kw_only=True)
class PaymentStep(PaymentCommand):
    """What every step towards the bank must know about now, from the award and the committee.

    account: the payee's, ``award_payable``: of the award; ``scored``: whether ``by`` scored.
    own: whether ``by`` is the payee.
    """

    account: PayeeAccount
    award_payable: bool
    scored: bool
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestPayment(PaymentStep):
    """Prepare it."""


@dataclass(frozen=True, kw_only=True)
class AuthorisePayment(PaymentStep):
    """Agree, as a second person."""


@dataclass(frozen=True, kw_only=True)
class ReleasePayment(PaymentStep):
    """Let it go, as a third person; ``one_controller`` where the programme allows it."""

    hold_hours: int = HOLD_HOURS_DEFAULT
    one_controller: OneController | None = None


@dataclass(frozen=True, kw_only=True)
class ExportPayment(PaymentCommand):
    """It is in the file of a batch; appended with the batch's own event."""

    batch_id: str
    account: PayeeAccount
    award_payable: bool


@dataclass(frozen=True, kw_only=True)
class RecordDebit(PaymentCommand):
    """A line of the statement says that it was paid."""

    line_id: str
    end_to_end_id: str
    booked_on: date
    amount: Money


@dataclass(frozen=True, kw_only=True)
class RecordReturn(PaymentCommand):
    """A line of the statement says that it came back."""

    line_id: str
    end_to_end_id: str
    booked_on: date
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ReconcilePayment(PaymentCommand):
    """Statement and ledger agree."""


@dataclass(frozen=True, kw_only=True)
class HoldForChangedAccount(PaymentCommand):
    """The account changed; appended with the award's ChangeAccount."""

    account: PayeeAccount
    hold_hours: int = HOLD_HOURS_DEFAULT


@dataclass(frozen=True, kw_only=True)
class HoldForSuspendedAward(PaymentCommand):
    """The award is suspended; appended with that."""


@dataclass(frozen=True, kw_only=True)
class HoldForReview(PaymentCommand):
    """Somebody wants to look again."""


@dataclass(frozen=True, kw_only=True)
class LiftHold(PaymentCommand):
    """Let it start again with a new request."""

    reason: str
    account: PayeeAccount
    award_payable: bool


@dataclass(frozen=True, kw_only=True)
class RecordFailure(PaymentCommand):
    """The bank refused it."""

    ground: FailureGround


@dataclass(frozen=True, kw_only=True)
class ReissuePayment(PaymentCommand):
    """Pay it again after it failed or came back."""


@dataclass(frozen=True, kw_only=True)
class CancelPayment(PaymentCommand):
    """Do not pay it. Of what the bank refused, ``CancelFailedPayment`` says so."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class CancelFailedPayment(CancelPayment):
    """Agree, as a second person, that what the bank is said to have refused is not paid."""


@dataclass(frozen=True, kw_only=True)
class RequestReversal(PaymentCommand):
    """Say that the confirmation was a mistake."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmReversal(PaymentCommand):
    """Agree, as a second person, on the day in ``zone``."""

    zone: str
