"""The tables every service's database has: events, log, its tree, what is pending, records, inbox.

``log`` holds positions from 0 without a gap; a row is final once committed. The tables of
``APPEND_ONLY`` refuse update, delete and replacement by triggers of the migrations.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shared.events.columns import MOMENT

CORE = MetaData()
BIG = BigInteger().with_variant(Integer(), "sqlite")

EVENTS = Table(
    "events",
    CORE,
    Column("event_id", String(36), primary_key=True),
    Column("stream", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", String(120), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
)

APPENDS = Sequence("append_order", metadata=CORE)

PENDING = Table(
    "pending",
    CORE,
    Column("append_order", BIG, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("append_order", "ordinal"),
)

LOG = Table(
    "log",
    CORE,
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("leaf_hash", LargeBinary, nullable=False),
)

LOG_HASHES = Table(
    "log_hashes",
    CORE,
    Column("log", String(60), nullable=False),
    Column("level", Integer, nullable=False),
    Column("position", BIG, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("log", "level", "position"),
    sqlite_with_rowid=False,
)

CHECKPOINTS = Table(
    "checkpoints",
    CORE,
    Column("log", String(60), nullable=False),
    Column("size", BIG, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("log", "size"),
    sqlite_with_rowid=False,
)

COSIGNATURES = Table(
    "cosignatures",
    CORE,
    Column("log", String(60), nullable=False),
    Column("size", BIG, nullable=False),
    Column("key_name", String(200), nullable=False),
    Column("line", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("log", "size", "key_name"),
    sqlite_with_rowid=False,
)

CLAIMS = Table(
    "claims",
    CORE,
    Column("programme", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("value", String(200), nullable=False),
    Column("stream", String(120), nullable=False),
    PrimaryKeyConstraint("programme", "kind", "value"),
)

RECORDS = Table(
    "idempotency_records",
    CORE,
    Column("actor", String(80), nullable=False),
    Column("route", String(120), nullable=False),
    Column("key", String(200), nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("actor", "route", "key"),
)

CURSORS = Table(
    "cursors",
    CORE,
    Column("source", String(60), primary_key=True),
    Column("position", BIG, nullable=False),
)

HEARD = Table(
    "heard",
    CORE,
    Column("source", String(60), primary_key=True),
    Column("heard_at", MOMENT, nullable=False),
    Column("head", BIG, nullable=False),
    Column("checkpoint_at", MOMENT),
    Column("swept", BIG, nullable=False),
)

INBOX = Table(
    "inbox",
    CORE,
    Column("source", String(60), nullable=False),
    Column("position", BIG, nullable=False),
    Column("type", String(120), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    PrimaryKeyConstraint("source", "position"),
)

DEAD_LETTERS = Table(
    "dead_letters",
    CORE,
    Column("source", String(60), nullable=False),
    Column("position", BIG, nullable=False),
    Column("stream", String(120), nullable=False),
    Column("type", String(120), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolution", Text),
    PrimaryKeyConstraint("source", "position"),
    Index("dead_letters_stream", "source", "stream"),
)

DUE = Table(
    "due",
    CORE,
    Column("due_id", String(120), primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("leased_until", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("error", Text),
    Index("due_open", "done_at", "due_at"),
)

PROJECTIONS = Table(
    "projections",
    CORE,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    CORE,
    Column("stream", String(120), primary_key=True),
    Column("form", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
)
"""States of long streams, to begin with; each may be thrown away at any time."""

APPEND_ONLY = (EVENTS, LOG, LOG_HASHES, CHECKPOINTS, COSIGNATURES, INBOX)
