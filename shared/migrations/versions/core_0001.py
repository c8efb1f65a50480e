"""The tables of a service's log and what surrounds it; append-only by triggers from the start."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
APPEND_ONLY = {
    "events": "event_id = new.event_id or (stream = new.stream and version = new.version)",
    "log": "position = new.position or event_id = new.event_id",
    "inbox": "source = new.source and position = new.position",
}

REFUSE_CHANGE = (
    " begin raise exception '% is append-only', tg_table_name using errcode = '42501'; end "
)


def upgrade() -> None:
    """Create the tables, then the guards."""
    _log_tables()
    _surrounding_tables()
    if op.get_bind().dialect.name == "sqlite":
        for _table, _name, statement in sqlite_guards():
            op.execute(statement)
    else:
        op.execute("create sequence append_order")
        _guard_postgresql()


def _log_tables() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("stream", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_table(
        "pending",
        sa.Column("append_order", BIG, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("append_order", "ordinal"),
    )
    op.create_table(
        "log",
        sa.Column("position", BIG, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("source", "position"),
    )


def _surrounding_tables() -> None:
    op.create_table(
        "claims",
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("stream", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("programme", "kind", "value"),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("route", sa.String(120), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("actor", "route", "key"),
    )
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("position", BIG, nullable=False),
    )
    op.create_table(
        "dead_letters",
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("stream", sa.String(120), nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("parked_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolution", sa.Text),
        sa.PrimaryKeyConstraint("source", "position"),
    )
    op.create_index("dead_letters_stream", "dead_letters", ["source", "stream"])
    op.create_table(
        "due",
        sa.Column("due_id", sa.String(120), primary_key=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("leased_until", MOMENT),
        sa.Column("done_at", MOMENT),
        sa.Column("error", sa.Text),
    )
    op.create_index("due_open", "due", ["done_at", "due_at"])
    op.create_table(
        "projections",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )


def sqlite_guards() -> Iterator[tuple[str, str, str]]:
    """(table, name, statement) of each guard of a file."""
    numbered = "(new.rowid > 0 and rowid = new.rowid)"
    for table, same in APPEND_ONLY.items():
        for verb in ("update", "delete"):
            name = f"{table}_no_{verb}"
            sql = (
                f"create trigger {name} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )
            yield table, name, sql
        # REPLACE deletes without the delete trigger unless a guard on insert stands before it. It
        # may also name a row by its number; those that SQLite gives by itself begin with 1.
        name = f"{table}_no_replace"
        sql = (
            f"create trigger {name} before insert on {table} "  # noqa: S608 (our names)
            f"when exists (select 1 from {table} where {same} or {numbered}) "
            f"begin select raise(abort, '{table} is append-only: already there'); end"
        )
        yield table, name, sql


def _guard_postgresql() -> None:
    op.execute(
        f"create function refuse_change() returns trigger language plpgsql as $${REFUSE_CHANGE}$$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_no_change before update or delete on {table} "
            "for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        # session_replication_role would pass ordinary triggers.
        op.execute(f"alter table {table} enable always trigger {table}_no_change")
        op.execute(f"alter table {table} enable always trigger {table}_no_truncate")
