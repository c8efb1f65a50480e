"""What the terms and events of households are called.

>>> JOIN_WORDS["married"]
'Married into it'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

JOIN_WORDS: Final = {
    "formed": N_("Lives there since it was written down"),
    "moved_in": N_("Moved in"),
    "married": N_("Married into it"),
    "born": N_("Was born into it"),
    "returned": N_("Came back"),
    "other": N_("For another reason"),
}

LEAVE_WORDS: Final = {
    "moved_out": N_("Moved out"),
    "married": N_("Married into another one"),
    "separated": N_("Separated"),
    "died": N_("Died"),
    "mistake": N_("Was written here by mistake"),
    "other": N_("For another reason"),
}

EVENT_SENTENCES: Final = {
    "HouseholdFormed": N_("The household was written down."),
    "MemberJoined": N_("{name} joined: {because}."),
    "MemberLeft": N_("{name} left: {because}."),
    "AddressNoted": N_("The address was noted."),
    "HeadChosen": N_("{name} speaks for the household."),
    "NoHead": N_("Nobody in particular speaks for the household."),
}
"""Event → the sentence that a history shows."""

LABELS: Final = {
    "reference": N_("Reference"),
    "because": N_("Why"),
    "left_because": N_("Why"),
    "address": N_("Address"),
    "head": N_("Speaks for the household"),
    "registration_id": N_("Person"),
}
"""Field → the words beside it."""
