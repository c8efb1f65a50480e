"""Words of imports' pages: stages, kinds, parts of the work.

>>> STAGE_WORDS["ready"][0]
'Looked through'
"""

from __future__ import annotations

from typing import Final

from services.trainings.imports.fields import KINDS
from services.trainings.imports.importing import CERTIFICATES
from shared.language.marking import N_

STAGE_WORDS: Final = {
    "sent": (N_("Sent"), "grey", "circle"),
    "chosen": (N_("Columns to be named"), "grey", "circle"),
    "judging": (N_("Being looked through"), "blue", "half"),
    "ready": (N_("Looked through"), "ochre", "triangle"),
    "entering": (N_("Being entered"), "blue", "half"),
    "entered": (N_("Entered"), "teal", "check"),
    "discarded": (N_("Discarded"), "grey", "cross"),
    "expired": (N_("Discarded after two weeks"), "grey", "cross"),
}
"""Stage → words, colour, shape."""

KIND_WORDS: Final = {
    **{name: kind.label for name, kind in KINDS.items()},
    CERTIFICATES: N_("Certificates from before"),
    "": N_("Not said yet"),
}

PHASE_WORDS: Final = {
    "waiting": N_("Waits for another import to end"),
    "holding": N_("Keeps what it needs from changing"),
    "checking": N_("Looks through all rows once more"),
    "entering": N_("Enters the rows"),
    "releasing": N_("Lets go what was kept from changing"),
    "": N_("Waits for another import to end"),
}

LABELS: Final = {
    "file": N_("Sheet"),
    "when": N_("What the rows are"),
    "programme": N_("Programme"),
    "kind": N_("What the sheet holds"),
    "part": N_("Tab"),
    "header_rows": N_("Rows of headers"),
    "day_order": N_("Days written with figures"),
    "country": N_("Country of rows that do not say it"),
}
