"""The read models of audit: one row an entry of any log, which records belong together, who acts.

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
from shared.privacy.erasing import personal

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

RELATIONS: Final = Table(
    "audit_relations",
    VIEWS,
    Column("from_stream", String(120), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("to_stream", String(120), nullable=False),
    PrimaryKeyConstraint("from_stream", "kind", "to_stream"),
    Index("audit_relations_to", "to_stream", "kind", "from_stream"),
)
"""Records whose events name another record, each pair once a kind of naming."""

MENTIONS: Final = Table(
    "audit_mentions",
    VIEWS,
    Column("source", String(60), nullable=False),
    Column("position", BIG, nullable=False),
    Column("stream", String(120), nullable=False),
    PrimaryKeyConstraint("source", "position", "stream"),
    Index("audit_mentions_stream", "stream"),
)
"""Entries that name a record, where a record has entries about many others (a call's budget, a

cohort) or where somebody else than who acted is named (members who were assigned)."""

ACTORS: Final = Table(
    "actor_names",
    VIEWS,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text, info=personal("identity")),
)
