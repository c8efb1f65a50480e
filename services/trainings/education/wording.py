"""What education outcomes are called.

>>> OUTCOME_WORDS["primary_completed"]
'Primary school completed'
"""

from __future__ import annotations

from typing import Final

from shared.files.kinds import JPEG, PDF, PNG, WEBP, XLSX
from shared.language.marking import N_

OUTCOME_WORDS: Final = {
    "class_completed": N_("Class or cycle of primary school completed"),
    "primary_completed": N_("Primary school completed"),
    "vocational_certificate": N_("Certificate of a vocational course"),
    "secondary_diploma": N_("Diploma of a secondary school"),
    "employment_service_qualification": N_("Qualification of the employment service"),
}

FILE_WORDS: Final = {
    PDF: N_("PDF file"),
    JPEG: N_("Photo"),
    PNG: N_("Picture"),
    WEBP: N_("Picture"),
    XLSX: N_("Sheet"),
}
"""Kind of a document → what it is called."""
