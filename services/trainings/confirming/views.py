"""Who wrote what a second person confirms, so that nobody is offered their own work to confirm.

waiting(connection, reach, account="officer-2", limit=200)   ->  registrations of others
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    and_,
    exists,
    func,
    not_,
    select,
)

from services.trainings.people.registration_events import Corrected, Registered
from services.trainings.reach import Reach
from services.trainings.tables import METADATA, REGISTRATIONS
from shared.events.projection import Projecting, Projection, Recorded

AUTHORS: Final = Table(
    "registration_authors",
    METADATA,
    Column("registration_id", String(36), nullable=False),
    Column("account_id", String(80), nullable=False),
    PrimaryKeyConstraint("registration_id", "account_id"),
)
"""Which accounts registered or corrected somebody."""


def project(at: Projecting, recorded: Recorded) -> None:
    """Note who wrote an identity."""
    match recorded.event:
        case Registered(registered_by=str(by)):
            at.make(AUTHORS, {"registration_id": recorded.identifier, "account_id": by})
        case Corrected(corrected_by=by):
            key = {"registration_id": recorded.identifier, "account_id": by}
            if at.row(AUTHORS, key) is None:
                at.make(AUTHORS, key)


def waiting(
    connection: Connection, reach: Reach, *, account: str, limit: int
) -> Sequence[Row[Any]]:
    """Registrations that wait for a second person who may be this account, the oldest first."""
    query = select(REGISTRATIONS).where(_waiting(reach, account))
    order = (REGISTRATIONS.c.registered_at, REGISTRATIONS.c.registration_id)
    return connection.execute(query.order_by(*order).limit(limit)).all()


def counted(connection: Connection, reach: Reach, *, account: str) -> tuple[int, int]:
    """How many wait for this account, and how many that it wrote wait for others."""
    every = and_(reach.registrations(), REGISTRATIONS.c.state == "unconfirmed")
    whole = select(func.count()).select_from(REGISTRATIONS).where(every)
    others = select(func.count()).select_from(REGISTRATIONS).where(_waiting(reach, account))
    mine = connection.execute(others).scalar_one()
    return mine, connection.execute(whole).scalar_one() - mine


def chosen(
    connection: Connection, reach: Reach, registration_ids: Sequence[str]
) -> Sequence[Row[Any]]:
    """Those of these registrations that are in reach, in the order of the list."""
    query = select(REGISTRATIONS).where(
        REGISTRATIONS.c.registration_id.in_(registration_ids), reach.registrations()
    )
    order = (REGISTRATIONS.c.registered_at, REGISTRATIONS.c.registration_id)
    return connection.execute(query.order_by(*order)).all()


def _waiting(reach: Reach, account: str) -> ColumnElement[bool]:
    own = exists().where(
        AUTHORS.c.registration_id == REGISTRATIONS.c.registration_id,
        AUTHORS.c.account_id == account,
    )
    return and_(reach.registrations(), REGISTRATIONS.c.state == "unconfirmed", not_(own))


REGISTRATION_AUTHORS: Final = Projection(
    "registration_authors", 1, (AUTHORS,), project, (Registered, Corrected)
)
