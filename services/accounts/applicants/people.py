"""Who the registered people are, as far as signing them in needs it, and what is theirs.

    found = registrations_by(connection, contact.index(keyring), now)   ->  rows, one a registration
    own_records(connection, account, now).registrations                 ->  frozenset({"0192…"})

Accounts follows trainings' registrations. Phones and birth dates stand here only as keyed hashes;
the name is what a page greets with, and the address where mail with a code goes. An applicant's
account belongs to a person, so that a registration which moves to another person becomes theirs.

Whoever writes down a number could write down their own. So a number, an address and a move count
only after ``WAITING``, or once somebody else confirmed the person: what staff change alone opens
nothing at once. What came with the history counts at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
)

from services.accounts.applicants.contact import BIRTH_PURPOSE, PHONE_PURPOSE
from services.accounts.indexes import email_index
from services.accounts.staff.account_events import Admitted
from services.accounts.tables import METADATA, Moment
from shared.access.own import TOO_MANY
from shared.access.reader import RoleGrant
from shared.access.roles import Role
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.language.folding import fold
from shared.phone_number import phone
from shared.privacy.erasing import personal

REGISTRATIONS_MAX: Final = 20
"""A token names every registration and must fit into a cookie."""

WAITING: Final = timedelta(hours=72)
"""How long what one member of staff wrote down opens nothing: its owner hears of it meanwhile."""

CHANNELS: Final = ("phone", "email")
CLAIMS: Final = (*CHANNELS, "moved")
"""What waits for time or for somebody else: a number, an address, a move to another person."""

PEOPLE: Final = Table(
    "known_registrations",
    METADATA,
    Column("registration_id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("name_folded", Text, info=personal("identity")),
    Column("birth_index", String(64), info=personal("identity")),
    Column("phone_index", String(64), info=personal("contact")),
    Column("email_index", String(64), info=personal("contact")),
    Column("email", Text, info=personal("contact")),
    *(Column(f"{name}_since", Moment) for name in CLAIMS),
    *(Column(f"{name}_by", String(80)) for name in CLAIMS),
    Index("known_registrations_person", "person_id"),
    Index("known_registrations_phone", "phone_index"),
    Index("known_registrations_email", "email_index"),
)
"""``…_since``, ``…_by``: when and by whom it was written down; None once it counts at once."""

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
    imported: bool = False


@reads("trainings.registration.confirmed.v1")
class Confirmed(Foreign, frozen=True, kw_only=True):
    """Another person than who registered them saw who it is."""

    registration_id: str


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
    from_person_id: str = ""


def project_people(at: Projecting, recorded: Recorded) -> None:
    """Keep one row a registration."""
    match recorded.event:
        case Registered() as event:
            contact = _contact(at, event)
            waits = () if event.imported else CHANNELS
            at.make(
                PEOPLE,
                {
                    "registration_id": event.registration_id,
                    "person_id": event.person_id,
                    "programme": recorded.programme,
                    **_identity(at, event),
                    **contact,
                    **_counts(CLAIMS),
                    **_waits(recorded, waits),
                },
            )
        case Corrected() as event:
            _change(at, event.registration_id, **_identity(at, event))
        case ContactChanged() as event:
            before = _row(at, event.registration_id)
            contact = _contact(at, event)
            changed = [name for name in CHANNELS if _differs(before, contact, f"{name}_index")]
            _change(at, event.registration_id, **contact, **_waits(recorded, changed))
        case MovedToPerson() as event:
            moved = _waits(recorded, ("moved",))
            _change(at, event.registration_id, person_id=event.person_id, **moved)
        case Confirmed() as event:
            before = _row(at, event.registration_id)
            others = [name for name in CLAIMS if before.get(f"{name}_by") != recorded.actor]
            _change(at, event.registration_id, **_counts(others))
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


def _row(at: Projecting, registration_id: str) -> Mapping[str, Any]:
    return at.row(PEOPLE, {"registration_id": registration_id}) or {}


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    return bool(before.get(name) != after[name])


def _waits(recorded: Recorded, names: Sequence[str]) -> dict[str, Any]:
    """These count later: whoever wrote them down is alone in saying so."""
    since = {f"{name}_since": recorded.at for name in names}
    return since | {f"{name}_by": recorded.actor for name in names}


def _counts(names: Sequence[str]) -> dict[str, Any]:
    """These count from now on."""
    return dict.fromkeys(f"{name}_{part}" for name in names for part in ("since", "by"))


def _change(at: Projecting, registration_id: str, **values: Any) -> None:
    if values:
        at.change(PEOPLE, {"registration_id": registration_id}, **values)


def _identity(at: Projecting, event: Registered | Corrected) -> dict[str, Any]:
    name = at.text(event.full_name)
    return {
        "full_name": name,
        # None as a purge leaves it, once the key is gone.
        "name_folded": fold(name) if name is not None else None,
        "birth_index": at.blind(BIRTH_PURPOSE, at.text(event.birth_date)),
    }


def _contact(at: Projecting, event: Registered | ContactChanged) -> dict[str, Any]:
    email = at.text(event.email)
    return {
        "phone_index": at.blind(PHONE_PURPOSE, phone(at.text(event.phone), event.country)),
        "email_index": email_index(at.keyring, email) if email else None,
        "email": email,
    }


def project_applicants(at: Projecting, recorded: Recorded) -> None:
    """Keep whose each applicant's account is."""
    if isinstance(event := recorded.event, Admitted):
        at.make(APPLICANTS, {"account_id": event.account_id, "person_id": event.person_id})


