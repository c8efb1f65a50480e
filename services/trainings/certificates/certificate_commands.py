"""What may be asked of a certificate; ``certificate.py`` decides what follows.

    IssueDuplicate(by="officer-1", now=now, zone="Europe/Belgrade", certificate_id="x1")

``zone`` says which day it is where the certificate is issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.trainings.cohorts.qualification import Qualification
from services.trainings.courses.course import CourseKind


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a certificate carries."""

    by: str
    now: datetime
    certificate_id: str


@dataclass(frozen=True, kw_only=True)
class Draft(Act):
    """What a certificate is about; ``number`` was taken from the numbering in the same append.

    language: of its document, a code of ``languages.LANGUAGES``; empty: that of the country.
    """

    registration_id: str
    person_id: str
    number: str
    full_name: str
    course_id: str
    course_title: str
    course_version: int
    kind: CourseKind
    minutes: int
    session_dates: tuple[date, ...]
    country: str
    place: str
    trainer: str
    issuer: str
    code: str
    cohort_id: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueCertificate(Draft):
    """Issue today.

    trainers:           who runs the cohort; only they issue.
    own_registrations:  registrations of the person who acts; nobody certifies themself.
    identity_confirmed: whether a second person stands for the registration.
    """

    zone: str
    last_session_on: date
    trainers: tuple[str, ...]
    own_registrations: frozenset[str]
    identity_confirmed: bool
    qualification: Qualification


@dataclass(frozen=True, kw_only=True)
class ImportCertificate(Draft):
    """Bring a certificate from before, issued on its own day."""

    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Supersede(Act):
    """Correct what the certificate says, whole; the number stays, the code is a new one.

    language:       empty where the document stays in the language that it has.
    present_name:   the name in it now, None once it was erased.
    recorded_name:  the name in the person's record; name_confirmed: whether by a second person.
    minutes_max:    how long it may say the course was. held_on: the days of the cohort's sessions.
    """

    zone: str
    own_registrations: frozenset[str]
    full_name: str
    course_title: str
    minutes: int
    session_dates: tuple[date, ...]
    place: str
    trainer: str
    code: str
    reason: str
    present_name: str | None
    recorded_name: str | None
    name_confirmed: bool
    minutes_max: int
    held_on: tuple[date, ...]
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueDuplicate(Act):
    """Replace a lost document."""

    zone: str


@dataclass(frozen=True, kw_only=True)
class KeepDocument(Act):
    """Note the hash of the sealed bytes of a version (duplicate 0) or of a duplicate.

    size: of the document in bytes. renderer, template: what made it.
    """

    version: int
    duplicate: int
    sha256: str
    size: int = 0
    renderer: str = ""
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposeRevocation(Act):
    """Propose that it must not stand."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DeclineRevocation(Act):
    """Let it stand."""


@dataclass(frozen=True, kw_only=True)
class Revoke(Act):
    """Agree to the proposal, as the second person."""

    zone: str


CertificateCommand: TypeAlias = (
    IssueCertificate
    | ImportCertificate
    | Supersede
    | IssueDuplicate
    | KeepDocument
    | ProposeRevocation
    | DeclineRevocation
    | Revoke
)
