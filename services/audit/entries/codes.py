"""What the codes in events mean, by the field that they stand in: as msgids.

>>> code_words("ground", "misuse")
'The money was misused'
>>> code_words("ground", "a code of tomorrow")
'a code of tomorrow'

A code that has no words yet is shown as it is, since an auditor must never miss a fact.
"""

from __future__ import annotations

from typing import Final

from shared.access.wording import ROLE_WORDS
from shared.language.marking import N_

_RULES: Final = {
    "late": N_("It was handed in after the deadline."),
    "not_adult": N_(
        "The applicant was younger than 18 on that day, or the day of birth is not known."
    ),
    "not_resident": N_("The applicant lives in no place of the call."),
    "no_certificate": N_("No certificate of the right kind was valid on that day."),
    "over_ceiling": N_("The amount is above the ceiling of the call."),
    "recent_award": N_("The applicant had an award within the waiting time of the call."),
    "second_application": N_("Another application of this person came first in this call."),
}

_HOLDING: Final = {
    "address": N_("An administrator changed the address"),
    "factors": N_("An administrator took the second factors away"),
    "link": N_("An administrator was shown a link"),
}
_GROUNDS: Final = {
    "account_blocked": N_("The account is blocked"),
    "account_changed": N_("The account was changed"),
    "account_closed": N_("The account is closed"),
    "account_unknown": N_("The bank does not know the account"),
    "amount_differs": N_("The payment that it names has another amount"),
    "award_suspended": N_("The award is suspended"),
    "bank_fee": N_("A fee of the bank"),
    "duplicate": N_("The bank wrote it twice"),
    "end_to_end_id_unknown": N_("Its text names no payment of ours"),
    "family": N_("For the family"),
    "given_up": N_("It was tried until it was too late."),
    "grantee_request": N_("The grantee asked for it"),
    "match_undone": N_("Its match was undone"),
    "misuse": N_("The money was misused"),
    "moved": N_("Moved away"),
    "no_address": N_("There is no address."),
    "not_eligible": N_("Turned out not to be eligible"),
    "not_reached": N_("The person could not be reached."),
    "not_started": N_("The business was not started"),
    "not_stated": N_("Gave no reason"),
    "other": N_("Something else"),
    "other_grant": N_("Got another grant"),
    "other_income": N_("Found other income"),
    "other_payment": N_("A payment that is no grant"),
    "payment_state_forbids": N_("The payment that it names is in another state"),
    "receipts_late": N_("Receipts are late"),
    "refused": N_("The server of the recipient refused it."),
    "rejected_by_bank": N_("The bank refused it without saying why"),
    "terms": N_("Does not agree to the terms"),
    "under_review": N_("Something is looked into"),
    "visit_refused": N_("A visit was refused"),
}

_KINDS: Final = {
    "applicant": N_("Applicant"),
    "account_changed": N_("A change to somebody's account"),
    "account_invited": N_("An invitation"),
    "address_changed": N_("A changed e-mail address"),
    "application_approved": N_("An approved application"),
    "application_changes_requested": N_("An application to complete"),
    "application_ineligible": N_("An application that is not eligible"),
    "application_received": N_("An application that came in"),
    "application_rejected": N_("A rejected application"),
    "application_to_check": N_("An application to check"),
    "application_waitlisted": N_("An application on the waiting list"),
    "award_offered": N_("An offered award"),
    "business": N_("Business training"),
    "certificate_issued": N_("An issued certificate"),
    "certificate_revoked": N_("A revoked certificate"),
    "debit": N_("Paid out"),
    "employment_service": N_("Employment service"),
    "expand": N_("Expansion"),
    "erasure_to_confirm": N_("An erasure to confirm"),
    "factor_added": N_("A new second factor"),
    "contact_changed": N_("A changed phone or address"),
    "factor_removed": N_("A removed second factor"),
    "factors_reset": N_("Second factors taken away"),
    "link_shown": N_("A link that was shown"),
    "meeting_convened": N_("A meeting of the committee"),
    "outreach_follow_up_due": N_("An activity to follow up"),
    "password_reset": N_("A link for a new password"),
    "password_changed": N_("A changed password"),
    "payment_failed": N_("A payment that the bank refused"),
    "payment_held": N_("A held payment"),
    "payment_paid": N_("A payment that the bank confirmed"),
    "payment_returned": N_("A payment that came back"),
    "payment_to_export": N_("A payment to export"),
    "primary": N_("Primary school"),
    "program": N_("A program"),
    "provider_linked": N_("A linked organisation"),
    "return": N_("Came back"),
    "referral_news_due": N_("A referral to ask about"),
    "retention_announced": N_("An announced end of retention"),
    "review_assigned": N_("An application to score"),
    "role_given": N_("A role that somebody was given"),
    "role_granted": N_("A granted role"),
    "secondary": N_("Secondary school"),
    "sign_in_code": N_("A code to sign in by"),
    "sign_in_locked": N_("A locked sign-in"),
    "staff": N_("Staff"),
    "start": N_("Start-up"),
    "visit_missed": N_("A missed visit"),
    "visit_planned": N_("A planned visit"),
    "visit_to_make": N_("A visit to make"),
    "vocational": N_("Vocational course"),
}

