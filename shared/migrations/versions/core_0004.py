"""An append as one statement on PostgreSQL; states of long streams that may be thrown away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None

# Each statement of a function of this kind sees what was committed before that statement: versions
# are looked at only once the locks are held. A plan from when the table was empty must not stay.
APPEND_EVENTS = """
create function append_events(
    numbers bigint[], alone boolean[],
    looked_at text[], expected integer[], looked_at_by integer[],
    event_ids text[], streams text[], versions integer[], types text[],
    envelopes bytea[], leaf_hashes bytea[], written_by integer[]
) returns integer[] language plpgsql volatile set enable_seqscan = off as $$
declare
    refused integer[];
    place bigint;
begin
    perform case when w.alone then pg_advisory_xact_lock(w.number)
            else pg_advisory_xact_lock_shared(w.number) end
        from unnest(numbers, alone) as w (number, alone);
    select array_agg(distinct w.part) into refused
        from unnest(looked_at, expected, looked_at_by) as w (stream, expected, part)
        where w.expected <> coalesce(
            (select max(e.version) from events e where e.stream = w.stream), 0);
    place := nextval('append_order');
    if refused is null then
        insert into events (event_id, stream, version, type, envelope)
            select * from unnest(event_ids, streams, versions, types, envelopes);
        insert into pending (append_order, ordinal, event_id, leaf_hash)
            select place, p.ordinal, p.event_id, p.leaf_hash
            from unnest(event_ids, leaf_hashes) with ordinality
                as p (event_id, leaf_hash, ordinal);
    else
        insert into events (event_id, stream, version, type, envelope)
            select e.event_id, e.stream, e.version, e.type, e.envelope
            from unnest(event_ids, streams, versions, types, envelopes, written_by)
                as e (event_id, stream, version, type, envelope, part)
            where e.part <> all (refused);
        insert into pending (append_order, ordinal, event_id, leaf_hash)
            select place, p.ordinal, p.event_id, p.leaf_hash
            from unnest(event_ids, leaf_hashes, written_by) with ordinality
                as p (event_id, leaf_hash, part, ordinal)
            where p.part <> all (refused);
    end if;
    return refused;
end $$
"""


def upgrade() -> None:
    """Create the table, and on PostgreSQL the function."""
    op.create_table(
        "snapshots",
        sa.Column("stream", sa.String(120), primary_key=True),
        sa.Column("form", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(APPEND_EVENTS)
