"""Who the registered people are, as far as signing them in needs it, and what is theirs.

    found = registrations_by(connection, contact.index(keyring))    ->  rows, one a registration
    own_records(connection, account).registrations                  ->  frozenset({"0192…"})

Accounts follows trainings' registrations. Phones, addresses and birth dates stand here only as
keyed hashes; the name is what a page greets with. An applicant's account belongs to a person, so
that a registration which moves to another person is theirs with the next token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, Row, Select, String, Table, Text, select

from services.accounts.applicants.contact import BIRTH_PURPOSE, PHONE_PURPOSE, phone
from services.accounts.indexes import email_index
from services.accounts.staff.account_events import Admitted
from services.accounts.tables import METADATA
from shared.access.reader import RoleGrant
from shared.access.roles import Role
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.privacy.erasing import personal

REGISTRATIONS_MAX: Final = 20
"""A token names every registration and must fit into a cookie."""

PEOPLE: Final = Table(
    "known_registrations",
    METADATA,
    Column("registration_id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("birth_index", String(64), info=personal("identity")),
    Column("phone_index", String(64), info=personal("contact")),
    Column("email_index", String(64), info=personal("contact")),
    Index("known_registrations_person", "person_id"),
    Index("known_registrations_phone", "phone_index"),
    Index("known_registrations_email", "email_index"),
)
APPLICANTS: Final = Table(
    "applicant_accounts",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Index("applicant_accounts_person", "person_id"),
)


@reads("trainings.registration.registered.v1", seals_for="registration_id")
class Registered(Foreign, frozen=True, kw_only=True):
    """Somebody was registered."""

    registration_id: str
    person_id: str
    full_name: Personal.identity
    birth_date: Personal.identity
    country: str
    phone: Personal.contact | None
    email: Personal.contact | None = None


@reads("trainings.registration.corrected.v1", seals_for="registration_id")
class Corrected(Foreign, frozen=True, kw_only=True):
    """The identity as it should have been written."""

    registration_id: str
    full_name: Personal.identity
    birth_date: Personal.identity


@reads("trainings.registration.contact_changed.v1", seals_for="registration_id")
class ContactChanged(Foreign, frozen=True, kw_only=True):
    """How to reach them from now on."""

    registration_id: str
    country: str
    phone: Personal.contact | None
    email: Personal.contact | None = None


@reads("trainings.registration.moved_to_person.v1")
class MovedToPerson(Foreign, frozen=True, kw_only=True):
    """The registration belongs to another person from now on."""

    registration_id: str
    person_id: str


def project_people(at: Projecting, recorded: Recorded) -> None:
    """Keep one row a registration."""
    match recorded.event:
        case Registered() as event:
            at.make(
                PEOPLE,
                {
                    "registration_id": event.registration_id,
                    "person_id": event.person_id,
                    "programme": recorded.programme,
                    **_identity(at, event),
                    **_contact(at, event),
                },
            )
        case Corrected() as event:
            _change(at, event.registration_id, **_identity(at, event))
        case ContactChanged() as event:
            _change(at, event.registration_id, **_contact(at, event))
        case MovedToPerson() as event:
            _change(at, event.registration_id, person_id=event.person_id)
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


def _change(at: Projecting, registration_id: str, **values: Any) -> None:
    at.change(PEOPLE, {"registration_id": registration_id}, **values)


def _identity(at: Projecting, event: Registered | Corrected) -> dict[str, Any]:
    return {
        "full_name": event.full_name,
        "birth_index": at.blind(BIRTH_PURPOSE, at.text(event.birth_date)),
    }


def _contact(at: Projecting, event: Registered | ContactChanged) -> dict[str, Any]:
    email = at.text(event.email)
    return {
        "phone_index": at.blind(PHONE_PURPOSE, phone(at.text(event.phone), event.country)),
        "email_index": email_index(at.keyring, email) if email else None,
    }


def project_applicants(at: Projecting, recorded: Recorded) -> None:
    """Keep whose each applicant's account is."""
    if isinstance(event := recorded.event, Admitted):
        at.make(APPLICANTS, {"account_id": event.account_id, "person_id": event.person_id})


PROJECTIONS: Final = (
    Projection(
        "known_registrations",
        1,
        (PEOPLE,),
        project_people,
        (Registered, Corrected, ContactChanged, MovedToPerson),
    ),
    Projection("applicant_accounts", 1, (APPLICANTS,), project_applicants, (Admitted,)),
)


@dataclass(frozen=True)
class OwnRecords:
    """What is an account's own. ``name`` and ``roles``: an applicant's, who has no others."""

    name: str = ""
    registrations: frozenset[str] = frozenset()
    roles: tuple[RoleGrant, ...] = ()


def own_records(connection: Connection, account: Row[Any] | None) -> OwnRecords:
    """The registrations of whoever has this account, and for an applicant name and roles.

    A member of staff is known as a participant by the very same e-mail address alone. It gives
    them no role: it only keeps them from certifying or deciding about themself.
    """
    person: Select[Any]
    if account is None:
        return OwnRecords()
    if account.kind == "applicant":
        own = APPLICANTS.c.account_id == account.account_id
        person = select(APPLICANTS.c.person_id).where(own)
    elif account.kind == "staff" and account.email_index is not None:
        same = PEOPLE.c.email_index == account.email_index
        person = select(PEOPLE.c.person_id).where(same)
    else:
        return OwnRecords()
    rows = connection.execute(
        select(PEOPLE)
        .where(PEOPLE.c.person_id.in_(person))
        .order_by(PEOPLE.c.registration_id.desc())
        .limit(REGISTRATIONS_MAX)
    ).all()
    registrations = frozenset(row.registration_id for row in rows)
    if account.kind != "applicant":
        return OwnRecords(registrations=registrations)
    name = next((row.full_name for row in rows if row.full_name), "")
    programmes = sorted({row.programme for row in rows})
    return OwnRecords(
        name, registrations, tuple(RoleGrant(Role.applicant, code) for code in programmes)
    )


def registrations_by(connection: Connection, index: str) -> Sequence[Row[Any]]:
    """The registrations with a phone or an e-mail address of this hash, the newest first."""
    return connection.execute(
        select(PEOPLE)
        .where((PEOPLE.c.phone_index == index) | (PEOPLE.c.email_index == index))
        .order_by(PEOPLE.c.registration_id.desc())
        .limit(REGISTRATIONS_MAX)
    ).all()
