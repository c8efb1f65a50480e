"""How long something took, as people read it.

length_of(1440)  ->  "24 h"
length_of(90)    ->  "1 h 30 min"
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_
from shared.web.language import say

MINUTES_AN_HOUR: Final = 60


def length_of(minutes: int) -> str:
    """In the reader's language."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if not rest:
        return say(N_("{hours} h"), {"hours": hours})
    return say(N_("{hours} h {minutes} min"), {"hours": hours, "minutes": rest})
