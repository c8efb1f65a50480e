"""Why data are held back, in words.

>>> HOLD_WORDS["complaint"]
'A complaint is being looked into'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

HOLD_WORDS: Final = {
    "complaint": N_("A complaint is being looked into"),
    "legal_claim": N_("They are needed for a claim at law"),
    "audit": N_("An audit is under way"),
    "request_of_the_person": N_("The person asks for it"),
}
