"""What the forms of a consent are called.

>>> FORM_WORDS["paper"]
'On a signed paper'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

FORM_WORDS: Final = {
    "paper": N_("On a signed paper"),
    "spoken": N_("Spoken, noted by the officer"),
    "online": N_("On this site, by the person"),
}

LABELS: Final = {
    "purpose": N_("Purpose"),
    "given": N_("What the person says"),
    "form": N_("How they said so"),
}

ERASURE_FOLLOWS: Final = N_(
    "The withdrawal is noted. An erasure is asked for: a second person confirms it."
)
