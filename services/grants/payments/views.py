"""Read models of payments, batches and the bank's statement.

payment_list(connection, ("demo",), status="held", limit=50)
payments_by_end_to_end_id(connection, "demo", ["A0001-T1"])  ->  {"A0001-T1": row}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Select,
    String,
    Table,
    delete,
    func,
    select,
    tuple_,
    update,
)

from services.grants.awards.views import AWARDS
from services.grants.payments import batch as b
from services.grants.payments import payment_events as e
from services.grants.payments import statement_line as s
from services.grants.tables import MOMENT, VIEWS, put
from shared.events.projection import Projecting, Projection, Recorded

PAYMENTS: Final = Table(
    "payments",
    VIEWS,
    Column("payment_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("award_id", String(36), nullable=False),
    Column("application_no", String(64), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("tranche", Integer, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("end_to_end_id", String(80), nullable=False),
    Column("reissue", Integer, nullable=False, default=0),
    Column("status", String(12), nullable=False),
    Column("hold_ground", String(20)),
    Column("held_until", MOMENT),
    Column("account_version", Integer),
    Column("requested_by", String(80)),
    Column("authorised_by", String(80)),
    Column("released_by", String(80)),
    Column("batch_id", String(36)),
    Column("due_on", Date),
    Column("booked_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("payments_by_end_to_end_id", "programme", "end_to_end_id"),
    Index("payments_by_status", "programme", "status"),
    Index("payments_by_award", "award_id"),
)

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

STATEMENT_LINES: Final = Table(
    "statement_lines",
    VIEWS,
    Column("line_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("end_to_end_id", String(80), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("bank_reference", String(80), nullable=False),
    Column("status", String(10), nullable=False),
    Column("ground", String(24)),
    Column("payment_id", String(36)),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("statement_lines_by_status", "programme", "status", "booked_on"),
)

_OPEN_BATCH: Final = ("prepared", "authorised", "released")


def project_payment(at: Projecting, recorded: Recorded) -> None:
    """One event of a payment."""
    event = recorded.event
    if isinstance(event, e.PaymentScheduled):
        at.connection.execute(
            PAYMENTS.insert().values(
                payment_id=event.payment_id,
                programme=recorded.programme,
                call_id=event.call_id,
                award_id=event.award_id,
                application_no=event.application_no,
                registration_id=event.registration_id,
                person_id=event.person_id,
                tranche=event.tranche,
                mode=event.mode,
                currency=event.amount.currency,
                amount_minor=event.amount.minor,
                end_to_end_id=event.end_to_end_id,
                status="scheduled",
                due_on=event.due_on,
                imported=event.imported,
                version=recorded.version,
            )
        )
        return
    values = _changes(event) | {"version": recorded.version}
    at.connection.execute(
        update(PAYMENTS).where(PAYMENTS.c.payment_id == recorded.identifier).values(**values)
    )


_NO_DUTIES: Final[dict[str, Any]] = {
    "account_version": None,
    "requested_by": None,
    "authorised_by": None,
    "released_by": None,
    "batch_id": None,
    "hold_ground": None,
    "held_until": None,
}


def _changes(event: Any) -> dict[str, Any]:
    match event:
        case e.PaymentRequested():
            return {
                "status": "requested",
                "account_version": event.account_version,
                "requested_by": event.requested_by,
            }
        case e.PaymentAuthorised():
            return {"status": "authorised", "authorised_by": event.authorised_by}
        case e.PaymentReleased():
            return {"status": "released", "released_by": event.released_by}
        case e.PaymentExported():
            return {"status": "exported", "batch_id": event.batch_id}
        case e.PaymentPaid():
            return {"status": "paid", "booked_on": event.booked_on}
        case e.PaymentReturned():
            return {"status": "returned", "booked_on": event.booked_on}
        case e.PaymentReversed():
            return {"status": "reversed", "booked_on": None}
        case e.PaymentReconciled():
            return {"status": "reconciled"}
        case e.PaymentHeld():
            held = {"hold_ground": event.ground, "held_until": event.held_until}
            return {"status": "held", **_NO_DUTIES, **held}
        case e.PaymentHoldLifted():
            return {"status": "scheduled", **_NO_DUTIES}
        case e.PaymentFailed():
            return {"status": "failed"}
        case e.PaymentCancelled():
            return {"status": "cancelled"}
        case e.PaymentReissued():
            again = {"end_to_end_id": event.end_to_end_id, "reissue": event.reissue}
            return {"status": "scheduled", "booked_on": None, **_NO_DUTIES, **again}
        case _:
            return {}


def project_batch(at: Projecting, recorded: Recorded) -> None:
    """One event of a batch."""
    event, batch_id = recorded.event, recorded.identifier
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case b.BatchPrepared():
            put(
                at.connection,
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
            _lines(at, batch_id, event.lines)
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
            _lines(at, batch_id, event.lines)
            values |= {
                "status": "prepared",
                "authorised_by": None,
                "released_by": None,
                "count": event.count,
                "total_minor": event.total.minor,
            }
        case b.BatchDissolved():
            values["status"] = "dissolved"
    at.connection.execute(update(BATCHES).where(BATCHES.c.batch_id == batch_id).values(**values))


def _lines(at: Projecting, batch_id: str, lines: Iterable[b.BatchLine]) -> None:
    at.connection.execute(delete(BATCH_LINES).where(BATCH_LINES.c.batch_id == batch_id))
    rows = [
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
    at.connection.execute(BATCH_LINES.insert(), rows)


def project_line(at: Projecting, recorded: Recorded) -> None:
    """One event of a statement line."""
    event = recorded.event
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case s.StatementLineReceived():
            at.connection.execute(
                STATEMENT_LINES.insert().values(
                    line_id=event.line_id,
                    programme=recorded.programme,
                    booked_on=event.booked_on,
                    end_to_end_id=event.end_to_end_id,
                    kind=event.kind,
                    currency=event.amount.currency,
                    amount_minor=event.amount.minor,
                    bank_reference=event.bank_reference,
                    status="received",
                    imported=event.imported,
                    version=recorded.version,
                )
            )
            return
        case s.StatementLineMatched():
            values |= {"status": "matched", "payment_id": event.payment_id, "ground": None}
        case s.StatementLineLeftOpen():
            values |= {"status": "unmatched", "payment_id": None, "ground": event.ground}
    at.connection.execute(
        update(STATEMENT_LINES)
        .where(STATEMENT_LINES.c.line_id == recorded.identifier)
        .values(**values)
    )


PAYMENT_VIEW: Final = Projection("payments", 1, (PAYMENTS,), project_payment, e.PAYMENT_EVENTS)
BATCH_VIEW: Final = Projection("batches", 1, (BATCHES, BATCH_LINES), project_batch, b.BATCH.events)
LINE_VIEW: Final = Projection(
    "statement_lines", 1, (STATEMENT_LINES,), project_line, s.STATEMENT_LINE.events
)


# Queries


def _within(query: Select[Any], table: Table, programmes: Collection[str] | None) -> Select[Any]:
    return query if programmes is None else query.where(table.c.programme.in_(programmes))


def one_payment(connection: Connection, payment_id: str) -> Row[Any] | None:
    """The payment with its payee's name, or None."""
    query = select(PAYMENTS, AWARDS.c.full_name).outerjoin(
        AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id
    )
    return connection.execute(query.where(PAYMENTS.c.payment_id == payment_id)).first()


