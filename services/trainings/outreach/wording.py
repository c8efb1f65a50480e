"""What kinds of outreach and of institutions are called.

>>> KIND_WORDS["advocacy"]
'Advocacy'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

KIND_WORDS: Final = {
    "motivation": N_("Motivation of participants"),
    "advocacy": N_("Advocacy"),
    "awareness": N_("Awareness"),
}
PARTNER_WORDS: Final = {
    "ministry": N_("Ministry"),
    "school": N_("School"),
    "employment_service": N_("Employment service"),
    "roma_organisation": N_("Roma organisation"),
    "municipality": N_("Municipality"),
    "other": N_("Another institution"),
}
