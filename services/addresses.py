"""Where a record is shown and what a kind of record is called: plain data over all services.

    address_of("application/0192…")  ->  "/grants/applications/0192…"
    kind_words("application")        ->  "Application"

As with the navigation, this is all that services share about each other's pages.
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

ADDRESSES: Final[dict[str, str]] = {
    "account": "/accounts/staff/{id}",
    "activity": "/trainings/outreach/{id}",
    "alarm": "/audit/alarms/{id}",
    "application": "/grants/applications/{id}",
    "award": "/grants/awards/{id}",
    "batch": "/grants/batches/{id}",
    "call": "/grants/calls/{id}",
    "certificate": "/trainings/certificates/{id}",
    "cohort": "/trainings/cohorts/{id}",
    "course": "/trainings/courses/{id}",
    "erasure": "/trainings/erasures/{id}",
    "meeting": "/grants/meetings/{id}",
    "outcome": "/trainings/outcomes/{id}",
    "payment": "/grants/payments/{id}",
    "recognition": "/trainings/recognitions/{id}",
    "referral": "/trainings/referrals/{id}",
    "registration": "/trainings/people/{id}",
    "review": "/grants/applications/{id}",
    "visit": "/grants/visits/{id}",
}
"""Kind of stream → address of the page that shows its record."""

KINDS: Final[dict[str, str]] = {
    "access": N_("Access"),
    "account": N_("Account"),
    "activity": N_("Activity of outreach"),
    "alarm": N_("Alarm"),
    "application": N_("Application"),
    "award": N_("Award"),
    "batch": N_("Payment batch"),
    "budget": N_("Budget of a call"),
    "budget_line": N_("Budget line"),
    "call": N_("Call"),
    "certificate": N_("Certificate"),
    "checkpoints": N_("Checkpoints kept"),
    "cohort": N_("Cohort"),
    "course": N_("Course"),
    "credential_key": N_("Key of digital credentials"),
    "donor": N_("Donor"),
    "erasure": N_("Erasure"),
    "log_key": N_("Key of a log"),
    "meeting": N_("Committee meeting"),
    "message": N_("Message"),
    "numbering": N_("Certificate numbers"),
    "outcome": N_("Education outcome"),
    "partner": N_("Partner"),
    "recognition": N_("Certificate from elsewhere"),
    "payment": N_("Payment"),
    "programme": N_("Programme"),
    "referral": N_("Referral"),
    "registration": N_("Person"),
    "review": N_("Review of an application"),
    "statement_line": N_("Line of a bank statement"),
    "visit": N_("Follow-up visit"),
}
"""Kind of stream → what a person calls it."""


def address_of(stream: str) -> str | None:
    """The page of a stream's record; None where no page shows one."""
    kind, _, identifier = stream.partition("/")
    pattern = ADDRESSES.get(kind)
    return pattern.format(id=identifier) if pattern and identifier else None


def kind_words(kind: str) -> str:
    """A kind of record, as a msgid."""
    return KINDS.get(kind, kind)
