"""Programmes with their partners, donors and budget lines, as lists show them.

    programme(connection, "P1")["history_open"]

One row a record; the stream's version is kept for the ETag.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    select,
)

from services.grants.programmes.programme import (
    PROGRAMME,
    Closed,
    CurrencyAdded,
    HistoryClosed,
    Opened,
    RegionsChanged,
    Renamed,
)
from services.grants.programmes.region import Region
from services.grants.tables import VIEWS, as_json, change, put
from shared.events.projection import Projecting, Projection, Recorded

PROGRAMMES: Final = Table(
    "programmes",
    VIEWS,
    Column("programme_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("currencies", Text, nullable=False),
    Column("history_open", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
)


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of a programme."""
    key = {"programme_id": recorded.identifier}
    version = recorded.version
    values: dict[str, Any]
    match recorded.event:
        case Opened() as event:
            put(
                at.connection,
                PROGRAMMES,
                key,
                programme=event.code,
                name=event.name,
                regions=as_json(event.regions),
                currencies=as_json(event.currencies),
                history_open=True,
                state="running",
                version=version,
            )
            return
        case Renamed() as event:
            values = {"name": event.name}
        case RegionsChanged() as event:
            values = {"regions": as_json(event.regions)}
        case CurrencyAdded() as event:
            row = at.connection.execute(
                select(PROGRAMMES.c.currencies).where(
                    PROGRAMMES.c.programme_id == recorded.identifier
                )
            ).scalar_one()
            known = msgspec.json.decode(row, type=list[str])
            values = {"currencies": as_json([*known, event.currency])}
        case HistoryClosed():
            values = {"history_open": False}
        case Closed():
            values = {"state": "ended"}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    change(at.connection, PROGRAMMES, key, **values, version=version)


PROGRAMME_LIST: Final = Projection("programmes", 1, (PROGRAMMES,), project, PROGRAMME.events)


def programme(connection: Connection, code: str) -> RowMapping | None:
    """The programme of a code."""
    one = PROGRAMMES.c.programme == code
    return connection.execute(select(PROGRAMMES).where(one)).mappings().first()


def programmes(
    connection: Connection, *, within: Collection[str], after: str | None = None, limit: int
) -> Sequence[RowMapping]:
    """Programmes by code; ``within``: the reader's, ``*`` for all."""
    query = select(PROGRAMMES).order_by(PROGRAMMES.c.programme).limit(limit)
    if "*" not in within:
        query = query.where(PROGRAMMES.c.programme.in_(sorted(within)))
    if after is not None:
        query = query.where(PROGRAMMES.c.programme > after)
    return connection.execute(query).mappings().all()


def regions(row: RowMapping) -> tuple[Region, ...]:
    """The regions of a programme's row."""
    return msgspec.json.decode(row["regions"], type=tuple[Region, ...])
