"""A call's state and rules in words.

STATES["open"]          ("Takes applications", "blue", "half")
rules(terms)            [("Certificate needed", "Business training"), ...]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.grants.calls.form import points_text
from services.grants.calls.terms import Terms
from shared.language.marking import N_
from shared.web.language import say

STATES: Final[dict[str, tuple[str, str, str]]] = {
    "draft": (N_("Draft"), "grey", "circle"),
    "published": (N_("Published"), "blue", "circle"),
    "open": (N_("Open"), "blue", "half"),
    "closed": (N_("Closed"), "purple", "triangle"),
    "decided": (N_("Decided"), "teal", "check"),
    "archived": (N_("Archived"), "grey", "square"),
    "cancelled": (N_("Cancelled"), "orange", "cross"),
}
"""State → (word, colour, shape)."""

KINDS: Final = {
    "business": N_("Business training"),
    "primary": N_("Primary school"),
    "vocational": N_("Vocational training"),
    "secondary": N_("Secondary school"),
    "employment_service": N_("Course of the employment service"),
}
"""What the certificate that applicants need is of."""

EVENTS: Final = {
    "drafted": N_("The call was drafted"),
    "amended": N_("Title or terms were changed"),
    "published": N_("The call was published"),
    "opened": N_("The call opened and its terms froze"),
    "closed": N_("The call closed"),
    "decided": N_("The committee decided"),
    "archived": N_("The call was put away"),
    "cancelled": N_("The call was cancelled"),
}
"""What happened, by the event's name."""


def state_word(state: str) -> str:
    """The state's word in the reader's language."""
    return say(STATES[state][0])


def rules(terms: Terms) -> Sequence[tuple[str, str]]:
    """(what a rule is about, the rule in words)."""
    total = sum(criterion.points_max for criterion in terms.criteria)
    percents = ", ".join(f"{percent}%" for percent in terms.tranche_percents)
    where = (
        N_("Applicants must live in a municipality of this call.")
        if terms.residence_required
        else N_("Applicants may live anywhere.")
    )
    return [
        (say(N_("Certificate needed")), say(KINDS[terms.certificate_kind])),
        (say(N_("Residence")), say(where)),
        (say(N_("Earlier awards")), _cooldown(terms)),
        (
            say(N_("Threshold")),
            say(
                N_("{points} of {total} points, as the mean of the members' sheets."),
                {"points": points_text(terms.threshold_hundredths), "total": total},
            ),
        ),
        (
            say(N_("Equal scores")),
            say(N_("The criterion {criterion} decides."), {"criterion": terms.tie_break}),
        ),
        (
            say(N_("Quorum")),
            say(
                N_("{quorum} of {members} committee members must be present."),
                {"quorum": terms.quorum, "members": len(terms.member_ids)},
            ),
        ),
        (say(N_("Payment")), say(N_("In parts of {percents}."), {"percents": percents})),
        (say(N_("After the deadline")), _grace(terms)),
    ]


def _cooldown(terms: Terms) -> str:
    if not terms.cooldown_days:
        return say(N_("They do not matter."))
    return say(
        N_("Whoever got an award in the {days} days before cannot apply."),
        {"days": terms.cooldown_days},
    )


def _grace(terms: Terms) -> str:
    if not terms.grace_minutes:
        return say(N_("Nothing counts as in time."))
    return say(
        N_("Another {minutes} minutes still count as in time."), {"minutes": terms.grace_minutes}
    )
