"""What is read about people: lists by folded name, one registration, likely duplicates in pairs.

    listed(connection, reach, search="djordjevic", after=None, limit=51)

A page of the list ends at a registration's id and not at a name, since cursors stand in addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, literal, select, tuple_

from services.trainings.foreign import STAFF
from services.trainings.people.finding import BY_NAME, PEOPLE_REACHED
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_events import Corrected, Registered
from services.trainings.people.searching import Place, found
from services.trainings.reach import Reach
from services.trainings.tables import CONSENTS, REGISTRATIONS
from shared.events.store import Store
from shared.privacy.sealing import open_text
from shared.question import Question

LISTED_MAX: Final = 10_000
"""People of a list up to which it says how many there are."""
_DIRECT_MAX: Final = 200
_DIRECT, _LISTED = 0, -1

SHARING: Final = "sharing_between_programmes"


@dataclass(frozen=True)
class NumberSearch:
    """A national number's keyed hash, and where the asker may search by it."""

    index: str
    reach: Reach


@dataclass(frozen=True, kw_only=True)
class Direct:
    """What a search may be besides a name: a whole reference, or a keyed hash of something."""

    reference: str
    phones: frozenset[str] = frozenset()
    email: str | None = None
    number: NumberSearch | None = None


class Listed(NamedTuple):
    """Somebody of a list. ``similar``: found by a name that is spelled otherwise."""

    row: Row[Any]
    similar: bool
    place: Place


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A page of people, one more than was asked for when there are more.

    exact: how many are found as it was typed; at_least: so many or more.
    """

    rows: list[Listed]
    exact: int
    at_least: bool = False


def people(connection: Connection, reach: Reach, *, search: str, limit: int) -> list[Row[Any]]:
    """The first registrations that are found by a name, in any script and with a typo a word."""
    listing = listed(connection, reach, search=search, limit=limit)
    return [one.row for one in listing.rows]


def listed(
    connection: Connection,
    reach: Reach,
    *,
    search: str = "",
    reference: str = "",
    direct: Direct | None = None,
    state: str = "",
    after: Place | None = None,
    limit: int,
) -> Listing:
    """Registrations by name, or those found, from behind a place.

    search: words of a name; reference: a whole reference and nothing else; direct: what else the
    search may be. Who is found directly is given alone.
    """
    if direct is not None and (after is None or after.part == _DIRECT):
        rows = _found_directly(connection, reach, direct, state=state)
        if rows:
            places = [Place(_DIRECT, 0, row.registration_id) for row in rows]
            start = places.index(after) + 1 if after in places else 0
            items = [Listed(*one) for one in zip(rows, [False] * len(rows), places, strict=True)]
            page = items[start : start + limit]
            return Listing(rows=page, exact=len(rows), at_least=len(rows) >= _DIRECT_MAX)
        if not search:
            return Listing(rows=[], exact=0)
    if search:
        return _by_words(connection, reach, search, state=state, after=after, limit=limit)
    conditions = [reach.registrations()]
    if reference:
        conditions.append(REGISTRATIONS.c.reference == reference)
    if state:
        conditions.append(REGISTRATIONS.c.state == state)
    some = select(literal(1)).where(*conditions).limit(LISTED_MAX).subquery()
    count = connection.execute(select(func.count()).select_from(some)).scalar_one()
    query = select(REGISTRATIONS).where(*conditions)
    if after is not None:
        last = select(BY_NAME).where(REGISTRATIONS.c.registration_id == after.registration_id)
        name = connection.execute(last).scalar() or ""
        behind = tuple_(BY_NAME, REGISTRATIONS.c.registration_id) > (name, after.registration_id)
        query = query.where(behind)
    query = query.order_by(BY_NAME, REGISTRATIONS.c.registration_id).limit(limit)
    items = [
        Listed(row, False, Place(_LISTED, 0, row.registration_id))
        for row in connection.execute(query)
    ]
    return Listing(rows=items, exact=count, at_least=count >= LISTED_MAX)


def _by_words(
    connection: Connection,
    reach: Reach,
    search: str,
    *,
    state: str,
    after: Place | None,
    limit: int,
) -> Listing:
    page = found(connection, reach, search, state=state, after=after, limit=limit)
    rows = _rows(connection, [hit.registration_id for hit in page.hits])
    items = [
        Listed(rows[hit.registration_id], hit.similar, hit.place)
        for hit in page.hits
        if hit.registration_id in rows
    ]
    return Listing(rows=items, exact=page.exact, at_least=page.at_least)


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.registration_id.in_(ids))
    return {row.registration_id: row for row in connection.execute(query)}


def _found_directly(
    connection: Connection, reach: Reach, direct: Direct, *, state: str
) -> list[Row[Any]]:
    """Whose reference, phone, e-mail address or national number it is, by name."""
    number = direct.number
    r, reached = REGISTRATIONS.c, PEOPLE_REACHED.c
    questions = [
        select(r.registration_id).where(r.reference == direct.reference, reach.registrations())
    ]
    if direct.phones:
        phones = sorted(direct.phones)
        questions.append(select(reached.registration_id).where(reached.phone_index.in_(phones)))
    if direct.email:
        questions.append(select(reached.registration_id).where(reached.email_index == direct.email))
    if number is not None:
        by_number = r.number_index == number.index
        questions.append(select(r.registration_id).where(by_number, number.reach.registrations()))
    ids = {
        one
        for question in questions
        for one in connection.execute(question.limit(_DIRECT_MAX)).scalars()
    }
    if not ids:
        return []
    query = select(REGISTRATIONS).where(r.registration_id.in_(ids), reach.registrations())
    if state:
        query = query.where(r.state == state)
    query = query.order_by(BY_NAME, r.registration_id).limit(_DIRECT_MAX)
    return list(connection.execute(query).all())


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


def holder_of_number(connection: Connection, programme: str, index: str) -> tuple[str, str] | None:
    """The first registration with the number of this keyed hash, and its person."""
    query = select(REGISTRATIONS.c.registration_id, REGISTRATIONS.c.person_id).where(
        REGISTRATIONS.c.programme == programme, REGISTRATIONS.c.number_index == index
    )
    row = connection.execute(query.order_by(REGISTRATIONS.c.registration_id).limit(1)).first()
    return None if row is None else (row.registration_id, row.person_id)


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
