"""What is said to an applicant about their application: one sentence, and what to do next.

>>> STATES["submitted"].says
'We have your application and are checking it.'

Plain words, fifteen in a sentence at most, as they would be said on the phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.language.marking import N_


@dataclass(frozen=True)
class OwnWords:
    """How it stands, what to do next (empty: nothing), and the tag beside it."""

    says: str
    next: str
    tag: tuple[str, str, str]
    pictogram: str = "document"


_WAIT: Final = (N_("We work on it"), "blue", "half")
_YOU: Final = (N_("You do the next step"), "ochre", "triangle")
_GOOD: Final = (N_("Good news"), "teal", "check")
_OVER: Final = (N_("Over"), "grey", "square")

STATES: Final[dict[str, OwnWords]] = {
    "received": OwnWords(
        N_("Your application came to us on paper. We are typing it in."), "", _WAIT
    ),
    "draft": OwnWords(
        N_("Your application is begun. It is not handed in yet."),
        N_("Come to us or call us, so that we finish it together in time."),
        _YOU,
    ),
    "submitted": OwnWords(N_("We have your application and are checking it."), "", _WAIT),
    "changes_requested": OwnWords(
        N_("Something is missing in your application."),
        N_("Bring us or tell us what is missing. Then we hand it in again."),
        _YOU,
    ),
    "ineligible": OwnWords(
        N_("Your application does not meet the rules."),
        N_("Do you think that this is wrong? Then call us."),
        _OVER,
        "no",
    ),
    "under_review": OwnWords(
        N_("The committee reads your application and decides."), "", _WAIT, "people"
    ),
    "ranked": OwnWords(
        N_("The committee has read your application and will decide soon."), "", _WAIT, "people"
    ),
    "approved": OwnWords(N_("You get a grant."), "", _GOOD, "yes"),
    "waitlisted": OwnWords(
        N_("Your application is good, but the money was not enough. You are on the waiting list."),
        N_("You need do nothing. We call you when money comes free."),
        _WAIT,
        "calendar",
    ),
    "rejected": OwnWords(
        N_("The committee did not approve your application."),
        N_("Do you think that this is wrong? Then call us."),
        _OVER,
        "no",
    ),
    "withdrawn": OwnWords(N_("You took your application back."), "", _OVER),
    "lapsed": OwnWords(
        N_("Your application was not handed in before the call closed."),
        N_("You can apply again in another call."),
        _OVER,
    ),
}
"""State of an application → what its applicant is told."""

AWARDS: Final[dict[str, OwnWords]] = {
    "offered": OwnWords(
        N_("You get a grant. It is yours once you sign the agreement."),
        N_("Come to us and sign the agreement."),
        _YOU,
        "yes",
    ),
    "accepted": OwnWords(
        N_("You signed the agreement. We prepare the first payment."), "", _GOOD, "money"
    ),
    "active": OwnWords(
        N_("Your grant is running."),
        N_("Keep every receipt and bring it to us."),
        _GOOD,
        "money",
    ),
    "suspended": OwnWords(
        N_("Payments of your grant are stopped for now."), N_("Call us about it."), _YOU, "question"
    ),
    "completed": OwnWords(N_("Your grant was paid whole."), "", _GOOD, "yes"),
    "closed": OwnWords(N_("Everything about your grant is done."), "", _OVER, "yes"),
    "declined": OwnWords(N_("You did not take the grant."), "", _OVER, "no"),
    "lapsed": OwnWords(
        N_("The agreement was not signed in time, so the grant is over."), "", _OVER, "no"
    ),
    "cancelled": OwnWords(N_("The grant was cancelled before anything was paid."), "", _OVER, "no"),
    "terminated": OwnWords(
        N_("The grant was ended early."), N_("Call us about what follows."), _YOU, "no"
    ),
}
"""State of an award → what its grantee is told."""

PAYMENTS: Final[dict[str, tuple[str, str, str]]] = {
    "scheduled": (N_("We prepare it"), "grey", "circle"),
    "requested": (N_("We prepare it"), "blue", "circle"),
    "authorised": (N_("We prepare it"), "blue", "half"),
    "released": (N_("It goes to the bank"), "blue", "dot"),
    "exported": (N_("The bank has it"), "purple", "half"),
    "paid": (N_("Paid"), "teal", "check"),
    "reconciled": (N_("Paid"), "teal", "check"),
    "held": (N_("It waits. Call us about it."), "orange", "triangle"),
    "failed": (N_("The bank did not take it. Call us."), "orange", "triangle"),
    "returned": (N_("The bank sent it back. Call us."), "orange", "triangle"),
    "reversed": (N_("We look at it again"), "ochre", "diamond"),
    "cancelled": (N_("Not paid"), "grey", "cross"),
}
"""State of a payment → its word, with the colour and the shape of its tag."""
