"""What is read about households: one, those of a person, and the list.

members(connection, "h1", reach)   ->  rows of those in reach, whoever lives there now first

Where a member stands outside of the asker's reach, that there is one is told, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from services.trainings.households.projecting import HOUSEHOLD_MEMBERS, HOUSEHOLDS
from services.trainings.reach import Reach
from services.trainings.tables import REGISTRATIONS


def _in_reach(reach: Reach) -> ColumnElement[bool]:
    """Households in which somebody lives or lived whom the asker may see."""
    seen = (
        select(HOUSEHOLD_MEMBERS.c.household_id)
        .join(
            REGISTRATIONS,
            REGISTRATIONS.c.registration_id == HOUSEHOLD_MEMBERS.c.registration_id,
        )
        .where(reach.registrations())
    )
    return HOUSEHOLDS.c.household_id.in_(seen)


def household(connection: Connection, reach: Reach, household_id: str) -> Row[Any] | None:
    """One household in reach."""
    query = select(HOUSEHOLDS).where(HOUSEHOLDS.c.household_id == household_id, _in_reach(reach))
    return connection.execute(query).first()


def households(
    connection: Connection, reach: Reach, *, after: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Households by id, with how many live there now."""
    living = (
        select(func.count())
        .select_from(HOUSEHOLD_MEMBERS)
        .where(
            HOUSEHOLD_MEMBERS.c.household_id == HOUSEHOLDS.c.household_id,
            HOUSEHOLD_MEMBERS.c.left_on.is_(None),
        )
        .scalar_subquery()
    )
    query = select(HOUSEHOLDS, living.label("living")).where(_in_reach(reach))
    if after is not None:
        query = query.where(HOUSEHOLDS.c.household_id > after)
    return connection.execute(query.order_by(HOUSEHOLDS.c.household_id).limit(limit)).all()


def members(connection: Connection, reach: Reach, household_id: str) -> Sequence[Row[Any]]:
    """Who lives there, then who lived there, of those in reach."""
    m = HOUSEHOLD_MEMBERS.c
    query = (
        select(
            REGISTRATIONS,
            m.joined_on,
            m.left_on,
            m.joined_because,
            m.left_because,
            m.address,
        )
        .join(HOUSEHOLD_MEMBERS, m.registration_id == REGISTRATIONS.c.registration_id)
        .where(m.household_id == household_id, reach.registrations())
    )
    order = (m.left_on.is_not(None), m.joined_on, m.registration_id)
    return connection.execute(query.order_by(*order)).all()


def living(connection: Connection, household_id: str) -> Sequence[Row[Any]]:
    """Everybody who lives there now, for handlers that have asked whose it is."""
    query = select(HOUSEHOLD_MEMBERS).where(
        HOUSEHOLD_MEMBERS.c.household_id == household_id, HOUSEHOLD_MEMBERS.c.left_on.is_(None)
    )
    return connection.execute(query.order_by(HOUSEHOLD_MEMBERS.c.registration_id)).all()


def households_of(
    connection: Connection, registration_ids: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Id and reference of the households in which some registrations live now, each once."""
    query = (
        select(HOUSEHOLDS.c.household_id, HOUSEHOLDS.c.reference)
        .join(HOUSEHOLD_MEMBERS, HOUSEHOLD_MEMBERS.c.household_id == HOUSEHOLDS.c.household_id)
        .where(
            HOUSEHOLD_MEMBERS.c.registration_id.in_(sorted(registration_ids)),
            HOUSEHOLD_MEMBERS.c.left_on.is_(None),
        )
        .distinct()
        .order_by(HOUSEHOLDS.c.household_id)
    )
    return tuple((row.household_id, row.reference) for row in connection.execute(query))


def households_of_person(connection: Connection, person_id: str) -> tuple[tuple[str, str], ...]:
    """Id and reference of those in which any registration of a person lives now."""
    query = select(REGISTRATIONS.c.registration_id).where(REGISTRATIONS.c.person_id == person_id)
    return households_of(connection, tuple(connection.execute(query).scalars()))


def household_of(connection: Connection, registration_id: str) -> Row[Any] | None:
    """The household in which somebody lives now."""
    query = (
        select(HOUSEHOLDS, HOUSEHOLD_MEMBERS.c.joined_on)
        .join(HOUSEHOLD_MEMBERS, HOUSEHOLD_MEMBERS.c.household_id == HOUSEHOLDS.c.household_id)
        .where(
            HOUSEHOLD_MEMBERS.c.registration_id == registration_id,
            HOUSEHOLD_MEMBERS.c.left_on.is_(None),
        )
    )
    return connection.execute(query).first()
