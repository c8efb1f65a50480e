"""What grants holds about a person: applications, awards, payments, visits."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import Connection

from services.grants.foreign import registration
from services.grants.own.giving import giving
from services.held_words import WORDS
from shared.web.held import held_pages


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("grants", words=WORDS, programme_of=_programme, giving=giving)


def _programme(connection: Connection, registration_id: str) -> str | None:
    row = registration(connection, registration_id)
    return None if row is None else str(row["programme"])
