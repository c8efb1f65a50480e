"""What pages read about outreach: activities and the institutions that took part.

at.put(ACTIVITIES, {"activity_id": "a1"}, title="Round table", …)
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from services.trainings.tables import METADATA

ACTIVITIES: Final = Table(
    "outreach_activities",
    METADATA,
    Column("activity_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("country", String(2), nullable=False),
    Column("municipality", String(120), nullable=False),
    Column("place", String(120)),
    Column("women", Integer, nullable=False),
    Column("men", Integer, nullable=False),
    Column("not_known", Integer, nullable=False),
    Column("agreed", Text),
    Column("follows", Text),
    Column("follow_up_on", Date),
    Column("reminded", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("outreach_activities_day", "programme", "held_on", "activity_id"),
)
"""One row an activity; ``follow_up_on``: None where nothing more follows."""

PARTNERS: Final = Table(
    "outreach_partners",
    METADATA,
    Column("activity_id", String(36), nullable=False),
    Column("place", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    PrimaryKeyConstraint("activity_id", "place"),
)
"""Institutions in the order in which they were written; ``place`` counts from 0."""
