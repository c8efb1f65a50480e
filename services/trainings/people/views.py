"""What is read about people: lists by folded name, one registration, likely duplicates in pairs.

people(connection, reach, search="djordjevic", after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from services.trainings.figures import held_apart, likely_duplicates
from services.trainings.foreign import STAFF
from services.trainings.reach import Reach
from services.trainings.tables import REGISTRATIONS
from shared.language.folding import fold

NAME = func.coalesce(REGISTRATIONS.c.name_folded, "")


def people(
    connection: Connection,
    reach: Reach,
    *,
    search: str = "",
    number_index: str | None = None,
    state: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Registrations by name. ``search``: part of a name in any script, or a whole reference."""
    query = select(REGISTRATIONS).where(reach.registrations())
    if search:
        found = or_(
            REGISTRATIONS.c.reference == search,
            REGISTRATIONS.c.name_folded.contains(fold(search) or search, autoescape=True),
        )
        if number_index is not None:
            found = or_(found, REGISTRATIONS.c.number_index == number_index)
        query = query.where(found)
    if state:
        query = query.where(REGISTRATIONS.c.state == state)
    if after is not None:
        name, last = after
        query = query.where(
            or_(name < NAME, (name == NAME) & (REGISTRATIONS.c.registration_id > last))
        )
    query = query.order_by(NAME, REGISTRATIONS.c.registration_id).limit(limit)
    return connection.execute(query).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return (row.name_folded or "", row.registration_id)


def registration(connection: Connection, reach: Reach, registration_id: str) -> Row[Any] | None:
    """One registration in reach."""
    query = select(REGISTRATIONS).where(REGISTRATIONS.c.registration_id == registration_id)
    return connection.execute(query.where(reach.registrations())).first()


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


def person_with_number(connection: Connection, programme: str, index: str) -> str | None:
    """The person whose registration has the number of this keyed hash."""
    query = select(REGISTRATIONS.c.person_id).where(
        REGISTRATIONS.c.programme == programme, REGISTRATIONS.c.number_index == index
    )
    return connection.execute(query.order_by(REGISTRATIONS.c.registration_id)).scalar()


def open_pairs(connection: Connection, programme: str) -> list[tuple[Row[Any], Row[Any]]]:
    """Pairs of registrations that may be of one person and wait for somebody's decision."""
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
                    pairs.append((rows[one], rows[other]))
    return pairs


def staff_names(connection: Connection) -> dict[str, str]:
    """What staff are called, by account; an account without a name is missing."""
    rows = connection.execute(select(STAFF.c.account_id, STAFF.c.display_name))
    return {account: name for account, name in rows if name}
