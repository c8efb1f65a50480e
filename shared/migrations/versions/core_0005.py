"""Positions and sizes count from 0: a row that stands before the beginning is refused."""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None

COUNTED = {
    "log": "position",
    "inbox": "position",
    "log_hashes": "position",
    "checkpoints": "size",
    "cosignatures": "size",
}


def upgrade() -> None:
    """A trigger on SQLite, which would make the whole table again for a constraint."""
    if op.get_bind().dialect.name == "sqlite":
        for _table, _name, statement in sqlite_guards():
            op.execute(statement)
        return
    for table, column in COUNTED.items():
        # Not valid: what stands there already is for verifying to name, not a reason to stop here.
        op.execute(
            f"alter table {table} add constraint {table}_from_zero check ({column} >= 0) not valid"
        )


def sqlite_guards() -> Iterator[tuple[str, str, str]]:
    """(table, name, statement) of each guard of a file."""
    for table, column in COUNTED.items():
        name = f"{table}_from_zero"
        sql = (
            f"create trigger {name} before insert on {table} "  # noqa: S608 (our names)
            f"when typeof(new.{column}) <> 'integer' or new.{column} < 0 "
            f"begin select raise(abort, '{table}: {column} counts from 0'); end"
        )
        yield table, name, sql
