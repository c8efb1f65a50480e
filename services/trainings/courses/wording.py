"""What kinds of courses are called.

>>> KIND_WORDS["business"]
'Business'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

KIND_WORDS: Final = {
    "business": N_("Business"),
    "primary": N_("Primary school"),
    "vocational": N_("Vocational"),
    "secondary": N_("Secondary school"),
    "employment_service": N_("Employment service"),
}
