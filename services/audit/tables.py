"""The read models of audit: one row an entry of any log, and the names of those who act.

The entries themselves are in the inbox, which refuses change; these rows are made from it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from shared.events.columns import MOMENT
from shared.events.tables import BIG

VIEWS: Final = MetaData()

ENTRIES: Final = Table(
    "audit_entries",
    VIEWS,
    Column("source", String(60), nullable=False),
    Column("position", BIG, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("stream", String(120), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("stream_version", Integer, nullable=False),
    Column("type", String(120), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("on_behalf_of", String(80)),
    Column("programme", String(40), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("correlation", String(80), nullable=False),
    Column("causation", String(80), nullable=False),
    PrimaryKeyConstraint("source", "position"),
    Index("audit_entries_at", "at", "event_id"),
    Index("audit_entries_stream", "stream", "at"),
    Index("audit_entries_actor", "actor", "at"),
    Index("audit_entries_correlation", "correlation"),
)

ACTORS: Final = Table(
    "actor_names",
    VIEWS,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text),
)
