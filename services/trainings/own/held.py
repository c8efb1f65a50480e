"""What trainings holds about a person: registrations, trainings, certificates, outcomes, notes."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import Connection

from services.held_words import WORDS
from services.trainings.own.giving import giving
from services.trainings.people.views import record
from shared.web.held import held_pages


def pages() -> Blueprint:
    """Made per application."""
    return held_pages("trainings", words=WORDS, programme_of=_programme, giving=giving)


def _programme(connection: Connection, registration_id: str) -> str | None:
    row = record(connection, registration_id)
    return None if row is None else str(row.programme)
