"""What roles are called, as msgids.

>>> ROLE_WORDS["committee_chair"]
'Committee chair'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

ROLE_WORDS: Final[dict[str, str]] = {
    "trainer": N_("Trainer"),
    "programme_officer": N_("Programme officer"),
    "committee_member": N_("Committee member"),
    "committee_chair": N_("Committee chair"),
    "finance_officer": N_("Finance officer"),
    "finance_controller": N_("Finance controller"),
    "field_officer": N_("Field officer"),
    "auditor": N_("Auditor"),
    "administrator": N_("Administrator"),
    "donor": N_("Donor"),
    "applicant": N_("Applicant"),
}
