"""What may happen to an award, as it is stored. ``award.py`` decides when.

>>> AwardLapsed(award_id="01", lapsed_on=date(2011, 5, 30)).event_type
'org.zanat.grants.award.lapsed.v1'

Reasons that tell of the grantee's circumstances are sealed for them; events of before have them as
plain text and no registration. The agreement seals copies of name and account of its own, under a
retention group that accounting law keeps longer than the rest of a person's data.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

from shared.events.event import Event, Personal, event_type
from shared.money import Money

Kind: TypeAlias = Literal["start", "expand"]
Requirement: TypeAlias = Literal["receipts", "visit"]
DeclineGround: TypeAlias = Literal[
    "other_income", "other_grant", "moved", "family", "terms", "not_stated"
]
SuspensionGround: TypeAlias = Literal["receipts_late", "visit_refused", "under_review", "other"]
CancellationGround: TypeAlias = Literal["not_eligible", "grantee_request", "not_started", "other"]
TerminationGround: TypeAlias = Literal["misuse", "not_started", "grantee_request", "other"]


@event_type("grants.award.offered.v1")
class AwardOffered(Event, frozen=True, kw_only=True):
    """A grant was offered; unsigned after ``lapses_on`` it lapses (None: imported, unknown)."""

    award_id: str
    application_id: str
    application_no: str
    call_id: str
    registration_id: str
    person_id: str
    kind: Kind
    amount: Money
    tranche_percents: tuple[int, ...]
    tranche_amounts: tuple[Money, ...]
    zone: str
    offered_on: date
    lapses_on: date | None
    imported: bool = False


@event_type("grants.award.declined.v1")
class AwardDeclined(Event, frozen=True, kw_only=True):
    """The applicant did not want it."""

    award_id: str
    ground: DeclineGround
    declined_on: date


@event_type("grants.award.lapsed.v1")
class AwardLapsed(Event, frozen=True, kw_only=True):
    """Nobody signed in time."""

    award_id: str
    lapsed_on: date


@event_type("grants.award.agreement_signed.v1", seals_for="registration_id")
class AgreementSigned(Event, frozen=True, kw_only=True):
    """The offer was accepted. ``document`` is the SHA-256 of the agreement's sealed bytes.

    recorded_by: who typed the account, and so pays nothing to it; None when imported.
    Imported agreements may lack account, number, day and document: not known is None, never
    invented, and their duties were done outside this system.
    """

    award_id: str
    registration_id: str
    call_id: str
    amount: Money
    full_name: Personal.agreement_identity
    account_number: Personal.agreement_financial | None
    agreement_no: str | None
    signed_on: date | None
    document: str | None
    imported: bool = False
    recorded_by: str | None = None


@event_type("grants.award.account_changed.v1", seals_for="registration_id")
class AccountChanged(Event, frozen=True, kw_only=True):
    """Another account; ``version`` counts from 1, the agreement's own."""

    award_id: str
    registration_id: str
    account_number: Personal.agreement_financial
    version: int
    changed_by: str
    changed_at: datetime


@event_type("grants.award.account_confirmed.v1")
class AccountConfirmed(Event, frozen=True, kw_only=True):
    """The grantee was called back and confirmed the account."""

    award_id: str
    version: int
    called_back_by: str


@event_type("grants.award.tranche_scheduled.v1")
class TrancheScheduled(Event, frozen=True, kw_only=True):
    """A payment was made for the tranche. Imported: its conditions were judged outside."""

    award_id: str
    tranche: int
    payment_id: str
    amount: Money
    imported: bool = False


@event_type("grants.award.tranche_unscheduled.v1")
class TrancheUnscheduled(Event, frozen=True, kw_only=True):
    """The tranche's payment was cancelled before the bank had it."""

    award_id: str
    tranche: int
    payment_id: str


@event_type("grants.award.tranche_paid.v1")
class TranchePaid(Event, frozen=True, kw_only=True):
    """The bank confirmed the tranche."""

    award_id: str
    tranche: int
    payment_id: str
    booked_on: date
    imported: bool = False


