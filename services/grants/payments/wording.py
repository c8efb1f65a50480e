"""What people call states and grounds of payments, batches and statement lines: msgids.

words, colour, shape = PAYMENT_TAGS["held"]
"""

from __future__ import annotations

from typing import Final

from services.grants.awards.wording import Tag
from shared.language.marking import N_

PAYMENT_TAGS: Final[dict[str, Tag]] = {
    "scheduled": (N_("To be prepared"), "grey", "circle"),
    "requested": (N_("Prepared"), "blue", "circle"),
    "authorised": (N_("Authorised"), "blue", "half"),
    "released": (N_("Released"), "blue", "dot"),
    "exported": (N_("With the bank"), "purple", "half"),
    "paid": (N_("Paid"), "teal", "check"),
    "reconciled": (N_("Paid and reconciled"), "teal", "check"),
    "held": (N_("Held"), "orange", "triangle"),
    "failed": (N_("Refused by the bank"), "orange", "triangle"),
    "returned": (N_("Came back"), "orange", "triangle"),
    "reversed": (N_("Match undone"), "ochre", "diamond"),
    "cancelled": (N_("Cancelled"), "grey", "cross"),
}
HOLD_GROUNDS: Final = {
    "account_changed": N_("The account was changed"),
    "award_suspended": N_("The award is suspended"),
    "under_review": N_("Somebody wants to look again"),
}
FAILURE_GROUNDS: Final = (
    ("account_closed", N_("The account is closed")),
    ("account_unknown", N_("The bank does not know the account")),
    ("account_blocked", N_("The account is blocked")),
    ("rejected_by_bank", N_("The bank refused it without saying why")),
    ("other", N_("Something else")),
)
BATCH_TAGS: Final[dict[str, Tag]] = {
    "prepared": (N_("Waits to be authorised"), "blue", "circle"),
    "authorised": (N_("Waits to be released"), "blue", "half"),
    "released": (N_("Waits to be exported"), "blue", "dot"),
    "exported": (N_("With the bank"), "teal", "check"),
    "dissolved": (N_("Given up"), "grey", "cross"),
}
LINE_TAGS: Final[dict[str, Tag]] = {
    "received": (N_("Taken in"), "grey", "circle"),
    "matched": (N_("Matched"), "teal", "check"),
    "unmatched": (N_("To be matched"), "orange", "triangle"),
    "dismissed": (N_("Dismissed"), "grey", "cross"),
}
LINE_KINDS: Final = {"debit": N_("Paid out"), "return": N_("Came back")}
OPEN_GROUNDS: Final = {
    "end_to_end_id_unknown": N_("Its text names no payment of ours"),
    "amount_differs": N_("The payment that it names has another amount"),
    "payment_state_forbids": N_("The payment that it names is in another state"),
    "match_undone": N_("Its match was undone"),
    "bank_fee": N_("A fee of the bank"),
    "other_payment": N_("A payment that is no grant"),
    "duplicate": N_("The bank wrote it twice"),
    "other": N_("Something else"),
}
DISMISS_GROUNDS: Final = tuple(
    (code, OPEN_GROUNDS[code]) for code in ("bank_fee", "other_payment", "duplicate", "other")
)
