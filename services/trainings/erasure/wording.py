"""What the classes, grounds, states and tables of erasures are called.

>>> STATE_WORDS["asked"][0]
'Waits for a second person'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

CLASS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "identity": (
        N_("Identity"),
        N_("Name, birth date, national number, and what was written about the person"),
    ),
    "contact": (N_("Contact"), N_("Phone, e-mail address, and messages")),
    "special": (N_("Especially protected"), N_("Declared origin, health, notes of visits")),
    "financial": (N_("Account"), N_("The bank account in applications")),
    "agreement": (N_("The signed agreement"), N_("Its copies of name and bank account")),
}
"""Class → its name, and what is in it."""

GROUND_WORDS: Final[dict[str, tuple[str, str]]] = {
    "consent_withdrawn": (
        N_("The person withdrew their consent"),
        N_("Article 17(1)(b) of the General Data Protection Regulation"),
    ),
    "request_of_the_person": (
        N_("The person asks for it"),
        N_("Article 17(1)(a) and (c) of the General Data Protection Regulation"),
    ),
    "retention_ended": (
        N_("They are not needed any more"),
        N_("Articles 5(1)(e) and 17(1)(a) of the General Data Protection Regulation"),
    ),
    "unlawful": (
        N_("They should never have been held"),
        N_("Article 17(1)(d) of the General Data Protection Regulation"),
    ),
}
"""Ground → its words, and the article; the laws of both countries say alike."""

BY_HAND: Final = ("request_of_the_person", "consent_withdrawn", "unlawful")
"""Grounds that somebody may give; an end of retention is announced by the software."""

STATE_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "asked": (N_("Waits for a second person"), "ochre", "triangle"),
    "confirmed": (N_("Keys are being destroyed"), "blue", "half"),
    "purging": (N_("Being erased"), "blue", "half"),
    "completed": (N_("Erased"), "teal", "check"),
    "cancelled": (N_("Cancelled"), "grey", "cross"),
}
"""State → its word, with the colour and the shape of its tag."""

KEPT_WORDS: Final = {
    "money_under_way": N_("Kept while money is under way; accounting law keeps it after that."),
    "accounting_law": N_("Accounting law keeps it until then."),
    "not_asked_for": N_("Nobody asked for it to be erased."),
}

SERVICE_WORDS: Final = {
    "accounts": N_("Accounts"),
    "trainings": N_("People and trainings"),
    "grants": N_("Applications and grants"),
    "notifications": N_("Messages"),
    "audit": N_("Audit"),
}

TABLE_WORDS: Final = {
    "keys": N_("Sealed in logs and files"),
    "registrations": N_("Registrations"),
    "known_registrations": N_("Registrations"),
    "certificates": N_("Certificates"),
    "outcomes": N_("Education outcomes"),
    "attendance_marks": N_("Reasons for being away"),
    "applications": N_("Applications"),
    "reviewers": N_("Comments of the committee"),
    "awards": N_("Agreements"),
    "visits": N_("Visits"),
    "messages": N_("Messages"),
    "people_to_reach": N_("Phones and addresses"),
    "accounts": N_("Accounts"),
}
"""Table → what a row of it is called; one without words here is shown by its name."""

EVENT_SENTENCES: Final = {
    "Requested": N_("Asked for."),
    "ServiceCounted": N_("Counted: {service}."),
    "Confirmed": N_("Confirmed."),
    "Cancelled": N_("Cancelled."),
    "KeysDestroyed": N_("Keys destroyed: {keys}."),
    "ServicePurged": N_("Emptied: {service}."),
    "Completed": N_("Completed as {number}."),
}

OWN_BLOCK_WORDS: Final = {
    "application_open": N_(
        "Your application is not decided yet. It needs your name and your account. Take it back"
        " first, or leave Identity and Account out for now."
    ),
    "award_offered": N_(
        "We offer you a grant. It needs your name and your account. Say first that you do not want"
        " it, or leave Identity and Account out for now."
    ),
    "accounting_law": N_(
        "The law says that we keep the agreement that you signed, with your name and account, until"
        " then."
    ),
    "money_under_way": N_(
        "We keep the agreement that you signed, with your name and account: money is under way."
    ),
}
"""The same as those below, as the person themself is told."""

BLOCK_WORDS: Final = {
    "application_open": N_(
        "An application of this person is not decided. Identity and account cannot be erased"
        " before it is decided or withdrawn."
    ),
    "award_offered": N_(
        "A grant is offered to this person. Identity and account cannot be erased before it is"
        " signed or declined."
    ),
}
