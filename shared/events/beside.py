"""What an append writes beside its events: claims, answers, work that falls due, states.

write_beside(connection, append)      # in the transaction of the events
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from shared.errors import Refused
from shared.events import rowtexts
from shared.events.append import Append, Claim, RequestRecord, changed_meanwhile
from shared.events.snapshots import keep
from shared.events.tables import CLAIMS, DUE, RECORDS
from shared.language.marking import N_

RECORDS_A_STATEMENT: Final = 100
CLAIMS_A_STATEMENT: Final = 500


def brings(append: Append) -> bool:
    """Whether it brings any of it."""
    return bool(
        append.claims or append.released or append.records or append.due or append.snapshots
    )


def write_beside(connection: Connection, append: Append) -> None:
    """Write all of it. Raises Conflict for a key that was used, Refused for a taken claim."""
    # Before all that may be refused: the same request again must find its answer, not itself.
    if append.records:
        _record(connection, append)
    if append.claims or append.released:
        _claim(connection, append)
    if append.due:
        _schedule(connection, append)
    for snapshot in append.snapshots:
        keep(connection, snapshot)


def claim_holder(connection: Connection, programme: str, claim: Claim) -> str | None:
    """The stream that holds a claim."""
    return connection.execute(
        select(CLAIMS.c.stream).where(
            CLAIMS.c.programme == programme,
            CLAIMS.c.kind == claim.kind,
            CLAIMS.c.value == claim.value,
        )
    ).scalar()


def find_record(
    connection: Connection, *, actor: str, route: str, key: str
) -> RequestRecord | None:
    """The stored answer to an idempotency key."""
    row = connection.execute(
        select(RECORDS).where(
            RECORDS.c.actor == actor, RECORDS.c.route == route, RECORDS.c.key == key
        )
    ).first()
    if row is None:
        return None
    return RequestRecord(actor, route, key, row.request_hash, row.status, row.response)


def insert(connection: Connection, table: Table) -> Any:
    """An insert that knows ``on conflict`` in this database."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def _claim(connection: Connection, append: Append) -> None:
    programme = append.context.programme
    for claim in append.released:
        connection.execute(
            CLAIMS.delete().where(
                CLAIMS.c.programme == programme,
                CLAIMS.c.kind == claim.kind,
                CLAIMS.c.value == claim.value,
                CLAIMS.c.stream == claim.stream,
            )
        )
    for start in range(0, len(append.claims), CLAIMS_A_STATEMENT):
        _claim_part(connection, programme, append.claims[start : start + CLAIMS_A_STATEMENT])


def _claim_part(connection: Connection, programme: str, claims: Sequence[Claim]) -> None:
    rows = [
        {"programme": programme, "kind": one.kind, "value": one.value, "stream": one.stream}
        for one in claims
    ]
    if rowtexts.insert_new(connection, CLAIMS, rows) == len(rows):
        return
    # Some are there already, or the driver does not count: the table is asked.
    held = connection.execute(
        select(CLAIMS.c.kind, CLAIMS.c.value, CLAIMS.c.stream).where(
            CLAIMS.c.programme == programme,
            tuple_(CLAIMS.c.kind, CLAIMS.c.value).in_([(one.kind, one.value) for one in claims]),
        )
    )
    holders = {(row.kind, row.value): row.stream for row in held}
    for claim in claims:
        if holders.get((claim.kind, claim.value)) != claim.stream:
            raise Refused(claim.code, claim.sentence or N_("Another record has this already."))


def _record(connection: Connection, append: Append) -> None:
    """One statement for all; as many must come back as went in, else somebody was faster."""
    rows = [
        {
            "actor": record.actor,
            "route": record.route,
            "key": record.key,
            "request_hash": record.request_hash,
            "status": record.status,
            "response": record.response,
            "made_at": append.now,
        }
        for record in append.records
    ]
    for start in range(0, len(rows), RECORDS_A_STATEMENT):
        part = rows[start : start + RECORDS_A_STATEMENT]
        written = connection.execute(
            insert(connection, RECORDS)
            .values(part)
            .on_conflict_do_nothing()
            .returning(RECORDS.c.key)
        ).all()
        if len(written) != len(part):
            raise changed_meanwhile()


def _schedule(connection: Connection, append: Append) -> None:
    for work in append.due:
        connection.execute(
            insert(connection, DUE)
            .values(
                due_id=work.due_id,
                kind=work.kind,
                due_at=work.due_at,
                payload=work.payload,
                attempts=0,
                fence=0,
            )
            .on_conflict_do_nothing()
        )
