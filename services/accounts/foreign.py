"""What accounts reads of other services: which programmes there are, to grant roles in them.

programmes(connection)  ->  [Row(code="RS-2011", name="…"), …]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, String, Table, Text, select

from services.accounts.tables import METADATA
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads

PROGRAMMES_MAX: Final = 200

PROGRAMMES: Final = Table(
    "known_programmes",
    METADATA,
    Column("programme_id", String(36), primary_key=True),
    Column("code", String(40), nullable=False),
    Column("name", Text, nullable=False),
)


@reads("grants.programme.opened.v1")
class ProgrammeOpened(Foreign, frozen=True, kw_only=True):
    """A programme exists from now on."""

    programme_id: str
    code: str
    name: str


@reads("grants.programme.renamed.v1")
class ProgrammeRenamed(Foreign, frozen=True, kw_only=True):
    """A programme has another name."""

    programme_id: str
    name: str


def project(at: Projecting, recorded: Recorded) -> None:
    """Keep the programmes' codes and names."""
    match recorded.event:
        case ProgrammeOpened() as event:
            key = {"programme_id": event.programme_id}
            at.put(PROGRAMMES, key, code=event.code, name=event.name)
        case ProgrammeRenamed() as event:
            at.change(PROGRAMMES, {"programme_id": event.programme_id}, name=event.name)


KNOWN_PROGRAMMES: Final = Projection(
    "known_programmes", 1, (PROGRAMMES,), project, (ProgrammeOpened, ProgrammeRenamed)
)


def programmes(connection: Connection) -> Sequence[Row[Any]]:
    """Codes and names, by code."""
    return connection.execute(
        select(PROGRAMMES).order_by(PROGRAMMES.c.code).limit(PROGRAMMES_MAX)
    ).all()