@event_type("grants.award.tranche_returned.v1")
class TrancheReturned(Event, frozen=True, kw_only=True):
    """The money came back; the same payment may be issued again."""

    award_id: str
    tranche: int
    payment_id: str
    booked_on: date
    imported: bool = False


@event_type("grants.award.activated.v1")
class AwardActivated(Event, frozen=True, kw_only=True):
    """The first money arrived; follow-up visits count from ``handed_over_on``."""

    award_id: str
    handed_over_on: date
    imported: bool = False


@event_type("grants.award.receipts_accepted.v1")
class ReceiptsAccepted(Event, frozen=True, kw_only=True):
    """Receipts (SHA-256 of sealed bytes) account for ``amount`` of a tranche."""

    award_id: str
    tranche: int
    amount: Money
    receipts: tuple[str, ...]
    accepted_on: date


@event_type("grants.award.visit_done.v1")
class TrancheVisitDone(Event, frozen=True, kw_only=True):
    """The visit that the next tranche waits for was made and accepted."""

    award_id: str
    tranche: int
    visit_id: str


@event_type("grants.award.waiver_requested.v1", seals_for="registration_id")
class WaiverRequested(Event, frozen=True, kw_only=True):
    """One person asks to pay the next tranche without a requirement."""

    award_id: str
    tranche: int
    requirement: Requirement
    reason: Personal.identity
    requested_by: str
    registration_id: str = ""


@event_type("grants.award.requirement_waived.v1", seals_for="registration_id")
class RequirementWaived(Event, frozen=True, kw_only=True):
    """A second person agreed."""

    award_id: str
    tranche: int
    requirement: Requirement
    reason: Personal.identity
    requested_by: str
    confirmed_by: str
    registration_id: str = ""


@event_type("grants.award.suspended.v1", seals_for="registration_id")
class AwardSuspended(Event, frozen=True, kw_only=True):
    """Nothing is paid until it resumes."""

    award_id: str
    registration_id: str
    ground: SuspensionGround
    note: Personal.special | None = None


@event_type("grants.award.resumed.v1", seals_for="registration_id")
class AwardResumed(Event, frozen=True, kw_only=True):
    """The suspension ended."""

    award_id: str
    reason: Personal.identity
    registration_id: str = ""


@event_type("grants.award.completed.v1")
class AwardCompleted(Event, frozen=True, kw_only=True):
    """Everything is paid and accounted for."""

    award_id: str
    completed_on: date


@event_type("grants.award.closed.v1")
class AwardClosed(Event, frozen=True, kw_only=True):
    """Follow-up has ended and the file is closed."""

    award_id: str
    closed_on: date


@event_type("grants.award.cancelled.v1")
class AwardCancelled(Event, frozen=True, kw_only=True):
    """Ended with nothing paid; ``amount`` returns to the call."""

    award_id: str
    call_id: str
    amount: Money
    ground: CancellationGround
    cancelled_on: date


@event_type("grants.award.terminated.v1", seals_for="registration_id")
class AwardTerminated(Event, frozen=True, kw_only=True):
    """Ended with something paid: recovery of ``paid`` may open, ``unpaid`` returns to the call."""

    award_id: str
    registration_id: str
    call_id: str
    ground: TerminationGround
    paid: Money
    unpaid: Money
    terminated_on: date
    note: Personal.special | None = None


AWARD_EVENTS: tuple[type[Event], ...] = (
    AwardOffered,
    AwardDeclined,
    AwardLapsed,
    AgreementSigned,
    AccountChanged,
    AccountConfirmed,
    TrancheScheduled,
    TrancheUnscheduled,
    TranchePaid,
    TrancheReturned,
    AwardActivated,
    ReceiptsAccepted,
    TrancheVisitDone,
    WaiverRequested,
    RequirementWaived,
    AwardSuspended,
    AwardResumed,
    AwardCompleted,
    AwardClosed,
    AwardCancelled,
    AwardTerminated,
)
