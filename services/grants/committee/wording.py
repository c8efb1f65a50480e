"""The words for what the committee's pages show, as msgids that pages say.

>>> OUTCOMES["waitlisted"].words
'On the waiting list'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.language.marking import N_


@dataclass(frozen=True)
class Words:
    """A state as a tag shows it: word, colour and shape."""

    words: str
    colour: str
    shape: str


DECLARED: Final[dict[str, Words]] = {
    "no": Words(N_("Not declared yet"), "grey", "circle"),
    "clear": Words(N_("No conflict"), "teal", "check"),
    "recused": Words(N_("Stepped aside"), "ochre", "square"),
}

MEETING_STATES: Final[dict[str, Words]] = {
    "scoring": Words(N_("Scoring"), "blue", "circle"),
    "scoring_closed": Words(N_("Scoring closed"), "purple", "half"),
    "ranked": Words(N_("Ranked"), "ochre", "triangle"),
    "decided": Words(N_("Decided"), "teal", "check"),
    "cancelled": Words(N_("Cancelled"), "grey", "cross"),
}

OUTCOMES: Final[dict[str, Words]] = {
    "approved": Words(N_("Approved"), "teal", "check"),
    "waitlisted": Words(N_("On the waiting list"), "ochre", "diamond"),
    "rejected": Words(N_("Rejected"), "orange", "cross"),
}

WHY: Final[dict[str, str]] = {
    "approved": N_("Reached the threshold, and the money lasts."),
    "waitlisted": N_("Reached the threshold, but the money does not last; first in rank goes on."),
    "rejected": N_("Below the threshold of the call."),
}

VOTES: Final[dict[str, str]] = {
    "for": N_("For"),
    "against": N_("Against"),
    "abstained": N_("I abstain"),
}

DONE: Final[dict[str, str]] = {
    "assigned": N_("The members are assigned and will be told."),
    "clear": N_("Your declaration is on record. You may read the application now."),
    "recused": N_("Your conflict is on record. You take no part in this application."),
    "sheet": N_("Your score sheet is handed in and sealed."),
    "convened": N_("The committee is convened and will be told. You are the chair."),
    "attendance": N_("It is on record who is present."),
    "scoring": N_("Scoring is closed. Those who reviewed see all sheets now."),
    "ranking": N_("The ranking is on record."),
    "votes": N_("Your votes are on record."),
    "decision": N_("The decision is on record. Awards are offered to those approved."),
    "promoted": N_("The application is approved, and its award is offered."),
    "proposed": N_("Your proposal is on record. A second person of the committee must agree."),
    "chair": N_("You are the chair of this meeting now; that and your reason are on record."),
    "cancelled": N_("The meeting is cancelled. Another one about the call may be convened."),
    "reopened": N_("The meeting is open again. Members may hand in their sheets anew."),
}
"""What a page says after it was done."""
