"""What notifications holds about a person: how to reach them, and what was said to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint
from sqlalchemy import Connection, select

from services.held_words import TABLES, WORDS
from services.notifications.tables import MESSAGES, PEOPLE, READS
from shared.access.reader import Reader
from shared.privacy.exporting import HeldRows
from shared.web.held import held_pages


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("notifications", words=WORDS, programme_of=_programme, more=_reads)


def _programme(connection: Connection, registration_id: str) -> str | None:
    query = select(PEOPLE.c.programme).where(PEOPLE.c.registration_id == registration_id)
    return connection.execute(query).scalar()


def _reads(
    connection: Connection,
    registrations: Collection[str],
    reader: Reader,  # noqa: ARG001 (as every service is asked)
) -> Sequence[HeldRows]:
    """When the person read what was for them."""
    rows = connection.execute(
        select(READS.c.message_id, READS.c.read_at)
        .join(MESSAGES, MESSAGES.c.message_id == READS.c.message_id)
        .where(
            MESSAGES.c.recipient_kind == "registration",
            MESSAGES.c.recipient_id.in_(sorted(registrations)),
        )
        .order_by(READS.c.read_at)
    ).mappings()
    found = [{str(name): value for name, value in row.items()} for row in rows]
    if not found:
        return ()
    return [HeldRows(table="message_reads", words=TABLES["message_reads"], rows=found)]
