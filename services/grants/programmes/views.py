"""Programmes with their partners, donors and budget lines, as lists show them.

    programme(connection, "P1")["history_open"]
    budget_lines(connection, "P1", limit=50)

One row a record; the stream's version is kept for the ETag.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
)

from services.grants.programmes import budget_line as lines
from services.grants.programmes import donor as donor_events
from services.grants.programmes import partner as partner_events
from services.grants.programmes.budget_line import BUDGET_LINE
from services.grants.programmes.donor import DONOR
from services.grants.programmes.partner import PARTNER
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
from services.grants.tables import VIEWS, as_json
from shared.events.projection import Projecting, Projection, Recorded
from shared.money import Money

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


PARTNERS: Final = Table(
    "partners",
    VIEWS,
    Column("partner_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Index("partners_programme", "programme", "name", "partner_id"),
)

DONORS: Final = Table(
    "donors",
    VIEWS,
    Column("donor_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Index("donors_programme", "programme", "name", "donor_id"),
)
"""``state``: active or gone, as for partners; ``reason``: why it is gone."""

BUDGET_LINES: Final = Table(
    "budget_lines",
    VIEWS,
    Column("budget_line_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("donor_id", String(36), nullable=False),
    Column("code", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("budget_minor", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Index("budget_lines_programme", "programme", "code", "budget_line_id"),
)
"""``state``: open or closed; ``reason``: why it was last revised, or closed."""


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of a programme, of those who take part in it, or of a budget line."""
    kind = recorded.stream.partition("/")[0]
    if kind == PARTNER.kind:
        _project_partner(at, recorded)
    elif kind == DONOR.kind:
        _project_donor(at, recorded)
    elif kind == BUDGET_LINE.kind:
        _project_line(at, recorded)
    else:
        _project_programme(at, recorded)


def _project_programme(at: Projecting, recorded: Recorded) -> None:
    key = {"programme_id": recorded.identifier}
    version = recorded.version
    values: dict[str, Any]
    match recorded.event:
        case Opened() as event:
            at.put(
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
            row = at.row(PROGRAMMES, key)
            known = msgspec.json.decode(row["currencies"], type=list[str]) if row else []
            values = {"currencies": as_json([*known, event.currency])}
        case HistoryClosed():
            values = {"history_open": False}
        case Closed():
            values = {"state": "ended"}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.change(PROGRAMMES, key, **values, version=version)


def _project_partner(at: Projecting, recorded: Recorded) -> None:
    key = {"partner_id": recorded.identifier}
    values: dict[str, Any]
    match recorded.event:
        case partner_events.Joined() as event:
            values = {"name": event.name, "country": event.country, "state": "active"}
            values |= {"programme": recorded.programme}
        case partner_events.Renamed() as event:
            values = {"name": event.name}
        case partner_events.Left() as event:
            values = {"state": "gone", "reason": event.reason}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.put(PARTNERS, key, **values, version=recorded.version)


def _project_donor(at: Projecting, recorded: Recorded) -> None:
    key = {"donor_id": recorded.identifier}
    values: dict[str, Any]
    match recorded.event:
        case donor_events.Joined() as event:
            values = {"name": event.name, "country": event.country, "state": "active"}
            values |= {"programme": recorded.programme}
        case donor_events.Renamed() as event:
            values = {"name": event.name}
        case donor_events.Left() as event:
            values = {"state": "gone", "reason": event.reason}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.put(DONORS, key, **values, version=recorded.version)


def _project_line(at: Projecting, recorded: Recorded) -> None:
    key = {"budget_line_id": recorded.identifier}
    values: dict[str, Any]
    match recorded.event:
        case lines.Opened() as event:
            values = {
                "programme": recorded.programme,
                "donor_id": event.donor_id,
                "code": event.code,
                "name": event.name,
                "currency": event.budget.currency,
                "budget_minor": event.budget.minor,
                "state": "open",
            }
        case lines.Revised() as event:
            values = {"budget_minor": event.budget.minor, "reason": event.reason}
        case lines.Closed() as event:
            values = {"state": "closed", "reason": event.reason}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.put(BUDGET_LINES, key, **values, version=recorded.version)


PROGRAMME_LIST: Final = Projection(
    "programmes",
    2,
    (PROGRAMMES, PARTNERS, DONORS, BUDGET_LINES),
    project,
    (*PROGRAMME.events, *PARTNER.events, *DONOR.events, *BUDGET_LINE.events),
)


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


def currencies(row: RowMapping) -> tuple[str, ...]:
    """The currencies of a programme's row."""
    return msgspec.json.decode(row["currencies"], type=tuple[str, ...])


def partner(connection: Connection, partner_id: str) -> RowMapping | None:
    """The partner of an id."""
    one = PARTNERS.c.partner_id == partner_id
    return connection.execute(select(PARTNERS).where(one)).mappings().first()


def donor(connection: Connection, donor_id: str) -> RowMapping | None:
    """The donor of an id."""
    one = DONORS.c.donor_id == donor_id
    return connection.execute(select(DONORS).where(one)).mappings().first()


def budget_line(connection: Connection, budget_line_id: str) -> RowMapping | None:
    """The budget line of an id, with ``donor_name``."""
    one = BUDGET_LINES.c.budget_line_id == budget_line_id
    return connection.execute(_with_donors().where(one)).mappings().first()


def partners(
    connection: Connection, code: str, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[RowMapping]:
    """Partners of a programme by name. ``after``: (name, id) of the last one seen."""
    query = select(PARTNERS).where(PARTNERS.c.programme == code)
    return _listed(connection, query, PARTNERS.c.name, PARTNERS.c.partner_id, after, limit)


def donors(
    connection: Connection, code: str, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[RowMapping]:
    """Donors of a programme by name. ``after``: (name, id) of the last one seen."""
    query = select(DONORS).where(DONORS.c.programme == code)
    return _listed(connection, query, DONORS.c.name, DONORS.c.donor_id, after, limit)


def budget_lines(
    connection: Connection, code: str, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[RowMapping]:
    """Budget lines of a programme by code, with ``donor_name``. ``after``: (code, id)."""
    query = _with_donors().where(BUDGET_LINES.c.programme == code)
    column = BUDGET_LINES.c
    return _listed(connection, query, column.code, column.budget_line_id, after, limit)


def line_budget(row: RowMapping) -> Money:
    """What a budget line's row is worth."""
    return Money(row["budget_minor"], row["currency"])


def _with_donors() -> Any:
    named = DONORS.c.donor_id == BUDGET_LINES.c.donor_id
    return select(BUDGET_LINES, DONORS.c.name.label("donor_name")).join(DONORS, named, isouter=True)


def _listed(
    connection: Connection,
    query: Any,
    first: Column[Any],
    second: Column[Any],
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Rows in the order of two columns, beyond the pair of the last one seen."""
    if after is not None:
        later = and_(first == after[0], second > after[1])
        query = query.where(or_(first > after[0], later))
    rows: Sequence[RowMapping] = (
        connection.execute(query.order_by(first, second).limit(limit)).mappings().all()
    )
    return rows
