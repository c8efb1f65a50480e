"""What people call states, grounds and requirements of awards: msgids, never shown untranslated.

words, colour, shape = STATUS_TAGS["active"]
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

Tag = tuple[str, str, str]
"""(msgid, colour, shape) for ``ui.tag``."""

STATUS_TAGS: Final[dict[str, Tag]] = {
    "offered": (N_("Offered"), "blue", "circle"),
    "accepted": (N_("Signed"), "blue", "half"),
    "active": (N_("Active"), "teal", "half"),
    "suspended": (N_("Suspended"), "orange", "triangle"),
    "completed": (N_("Completed"), "teal", "check"),
    "closed": (N_("Closed"), "grey", "dot"),
    "declined": (N_("Declined"), "grey", "cross"),
    "lapsed": (N_("Lapsed"), "grey", "cross"),
    "cancelled": (N_("Cancelled"), "grey", "cross"),
    "terminated": (N_("Terminated"), "grey", "square"),
}
KINDS: Final = {"start": N_("Start-up"), "expand": N_("Expansion")}
REQUIREMENTS: Final = {"receipts": N_("Receipts"), "visit": N_("Visit")}
REQUIREMENT_TAGS: Final[dict[str, Tag]] = {
    "open": (N_("Open"), "grey", "circle"),
    "asked": (N_("Waiver asked for"), "ochre", "half"),
    "met": (N_("Done"), "teal", "check"),
    "waived": (N_("Waived"), "purple", "diamond"),
}
ACCOUNT_TAGS: Final[dict[str, Tag]] = {
    "missing": (N_("No account"), "orange", "triangle"),
    "agreed": (N_("As in the agreement"), "teal", "check"),
    "changed": (N_("Changed, not confirmed yet"), "orange", "triangle"),
    "confirmed": (N_("Changed and confirmed"), "teal", "check"),
}
DECLINE_GROUNDS: Final = (
    ("other_income", N_("Found other income")),
    ("other_grant", N_("Got another grant")),
    ("moved", N_("Moved away")),
    ("family", N_("For the family")),
    ("terms", N_("Does not agree to the terms")),
    ("not_stated", N_("Gave no reason")),
)
CANCELLATION_GROUNDS: Final = (
    ("not_eligible", N_("Turned out not to be eligible")),
    ("grantee_request", N_("The grantee asked for it")),
    ("not_started", N_("The business was not started")),
    ("other", N_("Something else")),
)
SUSPENSION_GROUNDS: Final = (
    ("receipts_late", N_("Receipts are late")),
    ("visit_refused", N_("A visit was refused")),
    ("under_review", N_("Something is looked into")),
    ("other", N_("Something else")),
)
TERMINATION_GROUNDS: Final = (
    ("misuse", N_("The money was misused")),
    ("not_started", N_("The business was not started")),
    ("grantee_request", N_("The grantee asked for it")),
    ("other", N_("Something else")),
)
