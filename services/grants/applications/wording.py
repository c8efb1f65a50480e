"""The words for an application's state, rules and history; as msgids, said by pages.

>>> STATES["submitted"].words
'To check'
>>> RULES["late"].failed
'It was handed in after the deadline.'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from services.grants.applications import application_events as e
from services.grants.applications.eligibility import Rule
from shared.events.event import Event
from shared.language.marking import N_


@dataclass(frozen=True)
class StateWords:
    """A state as a tag shows it: word, colour and shape."""

    words: str
    colour: str
    shape: str


@dataclass(frozen=True)
class RuleWords:
    """A rule: what it asks, and the sentence for either result."""

    asks: str
    passed: str
    failed: str


STATES: Final[dict[str, StateWords]] = {
    "received": StateWords(N_("On paper, to type in"), "ochre", "triangle"),
    "draft": StateWords(N_("Draft"), "grey", "circle"),
    "submitted": StateWords(N_("To check"), "blue", "triangle"),
    "changes_requested": StateWords(N_("To complete"), "ochre", "half"),
    "ineligible": StateWords(N_("Not eligible"), "orange", "cross"),
    "under_review": StateWords(N_("With the committee"), "purple", "half"),
    "ranked": StateWords(N_("Ranked"), "purple", "dot"),
    "approved": StateWords(N_("Approved"), "teal", "check"),
    "waitlisted": StateWords(N_("On the waiting list"), "ochre", "diamond"),
    "rejected": StateWords(N_("Rejected"), "orange", "cross"),
    "withdrawn": StateWords(N_("Withdrawn"), "grey", "square"),
    "lapsed": StateWords(N_("Lapsed"), "grey", "square"),
}

TITLES: Final[dict[str, str]] = {
    "received": N_("Application {number} came in on paper and is to be typed in"),
    "draft": N_("Application {number} is a draft"),
    "submitted": N_("Application {number} waits to be checked"),
    "changes_requested": N_("Application {number} is to be completed"),
    "ineligible": N_("Application {number} is not eligible"),
    "under_review": N_("Application {number} is with the committee"),
    "ranked": N_("Application {number} is ranked"),
    "approved": N_("Application {number} is approved"),
    "waitlisted": N_("Application {number} is on the waiting list"),
    "rejected": N_("Application {number} is rejected"),
    "withdrawn": N_("Application {number} is withdrawn"),
    "lapsed": N_("Application {number} has lapsed"),
}

DECLARED: Final[dict[str, StateWords]] = {
    "no": StateWords(N_("To declare"), "blue", "triangle"),
    "clear": StateWords(N_("No conflict"), "teal", "check"),
    "recused": StateWords(N_("You stepped aside"), "grey", "square"),
}
"""Whether a member declared a conflict, as ``committee.views.REVIEWERS`` has it."""

KINDS: Final = {
    "start": N_("To start a business"),
    "expand": N_("To expand a business"),
}

CHANNELS: Final = {
    "self_service": N_("By the applicant"),
    "assisted": N_("With the help of an officer"),
    "paper": N_("On paper"),
}

CERTIFICATES: Final = {
    "business": N_("Business training"),
    "primary": N_("Primary school"),
    "vocational": N_("Vocational course"),
    "secondary": N_("Secondary school"),
    "employment_service": N_("Employment service"),
}

RULES: Final[dict[Rule, RuleWords]] = {
    "late": RuleWords(
        N_("Handed in before the deadline"),
        N_("It was handed in before the deadline."),
        N_("It was handed in after the deadline."),
    ),
    "not_adult": RuleWords(
        N_("Applicant is an adult"),
        N_("The applicant was 18 or older on that day."),
        N_("The applicant was younger than 18 on that day, or the day of birth is not known."),
    ),
    "not_resident": RuleWords(
        N_("Lives where the call serves"),
        N_("The applicant lives in a place of the call, or the call does not ask for it."),
        N_("The applicant lives in no place of the call."),
    ),
    "no_certificate": RuleWords(
        N_("Has the certificate that is asked for"),
        N_("A certificate of the right kind was valid on that day."),
        N_("No certificate of the right kind was valid on that day."),
    ),
    "over_ceiling": RuleWords(
        N_("Asks for no more than one award may be"),
        N_("The amount is within the ceiling of the call."),
        N_("The amount is above the ceiling of the call."),
    ),
    "recent_award": RuleWords(
        N_("No award a short time before"),
        N_("The applicant had no award within the waiting time of the call."),
        N_("The applicant had an award within the waiting time of the call."),
    ),
    "second_application": RuleWords(
        N_("The only application of this person in the call"),
        N_("No other application of this person counts in this call."),
        N_("Another application of this person came first in this call."),
    ),
}

_SENTENCES: Final[dict[type[Event], str]] = {
    e.PaperReceived: N_("Came in on paper"),
    e.Drafted: N_("Begun"),
    e.Revised: N_("Written anew"),
    e.Submitted: N_("Handed in"),
    e.ChangesRequested: N_("Returned to be completed"),
    e.FoundEligible: N_("Found eligible"),
    e.FoundIneligible: N_("Found not eligible"),
    e.ReinstatementProposed: N_("Proposed to let it through all the same"),
    e.Reinstated: N_("Let through all the same, by two people"),
    e.Ranked: N_("Ranked by the committee"),
    e.Approved: N_("Approved"),
    e.Waitlisted: N_("Put on the waiting list"),
    e.Rejected: N_("Rejected"),
    e.Withdrawn: N_("Withdrawn"),
    e.Lapsed: N_("Lapsed: it was a draft when the call closed"),
}


def sentence(event: Event) -> str:
    """What an event of an application says, as a msgid."""
    if isinstance(event, e.Drafted | e.Submitted) and event.imported:
        return N_("Brought from before this system")
    if isinstance(event, e.Approved) and event.promoted:
        return N_("Approved from the waiting list")
    return _SENTENCES[type(event)]


def note(event: Event) -> Any:
    """The sealed or plain text that belongs to an event, or None."""
    match event:
        case e.ChangesRequested():
            return event.note
        case e.ReinstatementProposed():
            return event.reason
        case _:
            return None