PROJECTIONS: Final = (
    Projection(
        "known_registrations",
        3,
        (PEOPLE,),
        project_people,
        (Registered, Confirmed, Corrected, ContactChanged, MovedToPerson),
    ),
    Projection("applicant_accounts", 1, (APPLICANTS,), project_applicants, (Admitted,)),
)


@dataclass(frozen=True)
class OwnRecords:
    """What is an account's own. ``name`` and ``roles``: an applicant's, who has no others."""

    name: str = ""
    registrations: frozenset[str] = frozenset()
    roles: tuple[RoleGrant, ...] = ()


def own_records(
    connection: Connection, account: Row[Any] | None, now: datetime | None = None
) -> OwnRecords:
    """The registrations of whoever has this account, and for an applicant name and roles.

    A member of staff is known as a participant by the very same e-mail address alone. It gives
    them no role: it only keeps them from certifying or deciding about themself. Where there are
    more than a token can name they are kept from deciding about anybody (``TOO_MANY``).

    now: for what waits to be an applicant's; without it nothing that waited is.
    """
    person: Select[Any]
    if account is None:
        return OwnRecords()
    if account.kind == "applicant":
        own = APPLICANTS.c.account_id == account.account_id
        person = select(APPLICANTS.c.person_id).where(own)
        theirs = and_(PEOPLE.c.person_id.in_(person), _counting("moved", now))
        order = PEOPLE.c.registration_id.desc()
    elif account.kind == "staff" and account.email_index is not None:
        same = PEOPLE.c.email_index == account.email_index
        person = select(PEOPLE.c.person_id).where(same)
        theirs = PEOPLE.c.person_id.in_(person)
        order = PEOPLE.c.registration_id.asc()
    else:
        return OwnRecords()
    rows = connection.execute(
        select(PEOPLE).where(theirs).order_by(order).limit(REGISTRATIONS_MAX + 1)
    ).all()
    registrations = frozenset(row.registration_id for row in rows[:REGISTRATIONS_MAX])
    if account.kind != "applicant":
        cut = len(rows) > REGISTRATIONS_MAX
        return OwnRecords(registrations=registrations | ({TOO_MANY} if cut else set()))
    name = next((row.full_name for row in rows if row.full_name), "")
    programmes = sorted({row.programme for row in rows[:REGISTRATIONS_MAX]})
    return OwnRecords(
        name, registrations, tuple(RoleGrant(Role.applicant, code) for code in programmes)
    )


def registrations_by(
    connection: Connection, index: str, now: datetime, *, birth_index: str | None = None
) -> Sequence[Row[Any]]:
    """The registrations that a phone or an e-mail address of this hash opens, the newest first.

    birth_index: only of those who were born on that day.
    """
    wanted = select(PEOPLE).where(_opened_by(index, now))
    if birth_index is not None:
        wanted = wanted.where(PEOPLE.c.birth_index == birth_index)
    newest = wanted.order_by(PEOPLE.c.registration_id.desc()).limit(REGISTRATIONS_MAX)
    return connection.execute(newest).all()


def is_shared(connection: Connection, index: str, now: datetime) -> bool:
    """Whether a phone or an e-mail address of this hash opens more than one person's records."""
    people = select(PEOPLE.c.person_id).where(_opened_by(index, now)).distinct().limit(2)
    return len(connection.execute(people).all()) > 1


def accounts_of(connection: Connection, people: Sequence[str]) -> list[str]:
    """The accounts of these people."""
    found = select(APPLICANTS.c.account_id).where(APPLICANTS.c.person_id.in_(people))
    return list(connection.execute(found.order_by(APPLICANTS.c.account_id)).scalars())


def _opened_by(index: str, now: datetime) -> ColumnElement[bool]:
    channels = (and_(PEOPLE.c[f"{name}_index"] == index, _counting(name, now)) for name in CHANNELS)
    return and_(or_(*channels), _counting("moved", now))


def _counting(name: str, now: datetime | None) -> ColumnElement[bool]:
    """Whether a claim counts by now: confirmed by somebody else, or old enough."""
    since = PEOPLE.c[f"{name}_since"]
    if now is None:
        return since.is_(None)
    return or_(since.is_(None), since <= now - WAITING)
