"""Read models of batches: what is in them, and which payments may still go into one.

batch_list(connection, ("demo",), statuses=("prepared",), limit=50)
open_batch_of(connection, payment_id)  ->  the batch, not exported yet, or None
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    func,
    select,
)

from services.grants.awards.views import AWARDS
from services.grants.payments import batch as b
from services.grants.payments.views import PAYMENTS, within
from services.grants.tables import MOMENT, VIEWS
from shared.events.projection import Projecting, Projection, Recorded

BATCHES: Final = Table(
    "batches",
    VIEWS,
    Column("batch_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("count", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("prepared_by", String(80), nullable=False),
    Column("prepared_at", MOMENT, nullable=False),
    Column("authorised_by", String(80)),
    Column("released_by", String(80)),
    Column("exported_at", MOMENT),
    Column("format", String(10)),
    Column("file_sha256", String(64)),
    Column("version", Integer, nullable=False),
    Index("batches_by_programme", "programme", "prepared_at"),
)

BATCH_LINES: Final = Table(
    "batch_lines",
    VIEWS,
    Column("batch_id", String(36), nullable=False),
    Column("payment_id", String(36), nullable=False),
    Column("end_to_end_id", String(80), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("account_version", Integer, nullable=False),
    PrimaryKeyConstraint("batch_id", "payment_id"),
    Index("batch_lines_by_payment", "payment_id"),
)

_OPEN_BATCH: Final = ("prepared", "authorised", "released")


def project_batch(at: Projecting, recorded: Recorded) -> None:
    """One event of a batch."""
    event, batch_id = recorded.event, recorded.identifier
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case b.BatchPrepared():
            at.put(
                BATCHES,
                {"batch_id": batch_id},
                programme=recorded.programme,
                status="prepared",
                count=event.count,
                currency=event.total.currency,
                total_minor=event.total.minor,
                prepared_by=event.prepared_by,
                prepared_at=recorded.at,
                version=recorded.version,
            )
            at.make(BATCH_LINES, *_lines(batch_id, event.lines))
            return
        case b.BatchAuthorised():
            values |= {"status": "authorised", "authorised_by": event.authorised_by}
        case b.BatchReleased():
            values |= {"status": "released", "released_by": event.released_by}
        case b.BatchExported():
            values |= {
                "status": "exported",
                "format": event.format,
                "file_sha256": event.file_sha256,
                "exported_at": recorded.at,
            }
        case b.BatchRebuilt():
            at.remove(BATCH_LINES, {"batch_id": batch_id})
            at.make(BATCH_LINES, *_lines(batch_id, event.lines))
            values |= {
                "status": "prepared",
                "authorised_by": None,
                "released_by": None,
                "count": event.count,
                "total_minor": event.total.minor,
            }
        case b.BatchDissolved():
            values["status"] = "dissolved"
    at.change(BATCHES, {"batch_id": batch_id}, **values)


def _lines(batch_id: str, lines: Iterable[b.BatchLine]) -> list[dict[str, Any]]:
    return [
        {
            "batch_id": batch_id,
            "payment_id": line.payment_id,
            "end_to_end_id": line.end_to_end_id,
            "currency": line.amount.currency,
            "amount_minor": line.amount.minor,
            "account_version": line.account_version,
        }
        for line in lines
    ]


BATCH_VIEW: Final = Projection("batches", 1, (BATCHES, BATCH_LINES), project_batch, b.BATCH.events)


# Queries


def ready_payments(
    connection: Connection, programmes: Collection[str] | None, *, limit: int
) -> Sequence[Row[Any]]:
    """Payments that may go into a batch: scheduled, or requested and in no open batch."""
    taken = (
        select(BATCH_LINES.c.payment_id)
        .join(BATCHES, BATCHES.c.batch_id == BATCH_LINES.c.batch_id)
        .where(BATCHES.c.status.in_(_OPEN_BATCH))
    )
    query = (
        select(PAYMENTS, AWARDS.c.full_name, AWARDS.c.account_number)
        .outerjoin(AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id)
        .where(
            PAYMENTS.c.status.in_(("scheduled", "requested")), PAYMENTS.c.payment_id.not_in(taken)
        )
        .order_by(PAYMENTS.c.currency, PAYMENTS.c.end_to_end_id)
        .limit(limit)
    )
    return connection.execute(within(query, PAYMENTS, programmes)).all()


def one_batch(connection: Connection, batch_id: str) -> Row[Any] | None:
    """The batch, or None."""
    return connection.execute(select(BATCHES).where(BATCHES.c.batch_id == batch_id)).first()


def batch_lines(connection: Connection, batch_id: str) -> Sequence[Row[Any]]:
    """Lines of a batch by end-to-end id, with payee and account as they are now."""
    return connection.execute(
        select(
            BATCH_LINES,
            PAYMENTS.c.award_id,
            PAYMENTS.c.application_no,
            PAYMENTS.c.tranche,
            PAYMENTS.c.status,
            AWARDS.c.full_name,
            AWARDS.c.account_number,
            AWARDS.c.account_version.label("account_version_now"),
        )
        .join(PAYMENTS, PAYMENTS.c.payment_id == BATCH_LINES.c.payment_id)
        .outerjoin(AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id)
        .where(BATCH_LINES.c.batch_id == batch_id)
        .order_by(BATCH_LINES.c.end_to_end_id)
    ).all()


def batch_list(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    statuses: Collection[str] = (),
    before: str | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Batches, newest first (their ids are in the order of their making)."""
    query = select(BATCHES).order_by(BATCHES.c.batch_id.desc()).limit(limit)
    query = within(query, BATCHES, programmes)
    if statuses:
        query = query.where(BATCHES.c.status.in_(statuses))
    if before:
        query = query.where(BATCHES.c.batch_id < before)
    return connection.execute(query).all()


def open_batch_of(connection: Connection, payment_id: str) -> str | None:
    """The batch, not exported yet, that holds the payment."""
    return connection.execute(
        select(BATCHES.c.batch_id)
        .join(BATCH_LINES, BATCH_LINES.c.batch_id == BATCHES.c.batch_id)
        .where(BATCH_LINES.c.payment_id == payment_id, BATCHES.c.status.in_(_OPEN_BATCH))
    ).scalar()


def batch_counts(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many batches there are in each status."""
    query = select(BATCHES.c.status, func.count()).group_by(BATCHES.c.status)
    rows = connection.execute(within(query, BATCHES, programmes))
    return {row[0]: row[1] for row in rows}
