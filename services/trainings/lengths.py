"""How long something took, as people read it.

length_of(1440)  ->  "24 h"
length_of(90)    ->  "1 h 30 min"
hours_of(90)     ->  "1.5"
"""

from __future__ import annotations

from decimal import Decimal

from services.trainings.cohorts.hours import MINUTES_AN_HOUR
from shared.language.formats import format_number
from shared.language.marking import N_
from shared.web.language import language, say


def length_of(minutes: int) -> str:
    """In the reader's language."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if not rest:
        return say(N_("{hours} h"), {"hours": hours})
    return say(N_("{hours} h {minutes} min"), {"hours": hours, "minutes": rest})


def hours_of(minutes: int) -> str:
    """Minutes as hours, as a reader writes numbers: 90 are 1.5."""
    decimals = 1 if minutes % MINUTES_AN_HOUR else 0
    return format_number(Decimal(minutes) / MINUTES_AN_HOUR, language(), decimals=decimals)