def payment_list(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    statuses: Collection[str] = (),
    award_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Payments by end-to-end id, with the payee's name. ``programmes``: None for all."""
    query = (
        select(PAYMENTS, AWARDS.c.full_name, AWARDS.c.account_number)
        .outerjoin(AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id)
        .order_by(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id)
        .limit(limit)
    )
    query = _within(query, PAYMENTS, programmes)
    if statuses:
        query = query.where(PAYMENTS.c.status.in_(statuses))
    if award_id:
        query = query.where(PAYMENTS.c.award_id == award_id)
    if after:
        query = query.where(tuple_(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id) > after)
    return connection.execute(query).all()


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
    return connection.execute(_within(query, PAYMENTS, programmes)).all()


def payment_counts(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many payments there are in each status."""
    query = select(PAYMENTS.c.status, func.count()).group_by(PAYMENTS.c.status)
    rows = connection.execute(_within(query, PAYMENTS, programmes))
    return dict(rows.tuples().all())


def payments_by_end_to_end_id(
    connection: Connection, programme: str, ids: Collection[str]
) -> dict[str, str]:
    """End-to-end id → payment id. A cancelled payment gives way to one that took its place."""
    found: dict[str, str] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 500):
        rows = connection.execute(
            select(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id, PAYMENTS.c.status)
            .where(
                PAYMENTS.c.programme == programme,
                PAYMENTS.c.end_to_end_id.in_(wanted[start : start + 500]),
            )
            .order_by(PAYMENTS.c.payment_id)
        )
        for name, payment_id, status in rows:
            if status != "cancelled" or name not in found:
                found[name] = payment_id
    return found


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
    query = _within(query, BATCHES, programmes)
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


def one_line(connection: Connection, line_id: str) -> Row[Any] | None:
    """The statement line, or None."""
    return connection.execute(
        select(STATEMENT_LINES).where(STATEMENT_LINES.c.line_id == line_id)
    ).first()


def line_list(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    status: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Statement lines by end-to-end id."""
    query = (
        select(STATEMENT_LINES)
        .order_by(STATEMENT_LINES.c.end_to_end_id, STATEMENT_LINES.c.line_id)
        .limit(limit)
    )
    query = _within(query, STATEMENT_LINES, programmes)
    if status:
        query = query.where(STATEMENT_LINES.c.status == status)
    if after:
        query = query.where(
            tuple_(STATEMENT_LINES.c.end_to_end_id, STATEMENT_LINES.c.line_id) > after
        )
    return connection.execute(query).all()


def line_counts(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many statement lines there are in each status."""
    query = select(STATEMENT_LINES.c.status, func.count()).group_by(STATEMENT_LINES.c.status)
    rows = connection.execute(_within(query, STATEMENT_LINES, programmes))
    return dict(rows.tuples().all())
