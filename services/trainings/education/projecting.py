"""The rows of education outcomes; a withdrawn one stays and counts no more.

Recorded(outcome="primary_completed", …) -> one row
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.education.outcome import (
    DocumentAdded,
    DocumentRemoved,
    OutcomeEvent,
    Withdrawn,
)
from services.trainings.education.outcome import Recorded as OutcomeRecorded
from services.trainings.tables import OUTCOME_DOCUMENTS, OUTCOMES
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one outcome up to an event."""
    match recorded.event:
        case OutcomeRecorded() as event:
            at.put(
                OUTCOMES,
                {"outcome_id": event.outcome_id},
                programme=recorded.programme,
                registration_id=event.registration_id,
                outcome=event.outcome,
                completed_on=event.completed_on,
                institution=event.institution,
                evidence=event.evidence,
                withdrawn=False,
                imported=event.imported,
                version=recorded.version,
            )
        case Withdrawn() as event:
            key = {"outcome_id": event.outcome_id}
            at.change(OUTCOMES, key, withdrawn=True, version=recorded.version)
        case DocumentAdded() as event:
            at.put(
                OUTCOME_DOCUMENTS,
                {"outcome_id": event.outcome_id, "sha256": event.sha256},
                registration_id=event.registration_id,
                media_type=event.media_type,
                size=event.size,
                added_by=recorded.actor,
                added_at=recorded.at,
            )
            at.change(OUTCOMES, {"outcome_id": event.outcome_id}, version=recorded.version)
        case DocumentRemoved() as event:
            at.remove(OUTCOME_DOCUMENTS, {"outcome_id": event.outcome_id, "sha256": event.sha256})
            at.change(OUTCOMES, {"outcome_id": event.outcome_id}, version=recorded.version)


OUTCOME_RECORDS: Final = Projection(
    "outcomes", 2, (OUTCOMES, OUTCOME_DOCUMENTS), project, get_args(OutcomeEvent)
)
