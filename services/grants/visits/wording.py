"""What a visit's states and findings are called, as msgids.

say(OUTCOMES["trading"])  ->  "The business works"
"""

from __future__ import annotations

from typing import Final

from services.grants.visits import visit_events as e
from shared.events.event import Event
from shared.language.marking import N_

STATUSES: Final[dict[str, tuple[str, str, str]]] = {
    "planned": (N_("To be made"), "grey", "circle"),
    "missed": (N_("Not made in time"), "orange", "triangle"),
    "conducted": (N_("Made, to be accepted"), "blue", "half"),
    "conflict": (N_("Versions disagree"), "orange", "triangle"),
    "accepted": (N_("Accepted"), "teal", "check"),
}
"""Status → words, colour and shape of its tag."""

BEFORE: Final = (N_("Made before this system"), "teal", "dot")
"""The tag of a visit that came with the programme's past: it was judged outside this system."""

OUTCOMES: Final[dict[str, str]] = {
    "trading": N_("The business works"),
    "not_trading": N_("The business does not work now"),
    "closed": N_("The business is closed"),
    "moved": N_("The person has moved away"),
    "refused": N_("The person refused the visit"),
    "died": N_("The person has died"),
}
INCOME_BANDS: Final[dict[str, str]] = {
    "none": N_("None"),
    "low": N_("Low"),
    "middle": N_("Middle"),
    "high": N_("High"),
}
HAPPENED: Final[dict[type[Event], str]] = {
    e.VisitPlanned: N_("The visit was planned"),
    e.VisitConducted: N_("The visit was recorded"),
    e.VisitVersionArrived: N_("Another version of it arrived"),
    e.VisitResolved: N_("One version was chosen: {reason}"),
    e.VisitAccepted: N_("The visit was accepted"),
    e.VisitCorrected: N_("What was found was corrected: {reason}"),
    e.VisitMissed: N_("The visit was not made in time"),
}
"""What an event says in the history beside a visit."""
