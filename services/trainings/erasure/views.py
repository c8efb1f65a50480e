"""What is read about erasures: the list, one of them with its answers, those of a person.

erasures(connection, ["RS-2011"], state="asked", limit=51)
one(connection, erasure_id).number  ->  "E-2026-3F2A9C01"
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, get_args

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    and_,
    func,
    or_,
    select,
)

from services.trainings.erasure.erasure_events import (
    Cancelled,
    Completed,
    Confirmed,
    ErasureEvent,
    KeysDestroyed,
    Requested,
    ServiceCounted,
    ServicePurged,
)
from services.trainings.tables import METADATA
from shared.access.roles import EVERY_PROGRAMME
from shared.events.columns import MOMENT
from shared.events.projection import Projecting, Projection, Recorded

OPEN: Final = ("asked", "confirmed", "purging")

ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("erasure_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("ground", String(30), nullable=False),
    Column("classes", String(80), nullable=False),
    Column("registrations", Integer, nullable=False),
    Column("services", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("purged", Integer, nullable=False),
    Column("requested_by", String(80), nullable=False),
    Column("requested_at", MOMENT, nullable=False),
    Column("by_the_person", Boolean, nullable=False),
    Column("announced_on", Date),
    Column("confirmed_by", String(80)),
    Column("confirmed_at", MOMENT),
    Column("number", String(20)),
    Column("completed_on", Date),
    Column("version", Integer, nullable=False),
    Index("erasures_programme", "programme", "state"),
)
"""``state``: asked, confirmed, purging, completed or cancelled; ``classes`` one a line."""

CONCERNED: Final = Table(
    "erasure_registrations",
    METADATA,
    Column("erasure_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    PrimaryKeyConstraint("erasure_id", "registration_id"),
    Index("erasure_registrations_registration", "registration_id"),
)


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one erasure up to an event."""
    key = {"erasure_id": recorded.identifier}
    values: dict[str, Any] = {}
    match recorded.event:
        case Requested() as event:
            _requested(at, recorded, event)
            return
        case ServiceCounted():
            at.add(ERASURES, key, {"counted": 1}, version=recorded.version)
            return
        case ServicePurged():
            at.add(ERASURES, key, {"purged": 1}, version=recorded.version)
            return
        case Confirmed() as event:
            values = {
                "state": "confirmed",
                "confirmed_by": event.confirmed_by,
                "confirmed_at": recorded.at,
            }
        case Cancelled():
            values = {"state": "cancelled"}
        case KeysDestroyed():
            values = {"state": "purging"}
        case Completed() as event:
            values = {
                "state": "completed",
                "number": event.number,
                "completed_on": event.completed_on,
            }
    at.change(ERASURES, key, version=recorded.version, **values)


def _requested(at: Projecting, recorded: Recorded, event: Requested) -> None:
    at.make(
        ERASURES,
        {
            "erasure_id": event.erasure_id,
            "programme": recorded.programme,
            "state": "asked",
            "ground": event.ground,
            "classes": "\n".join(event.classes),
            "registrations": len(event.registration_ids),
            "services": len(event.services),
            "counted": 0,
            "purged": 0,
            "requested_by": event.requested_by,
            "requested_at": recorded.at,
            "by_the_person": event.by_the_person,
            "announced_on": event.announced_on,
            "version": recorded.version,
        },
    )
    at.make(
        CONCERNED,
        *(
            {"erasure_id": event.erasure_id, "registration_id": one}
            for one in event.registration_ids
        ),
    )


ERASURE_LIST: Final = Projection(
    "erasures", 1, (ERASURES, CONCERNED), project, get_args(ErasureEvent)
)


# Queries


def erasures(
    connection: Connection,
    programmes: Collection[str],
    *,
    state: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Erasures, the newest first. ``programmes``: codes, ``*`` among them for all."""
    query = select(ERASURES).where(_in(programmes))
    if state:
        query = query.where(ERASURES.c.state == state)
    if after is not None:
        moment, last = after
        query = query.where(
            or_(
                ERASURES.c.requested_at < moment,
                and_(ERASURES.c.requested_at == moment, ERASURES.c.erasure_id < last),
            )
        )
    query = query.order_by(ERASURES.c.requested_at.desc(), ERASURES.c.erasure_id.desc())
    return connection.execute(query.limit(limit)).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row.requested_at.isoformat(), row.erasure_id


def waiting(connection: Connection, programmes: Collection[str]) -> int:
    """How many wait for a second person."""
    query = select(func.count()).where(_in(programmes), ERASURES.c.state == "asked")
    return connection.execute(query).scalar_one()


def one(connection: Connection, erasure_id: str) -> Row[Any] | None:
    """The erasure, or None."""
    return connection.execute(select(ERASURES).where(ERASURES.c.erasure_id == erasure_id)).first()


def of_registrations(
    connection: Connection, registration_ids: Collection[str]
) -> Sequence[Row[Any]]:
    """The erasures that concern one of these registrations, the newest first."""
    ids = select(CONCERNED.c.erasure_id).where(
        CONCERNED.c.registration_id.in_(sorted(registration_ids))
    )
    query = select(ERASURES).where(ERASURES.c.erasure_id.in_(ids))
    return connection.execute(query.order_by(ERASURES.c.requested_at.desc())).all()


def registrations(connection: Connection, erasure_id: str) -> list[str]:
    """Whose registrations it concerns."""
    query = select(CONCERNED.c.registration_id).where(CONCERNED.c.erasure_id == erasure_id)
    return list(connection.execute(query.order_by(CONCERNED.c.registration_id)).scalars())


def _in(programmes: Collection[str]) -> Any:
    if EVERY_PROGRAMME in programmes:
        return ERASURES.c.programme.is_not(None)
    return ERASURES.c.programme.in_(sorted(programmes))
