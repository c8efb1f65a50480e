"""The log's tree: hashes of its every eighth level, checkpoints and cosignatures; append-only."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
APPEND_ONLY = {
    "log_hashes": "log = new.log and level = new.level and position = new.position",
    "checkpoints": "log = new.log and size = new.size",
    "cosignatures": "log = new.log and size = new.size and key_name = new.key_name",
}


def upgrade() -> None:
    """Create the tables, then the guards. Their rows are named by their keys alone."""
    op.create_table(
        "log_hashes",
        sa.Column("log", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column("log", sa.String(60), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("log", "size"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cosignatures",
        sa.Column("log", sa.String(60), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("key_name", sa.String(200), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("log", "size", "key_name"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for _table, _name, statement in sqlite_guards():
            op.execute(statement)
    else:
        _guard_postgresql()


def sqlite_guards() -> Iterator[tuple[str, str, str]]:
    """(table, name, statement) of each guard of a file."""
    for table, same in APPEND_ONLY.items():
        for verb in ("update", "delete"):
            name = f"{table}_no_{verb}"
            sql = (
                f"create trigger {name} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )
            yield table, name, sql
        # REPLACE deletes without the delete trigger unless a guard on insert stands before it.
        name = f"{table}_no_replace"
        sql = (
            f"create trigger {name} before insert on {table} "  # noqa: S608 (our names)
            f"when exists (select 1 from {table} where {same}) "
            f"begin select raise(abort, '{table} is append-only: already there'); end"
        )
        yield table, name, sql


def _guard_postgresql() -> None:
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
