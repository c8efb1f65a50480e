"""What notifications holds about a person: how to reach them, and what was said to them."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import Connection, select

from services.held_words import WORDS
from services.notifications.tables import PEOPLE
from shared.web.held import held_pages


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("notifications", words=WORDS, programme_of=_programme)


def _programme(connection: Connection, registration_id: str) -> str | None:
    query = select(PEOPLE.c.programme).where(PEOPLE.c.registration_id == registration_id)
    return connection.execute(query).scalar()
