"""What the fields of events and the columns of lists mean, for who is given their own data.

    FIELDS["birth_date"]    ->  "Birth date"
    TABLES["registrations"] ->  "What is written down about the person"

As msgids; a test asks for the words of every field that can be given to a person.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from services.event_words import sentence
from shared.events.event import Event
from shared.language.marking import N_
from shared.privacy.exporting import Words

_IDS: Final = {
    "account_id": N_("Id of an account"),
    "application_id": N_("Id of the application"),
    "award_id": N_("Id of the award"),
    "batch_id": N_("Id of the payment batch"),
    "call_id": N_("Id of the call"),
    "certificate_id": N_("Id of the certificate"),
    "code_id": N_("Id of the sign-in code"),
    "cohort_id": N_("Id of the cohort"),
    "course_id": N_("Id of the course"),
    "device_visit_id": N_("Id of the visit on the device"),
    "erasure_id": N_("Id of the erasure"),
    "meeting_id": N_("Id of the committee's meeting"),
    "message_id": N_("Id of the message"),
    "note_id": N_("Id of the note"),
    "outcome_id": N_("Id of the education outcome"),
    "owner_id": N_("Whose data it is: id of the registration"),
    "payment_id": N_("Id of the payment"),
    "person_id": N_("Id of the person, the same for all their registrations"),
    "recipient_id": N_("Whom the message is for"),
    "registration_id": N_("Id of the registration"),
    "session_id": N_("Id of the sign-in session"),
    "visit_id": N_("Id of the visit"),
}

_PERSON: Final = {
    "birth_date": N_("Birth date"),
    "consent_on": N_("Day of the consent"),
    "consented": N_("Whether consent was given"),
    "country": N_("Country"),
    "declared": N_("What was declared before reading the application"),
    "declared_roma": N_("What the person says of their own origin"),
    "display_name": N_("Name of the account"),
    "email": N_("E-mail address"),
    "form": N_("How the consent was given"),
    "full_name": N_("Full name"),
    "given_on": N_("Day on which it was given"),
    "has_number": N_("Whether a national number is known"),
    "imported": N_("Whether it was brought in with the programme's past"),
    "jmbg": N_("National number (JMBG)"),
    "municipality": N_("Municipality"),
    "number_masked": N_("National number, covered but for its end"),
    "phone": N_("Phone number"),
    "confirmed": N_("Whether a second person confirmed the identity"),
    "because": N_("Why it was moved"),
    "same": N_("Whether two registrations are of one person"),
    "sex": N_("Sex"),
    "reference": N_("Reference"),
    "registered_at": N_("When it was registered"),
    "withdrawn_on": N_("Day on which it was taken back"),
    "purpose": N_("Purpose"),
    "purposes": N_("Purposes"),
}

_TRAINING: Final = {
    "attended_minutes": N_("Minutes attended"),
    "certificate_version": N_("Version of the certificate"),
    "completed_on": N_("Completed on"),
    "course_title": N_("Course"),
    "course_version": N_("Version of the course"),
    "document": N_("Document"),
    "duplicates": N_("Duplicates issued"),
    "evidence": N_("Evidence"),
    "excused": N_("Reason for the absence"),
    "institution": N_("Institution"),
    "issued_on": N_("Issued on"),
    "issuer": N_("Issued by"),
    "media_type": N_("Kind of the file"),
    "minutes": N_("Minutes"),
    "outcome": N_("Outcome"),
    "post_test": N_("Test after, in per cent"),
    "pre_test": N_("Test before, in per cent"),
    "proposed_reason": N_("Why it is to be revoked"),
    "revoked_on": N_("Revoked on"),
    "session": N_("Session"),
    "session_dates": N_("Days of the sessions"),
    "sha256": N_("Checksum of the sealed file"),
    "size": N_("Size in bytes"),
    "superseded_on": N_("Replaced on"),
    "trainer": N_("Trainer"),
    "words": N_("Words of the note"),
    "withdrawn": N_("Whether it was taken back"),
    "notes": N_("Number of notes"),
    "subject": N_("What it is about"),
}

_GRANTS: Final = {
    "account": N_("Bank account"),
    "account_number": N_("Bank account"),
    "account_changed_at": N_("When the account was changed"),
    "account_version": N_("Version of the account"),
    "agreement_no": N_("Number of the agreement"),
    "amount": N_("Amount"),
    "amount_minor": N_("Amount, in the smallest unit of the currency"),
    "application_no": N_("Number of the application"),
    "approved_minor": N_("Approved, in the smallest unit of the currency"),
    "began_at": N_("When it was begun"),
    "booked_on": N_("Day of the bank's statement"),
    "business": N_("Business plan"),
    "changed_at": N_("When it was changed"),
    "checks": N_("Results of the rules"),
    "comment": N_("Comment of a member of the committee"),
    "corrects": N_("What it corrects"),
    "currency": N_("Currency"),
    "decided_on": N_("Decided on"),
    "due_on": N_("Due on"),
    "end_to_end_id": N_("End-to-end number of the payment"),
    "equipment": N_("Equipment"),
    "equipment_present": N_("Whether the equipment is there"),
    "findings": N_("What was found on the visit"),
    "first_used_at": N_("When it was first used"),
    "ground": N_("Ground"),
    "handed_over_on": N_("Handed over on"),
    "held_until": N_("Held until"),
    "hold_ground": N_("Why it is held"),
    "income_band": N_("Income, in bands"),
    "jobs": N_("People who work there"),
    "lapses_on": N_("Lapses on"),
    "line": N_("Line"),
    "minor": N_("Amount, in the smallest unit of the currency"),
    "mode": N_("How it is paid"),
    "month": N_("Months after the handover"),
    "note": N_("Note"),
    "occurred_at": N_("When it happened"),
    "occurred_on": N_("Day on which it happened"),
    "offered_on": N_("Offered on"),
    "overridden": N_("Rule that was let pass"),
    "own_contribution": N_("Own contribution"),
    "own_contribution_minor": N_("Own contribution, in the smallest unit of the currency"),
    "paid": N_("Paid"),
    "passed": N_("Whether the rule was met"),
    "photos": N_("Photographs"),
    "present": N_("Whether it is there"),
    "promoted": N_("Whether it came from the waiting list"),
    "rank": N_("Rank"),
    "reason": N_("Reason"),
    "until": N_("Until when"),
    "received_at": N_("When it came in"),
    "registered": N_("Whether the business is registered"),
    "reissue": N_("How often it was issued again"),
    "requested": N_("Asked for"),
    "requested_minor": N_("Asked for, in the smallest unit of the currency"),
    "rule": N_("Rule"),
    "rule_version": N_("Version of the rule"),
    "score_hundredths": N_("Score, in hundredths of a point"),
    "serial_no": N_("Serial number"),
    "signed": N_("Whether it was signed"),
    "signed_on": N_("Signed on"),
    "submission": N_("How often it was handed in"),
    "submitted_at": N_("When it was handed in"),
    "terminated_on": N_("Terminated on"),
    "trading_since": N_("In business since"),
    "tranche": N_("Tranche"),
    "tranche_amounts": N_("Amounts of the tranches"),
    "tranche_percents": N_("Tranches in per cent"),
    "unannounced": N_("Whether the visit is unannounced"),
    "unpaid": N_("Not paid"),
    "points": N_("Points of a member of the committee"),
    "points_total": N_("Points in all"),
    "open": N_("Whether it is open"),
    "last_on": N_("Last day"),
    "has_line": N_("Whether the bank's statement has it"),
}

_OTHERS: Final = {
    "about": N_("Record that it is about"),
    "activated_at": N_("When it was activated"),
    "address": N_("Phone number or e-mail address"),
    "added_at": N_("When it was added"),
    "at": N_("When"),
    "channel": N_("Channel"),
    "code": N_("Code"),
    "expires_at": N_("Expires"),
    "exported": N_("Whether it left as a file"),
    "facts": N_("What the message says"),
    "fresh_at": N_("When a second factor was last proved"),
    "invited_at": N_("When the account was made"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "last_sign_in_at": N_("Last sign-in"),
    "link": N_("Link"),
    "made_at": N_("When it was made"),
    "means": N_("By means of"),
    "method": N_("How it was proved"),
    "minutes_total": N_("Minutes in all"),
    "name": N_("Name"),
    "number": N_("Number"),
    "opened_at": N_("When it was opened"),
    "permission": N_("Permission that was missing"),
    "place": N_("Place"),
    "programme": N_("Programme"),
    "provider": N_("Provider"),
    "queued_at": N_("When it was queued"),
    "read_at": N_("When it was read"),
    "recipient_kind": N_("Kind of recipient"),
    "recorded_at": N_("When it was recorded"),
    "region": N_("Region"),
    "role": N_("Role"),
    "roles": N_("Roles"),
    "settled_at": N_("When it was settled"),
    "sort_name": N_("Name as it is sorted"),
    "standing": N_("Standing of the account"),
    "state": N_("State"),
    "status": N_("State"),
    "until": N_("Until"),
    "version": N_("Version"),
    "version_no": N_("Version"),
    "versions": N_("Versions"),
    "what": N_("What"),
    "who": N_("Who"),
    "zone": N_("Time zone"),
}

FIELDS: Final[dict[str, str]] = {**_IDS, **_PERSON, **_TRAINING, **_GRANTS, **_OTHERS}
"""Field or column → what it means."""

TABLES: Final[dict[str, str]] = {
    "account_roles": N_("Roles of the account"),
    "account_sessions": N_("Where the person is signed in"),
    "accesses": N_("Who looked at the data"),
    "accounts": N_("The account"),
    "accounts_to_reach": N_("How the account is reached"),
    "applicant_accounts": N_("Whose account it is"),
    "applications": N_("Applications for a grant"),
    "attendance_marks": N_("Attendance"),
    "awards": N_("Awards"),
    "awards_spoken_of": N_("Awards that messages speak of"),
    "certificates": N_("Certificates"),
    "consents": N_("Consents"),
    "cohort_members": N_("Trainings and tests"),
    "duplicate_decisions": N_("Decisions about likely duplicates"),
    "education_outcomes": N_("Education outcomes"),
    "erasure_registrations": N_("Erasures"),
    "grant_awards": N_("Awards, as the trainings know of them"),
    "grant_cases": N_("Applications, as the trainings know of them"),
    "known_registrations": N_("What signing in needs"),
    "message_reads": N_("Messages that were read"),
    "messages": N_("Messages"),
    "outcome_documents": N_("Documents of education outcomes"),
    "outcomes": N_("Education outcomes"),
    "payments": N_("Payments"),
    "people_to_reach": N_("How the person is reached"),
    "registrations": N_("What is written down about the person"),
    "retention_holds": N_("Why data are kept longer"),
    "reviewers": N_("Reviews by the committee"),
    "visits": N_("Visits"),
    "vulnerability_cases": N_("Who supports the person"),
    "vulnerability_notes": N_("Vulnerability notes"),
}
"""List → what it holds."""

_SECRETS: Final = {
    "accounts.sign_in_code.made": ("code",),
    "accounts.account.reset_requested": ("link",),
}
"""Events → fields that let somebody in, for as long as they are good."""

_SECRET_MESSAGES: Final = ("password_reset", "sign_in_code")


def hidden(event: Event) -> Collection[str]:
    """The secrets of an event: whoever exports data must not be able to sign in by them."""
    of: Any = event
    name = type(event).event_type.removeprefix("org.zanat.").rpartition(".v")[0]
    if name == "notifications.message.queued" and of.kind in _SECRET_MESSAGES:
        return ("facts",)
    return _SECRETS.get(name, ())


WORDS: Final = Words(event=sentence, fields=FIELDS, tables=TABLES, hidden=hidden)
