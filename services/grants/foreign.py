"""What grants reads of trainings: who people are, their certificates, what they finished.

    certificates_of(connection, person_id)

One projection over trainings' log. Applications, awards and reports join these tables when they
are asked; nothing here is a copy that somebody edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    select,
)

from services.grants.tables import VIEWS
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.privacy.erasing import personal

JMBG_PURPOSE: Final = "grants jmbg"

REGISTRATIONS: Final = Table(
    "registrations",
    VIEWS,
    Column("registration_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("person_id", String(36), nullable=False, index=True),
    Column("full_name", Text, info=personal("identity")),
    Column("birth_date", Text, info=personal("identity")),
    Column("sex", String(20)),
    Column("country", String(2)),
    Column("municipality", Text),
    Column("phone", Text, info=personal("contact")),
    Column("jmbg_hash", String(64), info=personal("identity")),
    Column("confirmed", Boolean, nullable=False),
)

CERTIFICATES: Final = Table(
    "certificates",
    VIEWS,
    Column("certificate_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("number", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("country", String(2), nullable=False),
    Column("cohort_id", String(36)),
    Column("revoked_on", Date),
    Column("recognised_from", String(200)),
    Index("certificates_registration", "registration_id"),
)
"""``recognised_from``: who issued one from elsewhere, which has no number of ours: ``number`` is
empty. None for our own. A withdrawn recognition is as a revoked certificate."""

OUTCOMES: Final = Table(
    "education_outcomes",
    VIEWS,
    Column("outcome_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False, index=True),
    Column("outcome", String(60), nullable=False),
    Column("completed_on", Date, nullable=False),
)


@reads("trainings.registration.registered.v1", seals_for="registration_id")
class Registered(Foreign, frozen=True, kw_only=True):
    """Somebody was registered."""

    registration_id: str
    person_id: str
    full_name: Personal.identity
    birth_date: Personal.identity
    sex: str
    country: str
    municipality: str
    jmbg: Personal.identity | None
    phone: Personal.contact | None


@reads("trainings.registration.confirmed.v1")
class Confirmed(Foreign, frozen=True, kw_only=True):
    """A second person saw who it is."""

    registration_id: str


@reads("trainings.registration.corrected.v1", seals_for="registration_id")
class Corrected(Foreign, frozen=True, kw_only=True):
    """The identity as it should have been written; to be confirmed again."""

    registration_id: str
    full_name: Personal.identity
    birth_date: Personal.identity
    sex: str
    jmbg: Personal.identity | None


@reads("trainings.registration.contact_changed.v1", seals_for="registration_id")
class ContactChanged(Foreign, frozen=True, kw_only=True):
    """Where the person lives from now on."""

    registration_id: str
    country: str
    municipality: str
    phone: Personal.contact | None


@reads("trainings.registration.moved_to_person.v1")
class MovedToPerson(Foreign, frozen=True, kw_only=True):
    """The registration belongs to another person from now on."""

    registration_id: str
    person_id: str


@reads("trainings.certificate.issued.v1")
class CertificateIssued(Foreign, frozen=True, kw_only=True):
    """A certificate stands."""

    certificate_id: str
    registration_id: str
    number: str
    kind: str
    issued_on: date
    country: str
    cohort_id: str | None = None


@reads("trainings.certificate.revoked.v1")
class CertificateRevoked(Foreign, frozen=True, kw_only=True):
    """It does not stand any more."""

    certificate_id: str
    revoked_on: date


@reads("trainings.recognition.recognised.v1")
class CertificateRecognised(Foreign, frozen=True, kw_only=True):
    """A certificate from elsewhere counts as one of its kind."""

    recognition_id: str
    registration_id: str
    issuer: str
    kind: str
    issued_on: date


@reads("trainings.recognition.withdrawn.v1")
class RecognitionWithdrawn(Foreign, frozen=True, kw_only=True):
    """It counts no more."""

    recognition_id: str
    withdrawn_on: date


@reads("trainings.outcome.recorded.v1")
class OutcomeRecorded(Foreign, frozen=True, kw_only=True):
    """The person finished something."""

    outcome_id: str
    registration_id: str
    outcome: str
    completed_on: date


@reads("trainings.outcome.withdrawn.v1")
class OutcomeWithdrawn(Foreign, frozen=True, kw_only=True):
    """It was recorded in error."""

    outcome_id: str


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of trainings."""
    match recorded.event:
        case Registered() | Confirmed() | Corrected() | ContactChanged() | MovedToPerson() as event:
            _person(at, recorded.programme, event)
        case CertificateIssued() as event:
            at.put(
                CERTIFICATES,
                {"certificate_id": event.certificate_id},
                programme=recorded.programme,
                registration_id=event.registration_id,
                number=event.number,
                kind=event.kind,
                issued_on=event.issued_on,
                country=event.country,
                cohort_id=event.cohort_id,
            )
        case CertificateRevoked() as event:
            key = {"certificate_id": event.certificate_id}
            at.change(CERTIFICATES, key, revoked_on=event.revoked_on)
        case CertificateRecognised() as event:
            at.put(
                CERTIFICATES,
                {"certificate_id": event.recognition_id},
                programme=recorded.programme,
                registration_id=event.registration_id,
                number="",
                kind=event.kind,
                issued_on=event.issued_on,
                country="",
                recognised_from=event.issuer,
            )
        case RecognitionWithdrawn() as event:
            key = {"certificate_id": event.recognition_id}
            at.change(CERTIFICATES, key, revoked_on=event.withdrawn_on)
        case OutcomeRecorded() as event:
            at.put(
                OUTCOMES,
                {"outcome_id": event.outcome_id},
                programme=recorded.programme,
                registration_id=event.registration_id,
                outcome=event.outcome,
                completed_on=event.completed_on,
            )
        case OutcomeWithdrawn() as event:
            at.remove(OUTCOMES, {"outcome_id": event.outcome_id})
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


