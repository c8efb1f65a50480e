"""The rows of certificates: what each says now, and whether it stands.

Issued(number="RS-2026-000123", …) -> a valid row;  Revoked(…) -> the row, revoked
"""

from __future__ import annotations

from typing import Any, Final, get_args

from services.trainings.certificates.certificate_events import (
    CertificateEvent,
    DocumentKept,
    DuplicateIssued,
    Issued,
    RevocationDeclined,
    RevocationProposed,
    Revoked,
    Superseded,
)
from services.trainings.tables import CERTIFICATES
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.folding import fold


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one certificate up to an event."""
    match recorded.event:
        case Issued() as event:
            _issued(at, recorded, event)
        case Superseded() as event:
            _change(
                at,
                recorded,
                certificate_version=event.version,
                duplicates=0,
                code=event.code,
                **_content(at, event),
            )
        case DuplicateIssued() as event:
            _change(at, recorded, duplicates=event.duplicate)
        case RevocationProposed() as event:
            _change(
                at,
                recorded,
                state="proposed",
                proposed_by=event.proposed_by,
                proposed_reason=event.reason,
            )
        case RevocationDeclined():
            _change(at, recorded, state="valid", proposed_by=None, proposed_reason=None)
        case Revoked() as event:
            _change(at, recorded, state="revoked", revoked_on=event.revoked_on)
        case DocumentKept():
            _change(at, recorded)


def _issued(at: Projecting, recorded: Recorded, event: Issued) -> None:
    at.make(
        CERTIFICATES,
        {
            "certificate_id": event.certificate_id,
            "programme": recorded.programme,
            "registration_id": event.registration_id,
            "cohort_id": event.cohort_id,
            "number": event.number,
            "course_version": event.course_version,
            "kind": event.kind,
            "issued_on": event.issued_on,
            "country": event.country,
            "issuer": event.issuer,
            "code": event.code,
            "certificate_version": 1,
            "duplicates": 0,
            "state": "valid",
            "imported": event.imported,
            "recorded_at": recorded.at,
            "version": recorded.version,
            **_content(at, event),
        },
    )


def _content(at: Projecting, event: Issued | Superseded) -> dict[str, Any]:
    name = at.text(event.full_name)
    return {
        "full_name": name,
        "name_folded": None if name is None else fold(name),
        "course_title": event.course_title,
        "minutes": event.minutes,
        "session_dates": "\n".join(day.isoformat() for day in event.session_dates),
        "place": event.place,
        "trainer": event.trainer,
    }


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"certificate_id": recorded.identifier}
    at.change(CERTIFICATES, key, version=recorded.version, **columns)


CERTIFICATE_RECORDS: Final = Projection(
    "certificates", 1, (CERTIFICATES,), project, get_args(CertificateEvent)
)
