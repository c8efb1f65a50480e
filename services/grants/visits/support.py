"""The support line: what trainings' officers mark as the least that a visitor must know.

    line = support_line(row)    # for the one who is named for a visit that is still to be made

The line comes sealed and stays so in the read model: it is opened when it is shown, on record. The
notes themselves never leave the vault of trainings.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Column, LargeBinary, Row, String, Table, select

from services.grants.tables import VIEWS
from services.grants.visits.views import WAITING
from shared.access.accesses import record_read
from shared.access.roles import Role
from shared.events.event import Personal, Sealed
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.privacy.erasing import personal
from shared.privacy.sealing import open_text
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service

SUPPORT_LINES: Final = Table(
    "support_lines",
    VIEWS,
    Column("registration_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("sealed", LargeBinary, info=personal("special")),
)
"""``sealed``: key and box as they came; None without a line, and once its key is destroyed."""


@reads("trainings.vulnerability.support_line_set.v1", seals_for="registration_id")
class SupportLineSet(Foreign, frozen=True, kw_only=True):
    """What a field officer is told before a visit; None: nothing any more."""

    registration_id: str
    line: Personal.special | None


def project(at: Projecting, recorded: Recorded) -> None:
    """Keep the newest line of each person, sealed."""
    event = recorded.event
    if not isinstance(event, SupportLineSet):
        raise TypeError(f"{type(event).__name__} is not projected")
    kept = None
    if isinstance(event.line, Sealed) and at.text(event.line) is not None:
        kept = msgspec.json.encode(event.line)
    key = {"registration_id": event.registration_id}
    at.put(SUPPORT_LINES, key, programme=recorded.programme, sealed=kept)


def support_line(row: Row[Any]) -> str | None:
    """The line for a visit's named visitor, as long as the visit is to be made; read on record."""
    reader = signed_in()
    named = row.visitor == reader.account_id and row.status in WAITING
    if not named or Role.field_officer not in reader.roles_in(row.programme):
        return None
    with service().database.reading() as connection:
        found = connection.execute(
            select(SUPPORT_LINES.c.registration_id, SUPPORT_LINES.c.sealed).where(
                SUPPORT_LINES.c.registration_id == row.registration_id,
                SUPPORT_LINES.c.programme == row.programme,
                SUPPORT_LINES.c.sealed.is_not(None),
            )
        ).first()
    if found is None:
        return None
    record_read(
        service(),
        reader,
        what="support_line",
        subject=f"registration/{found.registration_id}",
        programme=row.programme,
        correlation=correlation_id(),
    )
    return open_text(service().keyring, msgspec.json.decode(found.sealed, type=Sealed))


SUPPORT: Final = Projection("support_lines", 1, (SUPPORT_LINES,), project, (SupportLineSet,))