def _person(
    at: Projecting,
    programme: str,
    event: Registered | Confirmed | Corrected | ContactChanged | MovedToPerson,
) -> None:
    values: dict[str, Any]
    match event:
        case Registered():
            at.make(
                REGISTRATIONS,
                {
                    "registration_id": event.registration_id,
                    "programme": programme,
                    "person_id": event.person_id,
                    "full_name": event.full_name,
                    "birth_date": event.birth_date,
                    "sex": event.sex,
                    "country": event.country,
                    "municipality": event.municipality,
                    "phone": event.phone,
                    "jmbg_hash": at.blind(JMBG_PURPOSE, at.text(event.jmbg)),
                    "confirmed": False,
                },
            )
            return
        case Confirmed():
            values = {"confirmed": True}
        case Corrected():
            values = {
                "full_name": event.full_name,
                "birth_date": event.birth_date,
                "sex": event.sex,
                "jmbg_hash": at.blind(JMBG_PURPOSE, at.text(event.jmbg)),
                "confirmed": False,
            }
        case ContactChanged():
            values = {
                "country": event.country,
                "municipality": event.municipality,
                "phone": event.phone,
            }
        case MovedToPerson():
            values = {"person_id": event.person_id}
    at.change(REGISTRATIONS, {"registration_id": event.registration_id}, **values)


PEOPLE: Final = Projection(
    "people_of_trainings",
    2,
    (REGISTRATIONS, CERTIFICATES, OUTCOMES),
    project,
    (
        Registered,
        Confirmed,
        Corrected,
        ContactChanged,
        MovedToPerson,
        CertificateIssued,
        CertificateRevoked,
        CertificateRecognised,
        RecognitionWithdrawn,
        OutcomeRecorded,
        OutcomeWithdrawn,
    ),
)


def registration(connection: Connection, registration_id: str) -> RowMapping | None:
    """The registration's row."""
    one = REGISTRATIONS.c.registration_id == registration_id
    return connection.execute(select(REGISTRATIONS).where(one)).mappings().first()


def registrations_of(connection: Connection, person_id: str) -> Sequence[RowMapping]:
    """Every registration of a person."""
    of = REGISTRATIONS.c.person_id == person_id
    return connection.execute(select(REGISTRATIONS).where(of)).mappings().all()


def certificates_of(connection: Connection, person_id: str) -> Sequence[RowMapping]:
    """Certificates of a person, under whichever registration, the oldest first.

    Those recognised from elsewhere are among them.
    """
    return (
        connection.execute(
            select(CERTIFICATES)
            .join(
                REGISTRATIONS,
                REGISTRATIONS.c.registration_id == CERTIFICATES.c.registration_id,
            )
            .where(REGISTRATIONS.c.person_id == person_id)
            .order_by(CERTIFICATES.c.issued_on, CERTIFICATES.c.certificate_id)
        )
        .mappings()
        .all()
    )
