"""What people and the import may ask of an award. ``award.py`` decides.

>>> LapseAward(by="due", now=datetime(2026, 5, 1, tzinfo=UTC)).by
'due'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime  # noqa: F401 (UTC: the example above)

from services.grants.awards.award_events import (
    CancellationGround,
    DeclineGround,
    Kind,
    Requirement,
    SuspensionGround,
    TerminationGround,
)
from shared.events.event import PersonalText
from shared.money import Money


@dataclass(frozen=True, kw_only=True)
class AwardCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class OfferAward(AwardCommand):
    """Offer what the committee approved. ``zone``: the call's; ``percents`` of the tranche plan."""

    award_id: str
    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    amount: Money
    tranche_percents: tuple[int, ...]
    zone: str
    open_days: int = 30


@dataclass(frozen=True, kw_only=True)
class ImportAward(AwardCommand):
    """An award from before, offered and signed outside this system. Not known is None."""

    award_id: str
    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    amount: Money
    tranche_percents: tuple[int, ...]
    zone: str
    offered_on: date
    full_name: PersonalText
    account_number: PersonalText | None
    agreement_no: str | None = None
    signed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class DeclineAward(AwardCommand):
    """The applicant does not want it."""

    ground: DeclineGround


@dataclass(frozen=True, kw_only=True)
class LapseAward(AwardCommand):
    """Due work: nobody signed in time."""


@dataclass(frozen=True, kw_only=True)
class SignAgreement(AwardCommand):
    """The agreement is signed; name as on the identity document. ``document``: sealed SHA-256."""

    full_name: PersonalText
    account_number: PersonalText
    agreement_no: str
    document: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeAccount(AwardCommand):
    """Pay to another account from now on. The handler holds open payments in the same append."""

    account_number: PersonalText


@dataclass(frozen=True, kw_only=True)
class ConfirmAccount(AwardCommand):
    """``by`` called the grantee back on a number known before, and the account is theirs."""


@dataclass(frozen=True, kw_only=True)
class ScheduleTranche(AwardCommand):
    """Make a payment for a tranche; appended together with the payment's own event."""

    tranche: int
    payment_id: str


@dataclass(frozen=True, kw_only=True)
class ImportTranche(AwardCommand):
    """A payment from before: its conditions were judged outside this system."""

    tranche: int
    payment_id: str


@dataclass(frozen=True, kw_only=True)
class UnscheduleTranche(AwardCommand):
    """The tranche's payment was cancelled."""

    tranche: int
    payment_id: str


@dataclass(frozen=True, kw_only=True)
class RecordTranchePaid(AwardCommand):
    """The bank's statement confirms the tranche; ``booked_on`` is the statement's."""

    tranche: int
    payment_id: str
    booked_on: date


@dataclass(frozen=True, kw_only=True)
class RecordTrancheReturned(AwardCommand):
    """The bank's statement, or a reversal, took the payment back."""

    tranche: int
    payment_id: str
    booked_on: date


@dataclass(frozen=True, kw_only=True)
class AcceptReceipts(AwardCommand):
    """Receipts account for a paid tranche. ``receipts``: SHA-256 of their sealed bytes."""

    tranche: int
    amount: Money
    receipts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RecordTrancheVisit(AwardCommand):
    """An accepted visit counts for a tranche."""

    tranche: int
    visit_id: str


@dataclass(frozen=True, kw_only=True)
class RequestWaiver(AwardCommand):
    """Ask to pay the next tranche without a requirement of this one."""

    tranche: int
    requirement: Requirement
    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmWaiver(AwardCommand):
    """Agree, as a second person."""

    tranche: int
    requirement: Requirement


@dataclass(frozen=True, kw_only=True)
class SuspendAward(AwardCommand):
    """Stop payments. ``note`` is sealed."""

    ground: SuspensionGround
    note: PersonalText | None = None


@dataclass(frozen=True, kw_only=True)
class ResumeAward(AwardCommand):
    """Let payments go on."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class CompleteAward(AwardCommand):
    """Everything is paid and accounted for."""


@dataclass(frozen=True, kw_only=True)
class CloseAward(AwardCommand):
    """Close the file of a completed award."""


@dataclass(frozen=True, kw_only=True)
class CancelAward(AwardCommand):
    """End it with nothing paid."""

    ground: CancellationGround


@dataclass(frozen=True, kw_only=True)
class TerminateAward(AwardCommand):
    """End it with something paid. ``note`` is sealed."""

    ground: TerminationGround
    note: PersonalText | None = None