_KINDS_OF_OUTREACH: Final = {
    "motivation": N_("Motivation of participants"),
    "advocacy": N_("Advocacy"),
    "awareness": N_("Awareness"),
    "ministry": N_("Ministry"),
    "municipality": N_("Municipality"),
    "other": N_("Another institution"),
    "roma_organisation": N_("Roma organisation"),
    "school": N_("School"),
}
"""Of activities and of the institutions that took part."""

_EDUCATION: Final = {
    "class_completed": N_("Class or cycle of primary school completed"),
    "employment_service_qualification": N_("Qualification of the employment service"),
    "primary_completed": N_("Primary school completed"),
    "secondary_diploma": N_("Diploma of a secondary school"),
    "vocational_certificate": N_("Certificate of a vocational course"),
}

_WHAT: Final = {
    "account": N_("Account number"),
    "application": N_("An application as it was handed in"),
    "batch_file": N_("The file for the bank"),
    "bundle": N_("A bundle of evidence"),
    "certificates_to_print": N_("Certificates to print"),
    "disbursement_ledger": N_("The disbursement ledger"),
    "entries": N_("A list of entries"),
    "entry_bytes": N_("The exact bytes of an entry"),
    "identity": N_("Identity"),
    "import": N_("A sheet to be imported"),
    "import_report": N_("What was found in a sheet"),
    "likely_duplicates": N_("Likely duplicates"),
    "name_phone_and_findings": N_("Name, phone and findings"),
    "names": N_("Names"),
    "names_and_addresses": N_("Names and addresses"),
    "names_and_phones": N_("Names and phones"),
    "names_and_places": N_("Names and places"),
    "names_of_applicants": N_("Names of applicants"),
    "names_of_certified": N_("Names of the certified"),
    "national_number": N_("National number"),
    "outcome": N_("An education outcome"),
    "outcomes": N_("Education outcomes"),
    "referral": N_("A referral"),
    "referrals": N_("Referrals"),
    "people": N_("A list of people"),
    "people_sheet": N_("A sheet of people"),
    "people_and_numbers_sheet": N_("A sheet of people with the ends of their national numbers"),
    "courses_sheet": N_("A sheet of courses"),
    "cohorts_sheet": N_("A sheet of cohorts"),
    "sessions_sheet": N_("A sheet of sessions"),
    "enrolments_sheet": N_("A sheet of enrolments"),
    "attendance_sheet": N_("A sheet of attendance"),
    "tests_sheet": N_("A sheet of tests"),
    "certificates_sheet": N_("A sheet of certificates"),
    "outcomes_sheet": N_("A sheet of education outcomes"),
    "person_data": N_("All data of a person"),
    "consents": N_("Consents"),
    "support_line": N_("The support line for visitors"),
    "vulnerability_notes": N_("Vulnerability notes"),
}

_VAULT: Final = {
    "supporting": N_("To support the person"),
    "safety": N_("For somebody's safety"),
    "planning_visit": N_("To plan a visit"),
    "correcting": N_("To put right or add to what is written"),
    "asked_by_the_person": N_("The person asked what is written"),
    "other": N_("Another reason"),
    "nobody_had_it": N_("Nobody worked with the person yet"),
    "officer_left": N_("The officer who had it left"),
    "sharing_the_work": N_("Two share the work"),
}
"""Why vulnerability notes were opened, or a case taken."""

_ERASING: Final = {
    "consent_withdrawn": N_("The person withdrew their consent"),
    "request_of_the_person": N_("The person asks for it"),
    "retention_ended": N_("They are not needed any more"),
    "unlawful": N_("They should never have been held"),
}

_CLASSES: Final = {
    "agreement": N_("The signed agreement"),
    "contact": N_("Contact"),
    "financial": N_("Account"),
    "identity": N_("Identity"),
    "special": N_("Especially protected"),
}

