"""What a watching service last heard of each log that it follows, and how far it asked again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row a source, changed as it is heard."""
    op.create_table(
        "heard",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("head", BIG, nullable=False),
        sa.Column("checkpoint_at", MOMENT),
        sa.Column("swept", BIG, nullable=False),
    )
