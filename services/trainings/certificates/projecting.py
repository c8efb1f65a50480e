"""The rows of certificates: what each says now, what every version said, which bytes are kept.

Issued(number="RS-2026-000123", …) -> a valid row, its first version, a document that is to be made
Revoked(…) -> the row, revoked;  DocumentKept(sha256="…") -> the document with its bytes' hash
"""

from __future__ import annotations

from datetime import date
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
from services.trainings.certificates.languages import language_of
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from services.trainings.tables import CERTIFICATES
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.folding import fold


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one certificate up to an event."""
    match recorded.event:
        case Issued() as event:
            _issued(at, recorded, event)
        case Superseded() as event:
            _superseded(at, recorded, event)
        case DuplicateIssued() as event:
            _change(at, recorded, duplicates=event.duplicate)
            _document(at, recorded, event.version, event.duplicate, event.issued_on)
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
        case DocumentKept() as event:
            _change(at, recorded)
            _kept(at, recorded, event)


def _issued(at: Projecting, recorded: Recorded, event: Issued) -> None:
    content = _content(at, event)
    same = {
        "certificate_id": event.certificate_id,
        "programme": recorded.programme,
        "registration_id": event.registration_id,
        "number": event.number,
        "code": event.code,
        "course_version": event.course_version,
        "kind": event.kind,
        "issued_on": event.issued_on,
        "issuer": event.issuer,
        "recorded_at": recorded.at,
        "certificate_version": 1,
        **content,
    }
    at.make(
        CERTIFICATES,
        {
            **same,
            "cohort_id": event.cohort_id,
            "country": event.country,
            "duplicates": 0,
            "state": "valid",
            "imported": event.imported,
            "version": recorded.version,
        },
    )
    language = event.language or language_of(event.country)
    at.make(VERSIONS, {**same, "language": language, "made_on": event.issued_on})
    at.make(
        DOCUMENTS,
        {
            "certificate_id": event.certificate_id,
            "certificate_version": 1,
            "duplicate": 0,
            "registration_id": event.registration_id,
            "cohort_id": event.cohort_id,
            "issued_on": event.issued_on,
            "recorded_at": recorded.at,
            "imported": event.imported,
        },
    )


def _superseded(at: Projecting, recorded: Recorded, event: Superseded) -> None:
    content = _content(at, event)
    _change(
        at,
        recorded,
        certificate_version=event.version,
        duplicates=0,
        code=event.code,
        **content,
    )
    key = {"certificate_id": event.certificate_id}
    first = at.row(VERSIONS, {**key, "certificate_version": 1})
    if first is None:
        raise TypeError("a certificate that was corrected was never issued")
    version = {
        **first,
        **content,
        "certificate_version": event.version,
        "code": event.code,
        "language": event.language or first["language"],
        "made_on": event.superseded_on,
        "recorded_at": recorded.at,
    }
    at.make(VERSIONS, version)
    _document(at, recorded, event.version, 0, event.superseded_on)


def _document(
    at: Projecting, recorded: Recorded, version: int, duplicate: int, issued_on: date
) -> None:
    """A document that is to be made, of a certificate that is there."""
    row = at.row(CERTIFICATES, {"certificate_id": recorded.identifier})
    if row is None:
        raise TypeError("a document of a certificate that was never issued")
    document = {
        "certificate_id": recorded.identifier,
        "certificate_version": version,
        "duplicate": duplicate,
        "registration_id": row["registration_id"],
        "cohort_id": row["cohort_id"],
        "issued_on": issued_on,
        "recorded_at": recorded.at,
        "imported": False,
    }
    at.make(DOCUMENTS, document)


def _kept(at: Projecting, recorded: Recorded, event: DocumentKept) -> None:
    key = {
        "certificate_id": event.certificate_id,
        "certificate_version": event.version,
        "duplicate": event.duplicate,
    }
    at.change(
        DOCUMENTS,
        key,
        sha256=event.sha256,
        size=event.size,
        renderer=event.renderer,
        template=event.template,
        kept_at=recorded.at,
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
    "certificates",
    2,
    (CERTIFICATES, VERSIONS, DOCUMENTS),
    project,
    get_args(CertificateEvent),
)
