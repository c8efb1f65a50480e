"""The rows of certificates from elsewhere.

Recognised(issuer="Regionalna škola", …) -> a row;  Withdrawn(…) -> the row, which counts no more
"""

from __future__ import annotations

from typing import Any, Final, get_args

from services.trainings.recognition.recognition import (
    Recognised,
    RecognitionEvent,
    WithdrawalDeclined,
    WithdrawalProposed,
    Withdrawn,
)
from services.trainings.recognition.tables import RECOGNITIONS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one up to an event."""
    match recorded.event:
        case Recognised() as event:
            at.make(
                RECOGNITIONS,
                {
                    "recognition_id": event.recognition_id,
                    "programme": recorded.programme,
                    "registration_id": event.registration_id,
                    "issuer": event.issuer,
                    "number": event.number,
                    "title": event.title,
                    "kind": event.kind,
                    "minutes": event.minutes,
                    "issued_on": event.issued_on,
                    "recognised_on": event.recognised_on,
                    "recognised_by": recorded.actor,
                    "recorded_at": recorded.at,
                    "sha256": event.sha256,
                    "size": event.size,
                    "media_type": event.media_type,
                    "state": "recognised",
                    "version": recorded.version,
                },
            )
        case WithdrawalProposed() as event:
            _change(
                at,
                recorded,
                state="proposed",
                proposed_by=event.proposed_by,
                proposed_reason=event.reason,
            )
        case WithdrawalDeclined():
            _change(at, recorded, state="recognised", proposed_by=None, proposed_reason=None)
        case Withdrawn() as event:
            _change(at, recorded, state="withdrawn", withdrawn_on=event.withdrawn_on)


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"recognition_id": recorded.identifier}
    at.change(RECOGNITIONS, key, version=recorded.version, **columns)


RECOGNITION_RECORDS: Final = Projection(
    "recognitions", 1, (RECOGNITIONS,), project, get_args(RecognitionEvent)
)
