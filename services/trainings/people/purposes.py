"""For what a person may consent, each purpose apart, and what follows when a consent is taken back.

>>> PURPOSES["photos"].name
'Photos of the business'
>>> consented({"programme": True}, "ethnicity"), consented({"programme": True}, "photos")
(True, False)

Until somebody was asked about their origin apart, the consent to the programme is what their
declaration stands on, as it was when there was one consent only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from services.trainings.people.registration_events import Purpose
from shared.language.marking import N_


class Words(NamedTuple):
    """A purpose in words. ``follows``: what a withdrawal changes."""

    name: str
    agrees: str
    follows: str
    special: bool = False


PURPOSES: Final[dict[Purpose, Words]] = {
    "programme": Words(
        N_("Taking part in the programme"),
        N_("The person agrees that the programme holds their data to support them."),
        N_(
            "Nothing new is written without need. What law or an agreement does not keep may be "
            "erased; ask for that under Erasures."
        ),
    ),
    "ethnicity": Words(
        N_("Own origin"),
        N_("The person agrees that what they say of their origin is held."),
        N_(
            "What they said is shown and counted no more at once. An erasure of the special data "
            "is asked for, which a second person confirms; notes and excuses go with it."
        ),
        special=True,
    ),
    "photos": Words(
        N_("Photos of the business"),
        N_("The person agrees that visitors take photos and keep them with the visit."),
        N_("No more photos are taken. Those that are there may be erased; ask under Erasures."),
    ),
    "contact_by_sms": Words(
        N_("Text messages"),
        N_(
            "The person agrees to get text messages on their phone. Codes for signing in, which "
            "they ask for themself, come without this consent."
        ),
        N_(
            "No more text messages are sent, but for codes for signing in that the person asks for "
            "themself. Letters and calls remain."
        ),
    ),
    "sharing_between_programmes": Words(
        N_("Sharing with other programmes"),
        N_("The person agrees that other programmes here see that they take part in this one."),
        N_("Other programmes see this registration no more at once."),
    ),
    "publication": Words(
        N_("Publication"),
        N_("The person agrees that their story or photo is published."),
        N_("Nothing more is published. What was published outside must be taken down by people."),
    ),
}
"""Purpose → its words, in the order in which they are shown."""


def consented(consents: Mapping[str, bool], purpose: str) -> bool:
    """Whether somebody consents to a purpose; ``consents``: purpose → given (True) or withdrawn."""
    if purpose == "ethnicity" and purpose not in consents:
        return consents.get("programme", False)
    return consents.get(purpose, False)