_HOLDS: Final = {
    "audit": N_("An audit is under way"),
    "complaint": N_("A complaint is being looked into"),
    "legal_claim": N_("They are needed for a claim at law"),
    "request_of_the_person": N_("The person asks for it"),
}

_FORMS: Final = {
    "online": N_("On the site, by the person"),
    "paper": N_("On a signed paper"),
    "spoken": N_("Spoken, noted by an officer"),
}

CODES: Final[dict[str, dict[str, str]]] = {
    "aim": _EDUCATION,
    "because": {
        "accounting_law": N_("Accounting law keeps it until then."),
        "money_under_way": N_("Money is under way"),
        "not_asked_for": N_("Nobody asked for it to be erased."),
        "discarded": N_("Somebody discarded it"),
        "expired": N_("Nobody entered it in time"),
        "erasure": N_("It named somebody whose data are erased"),
        "likely_duplicate": N_("A likely duplicate was decided"),
        "national_number": N_("The national number is the same"),
    },
    "channel": {
        "assisted": N_("With the help of an officer"),
        "inbox": N_("Inbox"),
        "mail": N_("E-mail"),
        "paper": N_("On paper"),
        "person": N_("By an officer"),
        "self_service": N_("By the applicant"),
        "sms": N_("Text message"),
    },
    "form": _FORMS,
    "consent_form": _FORMS,
    "format": {"csv": N_("CSV"), "pain_001": N_("pain.001 (ISO 20022)")},
    "classes": _CLASSES,
    "ground": {**_GROUNDS, **_ERASING, **_HOLDING},
    "kind": {**_KINDS, **_KINDS_OF_OUTREACH},
    "certificate_kind": _KINDS,
    "matched_by": {
        "end_to_end_id": N_("By the end-to-end number"),
        "person": N_("By a person"),
    },
    "means": {
        "identity_card": N_("Identity card"),
        "in_person": N_("Face to face"),
        "inbox": N_("Inbox"),
        "letter": N_("By letter"),
        "mail": N_("E-mail"),
        "other_document": N_("Another document"),
        "passport": N_("Passport"),
        "phone": N_("By phone"),
        "sms": N_("Text message"),
        "witness": N_("Somebody who knows the person"),
    },
    "method": {
        "demonstration": N_("The button of an invented person"),
        "passkey": N_("A passkey"),
        "provider": N_("The organisation's own sign-in"),
        "recovery_code": N_("A recovery code"),
        "sign_in_code": N_("A code sent to the phone or by e-mail"),
        "totp": N_("A code of an app"),
    },
    "mode": {"cash": N_("In cash"), "in_kind": N_("In kind")},
    "outcome": {
        **_EDUCATION,
        "closed": N_("The business is closed"),
        "died": N_("The person has died"),
        "moved": N_("The person has moved away"),
        "not_trading": N_("The business does not work now"),
        "refused": N_("The person refused the visit"),
        "trading": N_("The business works"),
    },
    "overridden": _RULES,
    "purpose": {
        "contact_by_sms": N_("Text messages"),
        "ethnicity": N_("Own origin"),
        "photos": N_("Photos of the business"),
        "programme": N_("Taking part in the programme"),
        "publication": N_("Publication"),
        "sharing_between_programmes": N_("Sharing with other programmes"),
    },
    "reason": {**_RULES, **_VAULT, **_HOLDS},
    "service": {
        "accounts": N_("Accounts"),
        "audit": N_("Audit"),
        "grants": N_("Grants"),
        "notifications": N_("Notifications"),
        "trainings": N_("Trainings"),
    },
    "requirement": {"receipts": N_("Receipts"), "visit": N_("Visit")},
    "role": ROLE_WORDS,
    "state": {
        "accepted": N_("Accepted"),
        "completed": N_("Completed"),
        "declined": N_("Declined by the institution"),
        "dropped_out": N_("Dropped out"),
        "enrolled": N_("Enrolled"),
        "progressing": N_("Progressing"),
        "sent": N_("Sent"),
    },
    "test": {"pre": N_("Before"), "post": N_("After")},
    "to": {"available": N_("Available"), "obligated": N_("Obligated")},
    "vote": {"abstained": N_("Abstained"), "against": N_("Against"), "for": N_("For")},
    "what": {**_CLASSES, **_WHAT},
}
"""Field → code → msgid. A reason that is no code is the text that somebody wrote."""


def code_words(field: str, code: str) -> str:
    """A code as a msgid; the code itself where there are no words for it."""
    return CODES.get(field, {}).get(code, code)
