"""Read models of the bank's statement: its lines, and payments that an open line may be about.

line_list(connection, ("demo",), status="unmatched", limit=50)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    func,
    select,
    tuple_,
)

from services.grants.awards.views import AWARDS
from services.grants.payments import statement_line as s
from services.grants.payments.views import PAYMENTS, within
from services.grants.tables import VIEWS
from shared.events.projection import Projecting, Projection, Recorded

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


def project_line(at: Projecting, recorded: Recorded) -> None:
    """One event of a statement line."""
    event = recorded.event
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case s.StatementLineReceived():
            at.make(
                STATEMENT_LINES,
                {
                    "line_id": event.line_id,
                    "programme": recorded.programme,
                    "booked_on": event.booked_on,
                    "end_to_end_id": event.end_to_end_id,
                    "kind": event.kind,
                    "currency": event.amount.currency,
                    "amount_minor": event.amount.minor,
                    "bank_reference": event.bank_reference,
                    "status": "received",
                    "imported": event.imported,
                    "version": recorded.version,
                },
            )
            return
        case s.StatementLineMatched():
            values |= {"status": "matched", "payment_id": event.payment_id, "ground": None}
        case s.StatementLineLeftOpen():
            values |= {"status": "unmatched", "payment_id": None, "ground": event.ground}
        case s.StatementLineDismissed():
            values |= {"status": "dismissed", "payment_id": None, "ground": event.ground}
    at.change(STATEMENT_LINES, {"line_id": recorded.identifier}, **values)


_DEBITED_FROM: Final = ("exported", "failed", "reversed")
_RETURNED_FROM: Final = ("paid", "reconciled")
SUGGESTIONS_MAX: Final = 3
SUGGESTIONS_READ_MAX: Final = 500
LINES_OF_PAYMENT_MAX: Final = 50

LINE_VIEW: Final = Projection(
    "statement_lines", 2, (STATEMENT_LINES,), project_line, s.STATEMENT_LINE.events
)


# Queries


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
    query = within(query, STATEMENT_LINES, programmes)
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
    rows = connection.execute(within(query, STATEMENT_LINES, programmes))
    return {row[0]: row[1] for row in rows}


def lines_of_payment(connection: Connection, payment_id: str) -> Sequence[Row[Any]]:
    """What the bank said about a payment, by day."""
    return connection.execute(
        select(STATEMENT_LINES)
        .where(STATEMENT_LINES.c.payment_id == payment_id)
        .order_by(STATEMENT_LINES.c.booked_on, STATEMENT_LINES.c.line_id)
        .limit(LINES_OF_PAYMENT_MAX)
    ).all()


def suggested_payments(
    connection: Connection, lines: Collection[Row[Any]]
) -> dict[str, list[Row[Any]]]:
    """Line id → payments with the bank that have its amount, the likeliest by its text first."""
    amounts = sorted({(line.programme, line.currency, line.amount_minor) for line in lines})
    if not amounts:
        return {}
    rows = connection.execute(
        select(PAYMENTS, AWARDS.c.full_name)
        .outerjoin(AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id)
        .where(
            tuple_(PAYMENTS.c.programme, PAYMENTS.c.currency, PAYMENTS.c.amount_minor).in_(amounts),
            PAYMENTS.c.status.in_((*_DEBITED_FROM, *_RETURNED_FROM)),
        )
        .order_by(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id)
        .limit(SUGGESTIONS_READ_MAX)
    ).all()
    return {line.line_id: _likeliest(line, rows) for line in lines}


def _likeliest(line: Row[Any], payments: Sequence[Row[Any]]) -> list[Row[Any]]:
    statuses = _DEBITED_FROM if line.kind == "debit" else _RETURNED_FROM
    same = (line.programme, line.currency, line.amount_minor)
    fitting = [
        payment
        for payment in payments
        if payment.status in statuses
        and (payment.programme, payment.currency, payment.amount_minor) == same
    ]
    fitting.sort(key=lambda payment: -_likeness(payment.end_to_end_id, line.end_to_end_id))
    return fitting[:SUGGESTIONS_MAX]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
