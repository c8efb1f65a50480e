"""What is read about people: lists by folded name, one registration, likely duplicates in pairs.

people(connection, reach, search="djordjevic", after=None, limit=51)

A page of the list ends at a registration's id and not at a name, since cursors stand in addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, or_, select

from services.trainings.figures import held_apart, likely_duplicates
from services.trainings.foreign import STAFF
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_events import Corrected, Registered
from services.trainings.reach import Reach
from services.trainings.tables import CONSENTS, REGISTRATIONS
from shared.events.store import Store
from shared.language.folding import fold
from shared.privacy.sealing import open_text
from shared.question import Question

by_name = func.coalesce(REGISTRATIONS.c.name_folded, "")

SHARING: Final = "sharing_between_programmes"

Pair = tuple[Row[Any], Row[Any]]


@dataclass(frozen=True)
class NumberSearch:
    """A national number's keyed hash, and where the asker may search by it."""

    index: str
    reach: Reach


def people(
    connection: Connection,
    reach: Reach,
    *,
    search: str = "",
    reference: str = "",
    number: NumberSearch | None = None,
    state: str = "",
    after: str | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Registrations by name, from behind the registration ``after``.

    search: part of a name in any script, or a whole reference; number: or whose number this is.
    reference: a whole reference and nothing else.
    """
    query = select(REGISTRATIONS).where(
        _found(reach, search=search, reference=reference, number=number, state=state)
    )
    if after is not None:
        last = select(by_name).where(REGISTRATIONS.c.registration_id == after)
        name = connection.execute(last).scalar() or ""
        later = and_(by_name == name, REGISTRATIONS.c.registration_id > after)
        query = query.where(or_(by_name > name, later))
    query = query.order_by(by_name, REGISTRATIONS.c.registration_id).limit(limit)
    return connection.execute(query).all()


def count(
    connection: Connection,
    reach: Reach,
    *,
    search: str = "",
    reference: str = "",
    number: NumberSearch | None = None,
    state: str = "",
) -> int:
    """How many registrations the list has."""
    found = _found(reach, search=search, reference=reference, number=number, state=state)
    query = select(func.count()).select_from(REGISTRATIONS).where(found)
    return connection.execute(query).scalar_one()


def _found(
    reach: Reach, *, search: str, reference: str, number: NumberSearch | None, state: str
) -> ColumnElement[bool]:
    conditions = [reach.registrations()]
    either: list[ColumnElement[bool]] = []
    if search:
        name = REGISTRATIONS.c.name_folded.contains(fold(search) or search, autoescape=True)
        either += [REGISTRATIONS.c.reference == search, name]
    if number is not None:
        indexed = REGISTRATIONS.c.number_index == number.index
        either.append(and_(indexed, number.reach.registrations()))
    if either:
        conditions.append(or_(*either))
    if reference:
        conditions.append(REGISTRATIONS.c.reference == reference)
    if state:
        conditions.append(REGISTRATIONS.c.state == state)
    return and_(*conditions)


def registration(connection: Connection, reach: Reach, registration_id: str) -> Row[Any] | None:
    """One registration in reach."""
    return _one_in(reach).first(connection, registration_id=registration_id)


@lru_cache(maxsize=1_000)
def _one_in(reach: Reach) -> Question:
    query = select(REGISTRATIONS).where(
        REGISTRATIONS.c.registration_id == bindparam("registration_id")
    )
    return Question(query.where(reach.registrations()))


def record(connection: Connection, registration_id: str) -> Row[Any] | None:
    """One registration, for handlers that have asked whose it is."""
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.registration_id == registration_id)
    return connection.execute(query).first()


def by_reference(connection: Connection, programme: str, reference: str) -> Row[Any] | None:
    """The registration with a reference, for who is given it by the person."""
    query = select(REGISTRATIONS).where(
        REGISTRATIONS.c.programme == programme, REGISTRATIONS.c.reference == reference
    )
    return connection.execute(query).first()


def reference_exists(connection: Connection, programme: str, reference: str) -> bool:
    """Whether a registration has the reference."""
    return by_reference(connection, programme, reference) is not None


def registrations_of(connection: Connection, person_id: str) -> Sequence[Row[Any]]:
    """All registrations of a person, oldest first."""
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.person_id == person_id)
    return connection.execute(query.order_by(REGISTRATIONS.c.registration_id)).all()


def consents_of(connection: Connection, registration_id: str) -> dict[str, Row[Any]]:
    """Purpose → how it stands with it, of those that the person was asked about."""
    query = select(CONSENTS).where(CONSENTS.c.registration_id == registration_id)
    return {row.purpose: row for row in connection.execute(query)}


def shown_beside(connection: Connection, row: Row[Any], reach: Reach) -> list[Row[Any]]:
    """All registrations of a person that may be shown beside this one, itself included.

    Those of other programmes only where the person consents to their sharing.
    """
    found = []
    for one in registrations_of(connection, row.person_id):
        if registration(connection, reach, one.registration_id) is None:
            continue
        if one.programme != row.programme:
            sharing = consents_of(connection, one.registration_id).get(SHARING)
            if sharing is None or sharing.given_on is None:
                continue
        found.append(one)
    return found


def person_with_number(connection: Connection, programme: str, index: str) -> str | None:
    """The person whose registration has the number of this keyed hash."""
    query = select(REGISTRATIONS.c.person_id).where(
        REGISTRATIONS.c.programme == programme, REGISTRATIONS.c.number_index == index
    )
    return connection.execute(query.order_by(REGISTRATIONS.c.registration_id)).scalar()


def number_is_shared(connection: Connection, registration_id: str, index: str) -> bool:
    """Whether another registration of the same programme and person has the number too."""
    row = record(connection, registration_id)
    if row is None:
        return False
    query = select(REGISTRATIONS.c.registration_id).where(
        REGISTRATIONS.c.programme == row.programme,
        REGISTRATIONS.c.person_id == row.person_id,
        REGISTRATIONS.c.number_index == index,
        REGISTRATIONS.c.registration_id != registration_id,
    )
    return connection.execute(query).first() is not None


def open_pairs(connection: Connection, programme: str) -> list[Pair]:
    """Pairs of registrations that may be of one person and wait for somebody's decision.

    In the order of their ids, the smaller id first; see ``pair_key``.
    """
    groups = likely_duplicates(connection, programme)
    wanted = [registration_id for group in groups for registration_id, _ in group]
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.registration_id.in_(wanted))
    rows = {row.registration_id: row for row in connection.execute(query)}
    apart = held_apart(connection)
    pairs = []
    for group in groups:
        for place, (one, person) in enumerate(group):
            for other, other_person in group[place + 1 :]:
                if person != other_person and frozenset((one, other)) not in apart:
                    first, second = sorted((one, other))
                    pairs.append((rows[first], rows[second]))
    return sorted(pairs, key=pair_key)


def pair_key(pair: Pair) -> tuple[str, str]:
    """Where a pair stands in the list."""
    return pair[0].registration_id, pair[1].registration_id


def full_number(store: Store, connection: Connection, registration_id: str) -> str | None:
    """The national number as it was last written; None without one, or once it was erased."""
    written = None
    for recorded in store.history(connection, REGISTRATION.stream(registration_id)):
        if isinstance(recorded.event, Registered | Corrected):
            written = recorded.event.jmbg
    return open_text(store.keyring, written)


def staff_names(connection: Connection) -> dict[str, str]:
    """What staff are called, by account; an account without a name is missing."""
    rows = connection.execute(select(STAFF.c.account_id, STAFF.c.display_name))
    return {account: name for account, name in rows if name}
