"""What states of referrals and reasons to drop out are called.

>>> STEP_WORDS["sent"]
'Sent'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

STEP_WORDS: Final = {
    "sent": N_("Sent"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined by the institution"),
    "enrolled": N_("Enrolled"),
    "progressing": N_("Progressing"),
    "completed": N_("Completed"),
    "dropped_out": N_("Dropped out"),
}
STEP_TAGS: Final = {
    "sent": ("grey", "circle"),
    "accepted": ("blue", "circle"),
    "declined": ("grey", "cross"),
    "enrolled": ("blue", "half"),
    "progressing": ("blue", "half"),
    "completed": ("teal", "check"),
    "dropped_out": ("orange", "cross"),
}
"""State → colour and shape beside the word."""

REASON_WORDS: Final = {
    "work": N_("Work"),
    "health": N_("Health"),
    "moved": N_("Moved away"),
    "family": N_("Family"),
    "transport": N_("Transport"),
    "cost": N_("Cost"),
    "other": N_("Something else"),
    "not_told": N_("Not told"),
}
STATE_FILTERS: Final = {
    "open": N_("Under way"),
    "waiting": N_("Waiting for news"),
    **STEP_WORDS,
}
