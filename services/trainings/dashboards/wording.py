"""What the figures of trainings are called.

>>> STAGE_WORDS["enrolled"]
'Enrolled'
"""

from __future__ import annotations

from typing import Final

from services.trainings.dashboards.counting import AGE_BANDS
from shared.language.marking import N_
from shared.web.language import say

STAGE_WORDS: Final = {
    "enrolled": N_("Enrolled"),
    "attended": N_("Attended"),
    "certified": N_("Certified"),
}
SEX_WORDS: Final = {"F": N_("Women"), "M": N_("Men")}


def band_words(first: str) -> str:
    """An age band by its first year: "18 to 24 years"."""
    for low, high in AGE_BANDS:
        if first == str(low):
            if low == 0:
                return say(N_("Under {age} years"), {"age": high + 1})
            if high == AGE_BANDS[-1][1]:
                return say(N_("{age} years and older"), {"age": low})
            return say(N_("{low} to {high} years"), {"low": low, "high": high})
    return say(N_("Age not known"))
