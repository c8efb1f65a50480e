"""The permission under which the past is brought in, as every import command asks for it.

>>> require_open(history_open=True)
"""

from __future__ import annotations

from shared.errors import Refused
from shared.language.marking import N_


def require_open(*, history_open: bool) -> None:
    """Refused once a recorded act has closed the programme's history for good."""
    if not history_open:
        raise Refused(
            "history-closed", N_("The history of this programme is closed; nothing can be added.")
        )
