"""What may be written in a certificate's stream; ``certificate.py`` decides when.

    Issued(certificate_id="x1", number="RS-2026-000123", full_name="Mira …", issued_on=…, …)
    DocumentKept(certificate_id="x1", version=1, duplicate=0, sha256="…")

Session dates, the day of issue and the time of recording are three different facts.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from services.trainings.courses.course import CourseKind
from shared.events.event import Event, Personal, event_type


@event_type("trainings.certificate.issued.v1", seals_for="registration_id")
class Issued(Event, frozen=True, kw_only=True):
    """Version 1. ``full_name`` is exactly as on the identity document; ``code`` verifies it.

    language: in which its document is written, a code of ``shared.language.languages``; empty for
    one from before, whose document is made in the language of its country.
    """

    certificate_id: str
    registration_id: str
    person_id: str
    number: str
    full_name: Personal.identity
    course_id: str
    course_title: str
    course_version: int
    kind: CourseKind
    minutes: int
    session_dates: tuple[date, ...]
    issued_on: date
    country: str
    place: str
    trainer: str
    issuer: str
    code: str
    cohort_id: str
    imported: bool = False
    language: str = ""


@event_type("trainings.certificate.superseded.v1", seals_for="registration_id")
class Superseded(Event, frozen=True, kw_only=True):
    """The same number with a corrected content: ``version`` takes the place of the one before."""

    certificate_id: str
    registration_id: str
    person_id: str
    number: str
    version: int
    full_name: Personal.identity
    course_title: str
    minutes: int
    session_dates: tuple[date, ...]
    place: str
    trainer: str
    code: str
    superseded_on: date
    reason: Personal.identity
    language: str = ""


@event_type("trainings.certificate.duplicate_issued.v1")
class DuplicateIssued(Event, frozen=True, kw_only=True):
    """A lost document replaced by one of its own, marked DUPLICATE; ``duplicate`` counts from 1."""

    certificate_id: str
    number: str
    version: int
    duplicate: int
    issued_on: date


@event_type("trainings.certificate.document_kept.v1")
class DocumentKept(Event, frozen=True, kw_only=True):
    """The bytes that are handed out, by the hash of their sealed form; duplicate 0: original.

    size: of the document in bytes. renderer, template: what made it, such as typst-0.15.0 and 1.
    """

    certificate_id: str
    version: int
    duplicate: int
    sha256: str
    size: int = 0
    renderer: str = ""
    template: str = ""


@event_type("trainings.certificate.revocation_proposed.v1", seals_for="registration_id")
class RevocationProposed(Event, frozen=True, kw_only=True):
    """Somebody holds that it must not stand; a second person decides."""

    certificate_id: str
    registration_id: str
    reason: Personal.identity
    proposed_by: str


@event_type("trainings.certificate.revocation_declined.v1")
class RevocationDeclined(Event, frozen=True, kw_only=True):
    """The second person lets it stand, or the first one took the proposal back."""

    certificate_id: str


@event_type("trainings.certificate.revoked.v1")
class Revoked(Event, frozen=True, kw_only=True):
    """It does not stand any more; the reason is in the proposal."""

    certificate_id: str
    registration_id: str
    person_id: str
    number: str
    kind: CourseKind
    revoked_on: date


CertificateEvent: TypeAlias = (
    Issued
    | Superseded
    | DuplicateIssued
    | DocumentKept
    | RevocationProposed
    | RevocationDeclined
    | Revoked
)
