"""What notifications reads of other services' events: who is concerned, and what to tell them.

Facts of imported events are history: they are kept where a later message needs them, and never
send one.
"""

from __future__ import annotations

from datetime import date, datetime

from shared.events.event import Personal
from shared.events.types import Foreign, reads
from shared.money import Money

# Trainings


@reads("trainings.registration.registered.v1", seals_for="registration_id")
class Registered(Foreign, frozen=True, kw_only=True):
    """Somebody was registered."""

    registration_id: str
    full_name: Personal.identity
    country: str
    municipality: str
    phone: Personal.contact | None


@reads("trainings.registration.corrected.v1", seals_for="registration_id")
class Corrected(Foreign, frozen=True, kw_only=True):
    """The name as it should have been written."""

    registration_id: str
    full_name: Personal.identity


@reads("trainings.registration.contact_changed.v1", seals_for="registration_id")
class ContactChanged(Foreign, frozen=True, kw_only=True):
    """How to reach them from now on."""

    registration_id: str
    country: str
    municipality: str
    phone: Personal.contact | None
    phone_before: Personal.contact | None = None
    email_before: Personal.contact | None = None


@reads("trainings.registration.consent_given.v1")
class ConsentGiven(Foreign, frozen=True, kw_only=True):
    """They agree to something, texts perhaps."""

    registration_id: str
    purpose: str = "programme"


@reads("trainings.registration.consent_withdrawn.v1")
class ConsentWithdrawn(Foreign, frozen=True, kw_only=True):
    """They do so no more."""

    registration_id: str
    purpose: str = "programme"


@reads("trainings.certificate.issued.v1")
class CertificateIssued(Foreign, frozen=True, kw_only=True):
    """A certificate waits for the person."""

    certificate_id: str
    registration_id: str
    number: str
    course_title: str
    issued_on: date
    imported: bool = False


@reads("trainings.certificate.revoked.v1")
class CertificateRevoked(Foreign, frozen=True, kw_only=True):
    """A certificate does not stand any more."""

    certificate_id: str
    registration_id: str
    number: str
    revoked_on: date


@reads("trainings.retention.announced.v1")
class RetentionAnnounced(Foreign, frozen=True, kw_only=True):
    """Data of so many registrations are erased by themselves on a day."""

    erase_on: date
    registrations: int


# Grants


@reads("grants.application.submitted.v1")
class Submitted(Foreign, frozen=True, kw_only=True):
    """An application was handed in; ``version`` counts submissions."""

    application_id: str
    application_no: str
    registration_id: str
    requested: Money
    version: int
    submitted_at: datetime
    imported: bool = False


@reads("grants.application.changes_requested.v1", seals_for="registration_id")
class ChangesRequested(Foreign, frozen=True, kw_only=True):
    """An officer asks the applicant to complete it."""

    application_id: str
    registration_id: str
    note: Personal.identity


@reads("grants.application.found_ineligible.v1")
class FoundIneligible(Foreign, frozen=True, kw_only=True):
    """A check failed; ``reason`` is the rule's name."""

    application_id: str
    registration_id: str
    reason: str
    imported: bool = False


@reads("grants.application.approved.v1")
class Approved(Foreign, frozen=True, kw_only=True):
    """The committee awards an amount."""

    application_id: str
    application_no: str
    registration_id: str
    amount: Money
    decided_on: date
    imported: bool = False


@reads("grants.application.waitlisted.v1")
class Waitlisted(Foreign, frozen=True, kw_only=True):
    """Good enough, but the money was gone."""

    application_id: str
    application_no: str
    registration_id: str
    decided_on: date
    imported: bool = False


@reads("grants.application.rejected.v1")
class Rejected(Foreign, frozen=True, kw_only=True):
    """Below the threshold."""

    application_id: str
    application_no: str
    registration_id: str
    decided_on: date
    imported: bool = False


@reads("grants.review.members_assigned.v1")
class MembersAssigned(Foreign, frozen=True, kw_only=True):
    """Members are to read and score an application."""

    application_id: str
    call_id: str
    registration_id: str
    member_ids: tuple[str, ...]
    imported: bool = False


@reads("grants.meeting.convened.v1")
class Convened(Foreign, frozen=True, kw_only=True):
    """The committee meets."""

    meeting_id: str
    held_on: date
    chair_id: str | None
    member_ids: tuple[str, ...]
    imported: bool = False


@reads("grants.award.offered.v1")
class AwardOffered(Foreign, frozen=True, kw_only=True):
    """A grant was offered; unsigned after ``lapses_on`` it lapses."""

    award_id: str
    application_no: str
    registration_id: str
    amount: Money
    lapses_on: date | None
    imported: bool = False


@reads("grants.payment.released.v1")
class PaymentReleased(Foreign, frozen=True, kw_only=True):
    """A payment may go to the bank."""

    payment_id: str
    award_id: str
    tranche: int


