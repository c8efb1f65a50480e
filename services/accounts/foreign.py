"""What accounts reads of other services: which programmes there are, to grant roles in them.

programmes(connection)  ->  [Row(code="RS-2011", name="…"), …]
check_scope(connection, "RS-2011", "Topola")        # raises Invalid for a place that is not in it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Connection, Row, String, Table, Text, select

from services.accounts.tables import METADATA
from shared.errors import Invalid
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.language.marking import N_

PROGRAMMES_MAX: Final = 200

PROGRAMMES: Final = Table(
    "known_programmes",
    METADATA,
    Column("programme_id", String(36), primary_key=True),
    Column("code", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("places", Text, nullable=False),
)
"""``places``: the countries and municipalities that it works in, one a line."""


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A country and the municipalities in it."""

    country: str
    municipalities: tuple[str, ...] = ()


@reads("grants.programme.opened.v1")
class ProgrammeOpened(Foreign, frozen=True, kw_only=True):
    """A programme exists from now on."""

    programme_id: str
    code: str
    name: str
    regions: tuple[Region, ...] = ()


@reads("grants.programme.regions_changed.v1")
class RegionsChanged(Foreign, frozen=True, kw_only=True):
    """A programme works elsewhere from now on."""

    programme_id: str
    regions: tuple[Region, ...] = ()


@reads("grants.programme.renamed.v1")
class ProgrammeRenamed(Foreign, frozen=True, kw_only=True):
    """A programme has another name."""

    programme_id: str
    name: str


def project(at: Projecting, recorded: Recorded) -> None:
    """Keep the programmes' codes, names and places."""
    match recorded.event:
        case ProgrammeOpened() as event:
            key = {"programme_id": event.programme_id}
            places = _places(event.regions)
            at.put(PROGRAMMES, key, code=event.code, name=event.name, places=places)
        case RegionsChanged() as event:
            key = {"programme_id": event.programme_id}
            at.change(PROGRAMMES, key, places=_places(event.regions))
        case ProgrammeRenamed() as event:
            at.change(PROGRAMMES, {"programme_id": event.programme_id}, name=event.name)


KNOWN_PROGRAMMES: Final = Projection(
    "known_programmes",
    2,
    (PROGRAMMES,),
    project,
    (ProgrammeOpened, ProgrammeRenamed, RegionsChanged),
)


def _places(regions: tuple[Region, ...]) -> str:
    named = (name for one in regions for name in (one.country, *one.municipalities))
    return "\n".join(dict.fromkeys(named))


def programmes(connection: Connection) -> Sequence[Row[Any]]:
    """Codes and names, by code."""
    return connection.execute(
        select(PROGRAMMES).order_by(PROGRAMMES.c.code).limit(PROGRAMMES_MAX)
    ).all()


def check_scope(connection: Connection, programme: str | None, region: str | None) -> None:
    """Raise Invalid unless there is such a programme, and such a place in it.

    What grants opened a moment ago may not have arrived yet; then it is asked again.
    """
    if programme is None:
        return
    found = connection.execute(
        select(PROGRAMMES.c.places).where(PROGRAMMES.c.code == programme).limit(1)
    ).scalar()
    if found is None:
        raise Invalid(
            "unknown-programme",
            N_("There is no programme of this code. One that was just opened takes a moment."),
            field="programme",
        )
    if region is not None and region not in found.split("\n"):
        raise Invalid(
            "unknown-region",
            N_("The programme works in no country or municipality of this name."),
            field="region",
        )
