"""Whose papers are missing, and since when nobody asked: the read model of reminders.

papers_of(connection, registration_id)   ->  Row(missing="identity_card", …) or None
asked_again(connection, reach, day)      ->  the registrations to ask again by that day
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Connection, Date, Index, Row, String, Table, Text, func, select

from services.trainings.people.registration_events import PapersNoted
from services.trainings.reach import Reach
from services.trainings.tables import METADATA, REGISTRATIONS
from shared.events.columns import MOMENT
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import personal

MISSING_PAPERS: Final = Table(
    "missing_papers",
    METADATA,
    Column("registration_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("missing", Text, info=personal("identity")),
    Column("why", Text, info=personal("identity")),
    Column("note", Text, info=personal("identity")),
    Column("ask_again_on", Date),
    Column("noted_at", MOMENT, nullable=False),
    Index("missing_papers_again", "programme", "ask_again_on"),
)
"""One row a person whose papers are not complete; ``missing``: words with a space between."""


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of one registration up to an event."""
    event = recorded.event
    if not isinstance(event, PapersNoted):
        return
    key = {"registration_id": recorded.identifier}
    if event.complete:
        at.remove(MISSING_PAPERS, key)
        return
    at.put(
        MISSING_PAPERS,
        key,
        programme=recorded.programme,
        missing=event.missing,
        why=event.why,
        note=event.note,
        ask_again_on=event.ask_again_on,
        noted_at=recorded.at,
    )


def papers_of(connection: Connection, registration_id: str) -> Row[Any] | None:
    """What is missing of somebody's papers; None where nothing is, or nobody noted it."""
    query = select(MISSING_PAPERS).where(MISSING_PAPERS.c.registration_id == registration_id)
    return connection.execute(query).first()


def asked_again(
    connection: Connection, reach: Reach, until: date | None, *, limit: int
) -> Sequence[Row[Any]]:
    """Registrations whose papers are missing, the most urgent first.

    until: only those to be asked again by this day; None: all.
    """
    query = (
        select(REGISTRATIONS, MISSING_PAPERS.c.missing, MISSING_PAPERS.c.ask_again_on)
        .join(MISSING_PAPERS, MISSING_PAPERS.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(reach.registrations())
    )
    if until is not None:
        query = query.where(MISSING_PAPERS.c.ask_again_on <= until)
    order = (
        func.coalesce(MISSING_PAPERS.c.ask_again_on, date.max),
        REGISTRATIONS.c.registration_id,
    )
    return connection.execute(query.order_by(*order).limit(limit)).all()


def count_without(connection: Connection, reach: Reach) -> int:
    """How many registrations lack papers."""
    query = (
        select(func.count())
        .select_from(REGISTRATIONS)
        .join(MISSING_PAPERS, MISSING_PAPERS.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(reach.registrations())
    )
    return connection.execute(query).scalar_one()


PAPERS: Final = Projection("papers", 1, (MISSING_PAPERS,), project, (PapersNoted,))