@reads("grants.payment.paid.v1")
class PaymentPaid(Foreign, frozen=True, kw_only=True):
    """The bank debited it."""

    payment_id: str
    award_id: str
    tranche: int
    booked_on: date
    amount: Money
    imported: bool = False


@reads("grants.payment.returned.v1")
class PaymentReturned(Foreign, frozen=True, kw_only=True):
    """The bank sent it back."""

    payment_id: str
    award_id: str
    tranche: int
    booked_on: date
    amount: Money
    imported: bool = False


@reads("grants.payment.failed.v1")
class PaymentFailed(Foreign, frozen=True, kw_only=True):
    """The bank refused it."""

    payment_id: str
    award_id: str
    tranche: int


@reads("grants.payment.held.v1")
class PaymentHeld(Foreign, frozen=True, kw_only=True):
    """Stopped before the bank had it."""

    payment_id: str
    award_id: str
    tranche: int


@reads("grants.visit.planned.v1")
class VisitPlanned(Foreign, frozen=True, kw_only=True):
    """Due ``month`` months after the handover. The grantee hears nothing of an unannounced one."""

    visit_id: str
    award_id: str
    month: int
    due_on: date
    unannounced: bool
    visitor: str | None


@reads("grants.visit.missed.v1")
class VisitMissed(Foreign, frozen=True, kw_only=True):
    """It was not made in time."""

    visit_id: str
    award_id: str
    missed_on: date


# Accounts


@reads("accounts.account.invited.v1", seals_for="account_id")
class Invited(Foreign, frozen=True, kw_only=True):
    """Somebody, or a program, may activate an account; ``link`` opens it, if it goes by mail."""

    account_id: str
    kind: str
    display_name: Personal.identity
    email: Personal.contact | None
    expires_at: datetime
    link: Personal.contact | None = None


@reads("accounts.account.invitation_renewed.v1", seals_for="account_id")
class InvitationRenewed(Foreign, frozen=True, kw_only=True):
    """Another link opens it from now on."""

    account_id: str
    expires_at: datetime
    link: Personal.contact | None = None


@reads("accounts.account.details_changed.v1", seals_for="account_id")
class DetailsChanged(Foreign, frozen=True, kw_only=True):
    """Name and address from now on; ``email_before`` when it is another address."""

    account_id: str
    display_name: Personal.identity
    email: Personal.contact | None
    email_before: Personal.contact | None = None


@reads("accounts.account.role_granted.v1")
class RoleGranted(Foreign, frozen=True, kw_only=True):
    """An account holds a role."""

    account_id: str
    role: str
    programme: str | None
    region: str | None = None


@reads("accounts.provider_link.made.v1")
class ProviderLinked(Foreign, frozen=True, kw_only=True):
    """Somebody at a provider has the account."""

    account_id: str
    provider: str


@reads("accounts.account.password_changed.v1")
class PasswordChanged(Foreign, frozen=True, kw_only=True):
    """The secret was replaced."""

    account_id: str


@reads("accounts.account.reset_requested.v1", seals_for="account_id")
class ResetRequested(Foreign, frozen=True, kw_only=True):
    """A new password may be chosen by a link; None when it was handed over and not mailed."""

    account_id: str
    link: Personal.contact | None
    expires_at: datetime


@reads("accounts.factors.app_added.v1")
class AppAdded(Foreign, frozen=True, kw_only=True):
    """The account asks for codes of an app."""

    account_id: str


@reads("accounts.factors.app_removed.v1")
class AppRemoved(Foreign, frozen=True, kw_only=True):
    """It asks for them no more."""

    account_id: str


@reads("accounts.factors.reset.v1")
class FactorsReset(Foreign, frozen=True, kw_only=True):
    """Somebody else took all second factors away."""

    account_id: str


@reads("accounts.passkeys.added.v1")
class PasskeyAdded(Foreign, frozen=True, kw_only=True):
    """A device's key opens the account."""

    account_id: str


@reads("accounts.passkeys.removed.v1")
class PasskeyRemoved(Foreign, frozen=True, kw_only=True):
    """The key opens nothing any more."""

    account_id: str


@reads("accounts.account.sign_in_failed.v1")
class SignInFailed(Foreign, frozen=True, kw_only=True):
    """Failures in a row; locked when ``locked_until`` is given."""

    account_id: str
    locked_until: datetime | None


@reads("accounts.sign_in_code.made.v1", seals_for="registration_id")
class CodeMade(Foreign, frozen=True, kw_only=True):
    """A registered person wants to sign in; the code goes to the number or address given."""

    code_id: str
    registration_id: str
    channel: str
    address: Personal.contact
    code: Personal.contact
    expires_at: datetime
    language: str


@reads("audit.checkpoints.kept.v1")
class CheckpointsKept(Foreign, frozen=True, kw_only=True):
    """The checkpoints of a day were written to a file."""

    file: str
    notes: str
