"""Read model of payments.

payment_list(connection, ("demo",), statuses=("held",), limit=50)
payments_by_end_to_end_id(connection, "demo", ["A0001-T1"])  ->  {"A0001-T1": "0192…"}
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    Select,
    String,
    Table,
    func,
    select,
    tuple_,
)

from services.grants.awards.views import AWARDS
from services.grants.payments import payment_events as e
from services.grants.tables import MOMENT, VIEWS
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
    Column("failed_by", String(80)),
    Column("reversal_by", String(80)),
    Column("due_on", Date),
    Column("booked_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("payments_by_end_to_end_id", "programme", "end_to_end_id"),
    Index("payments_by_status", "programme", "status"),
    Index("payments_by_award", "award_id"),
)


def project_payment(at: Projecting, recorded: Recorded) -> None:
    """One event of a payment."""
    event = recorded.event
    if isinstance(event, e.PaymentScheduled):
        at.make(
            PAYMENTS,
            {
                "payment_id": event.payment_id,
                "programme": recorded.programme,
                "call_id": event.call_id,
                "award_id": event.award_id,
                "application_no": event.application_no,
                "registration_id": event.registration_id,
                "person_id": event.person_id,
                "tranche": event.tranche,
                "mode": event.mode,
                "currency": event.amount.currency,
                "amount_minor": event.amount.minor,
                "end_to_end_id": event.end_to_end_id,
                "reissue": event.reissue,
                "status": "scheduled",
                "due_on": event.due_on,
                "imported": event.imported,
                "version": recorded.version,
            },
        )
        return
    key = {"payment_id": recorded.identifier}
    at.change(PAYMENTS, key, **_changes(event), version=recorded.version)


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
            return {"status": "returned", "booked_on": event.booked_on, "reversal_by": None}
        case e.PaymentReversed():
            return {"status": "reversed", "booked_on": None, "reversal_by": None}
        case e.ReversalRequested():
            return {"reversal_by": event.requested_by}
        case e.PaymentReconciled():
            return {"status": "reconciled"}
        case e.PaymentHeld():
            held = {"hold_ground": event.ground, "held_until": event.held_until}
            return {"status": "held", **_NO_DUTIES, **held}
        case e.PaymentHoldLifted():
            return {"status": "scheduled", **_NO_DUTIES}
        case e.PaymentFailed():
            return {"status": "failed", "failed_by": event.failed_by}
        case e.PaymentCancelled():
            return {"status": "cancelled"}
        case e.PaymentReissued():
            again = {"end_to_end_id": event.end_to_end_id, "reissue": event.reissue}
            return {"status": "scheduled", "booked_on": None, **_NO_DUTIES, **again}
        case _:
            return {}


PAYMENT_VIEW: Final = Projection("payments", 3, (PAYMENTS,), project_payment, e.PAYMENT_EVENTS)


# Queries


def within(query: Select[Any], table: Table, programmes: Collection[str] | None) -> Select[Any]:
    """The query limited to these programmes; None asks for all of them."""
    return query if programmes is None else query.where(table.c.programme.in_(programmes))


def one_payment(connection: Connection, payment_id: str) -> Row[Any] | None:
    """The payment with its payee's name, or None."""
    query = select(
        PAYMENTS,
        AWARDS.c.full_name,
        AWARDS.c.account_number,
        AWARDS.c.account_typed_by,
        AWARDS.c.account_changed_by,
        AWARDS.c.account_called_back_by,
    ).outerjoin(AWARDS, AWARDS.c.award_id == PAYMENTS.c.award_id)
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
    query = within(query, PAYMENTS, programmes)
    if statuses:
        query = query.where(PAYMENTS.c.status.in_(statuses))
    if award_id:
        query = query.where(PAYMENTS.c.award_id == award_id)
    if after:
        query = query.where(tuple_(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id) > after)
    return connection.execute(query).all()


def payment_counts(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many payments there are in each status."""
    query = select(PAYMENTS.c.status, func.count()).group_by(PAYMENTS.c.status)
    rows = connection.execute(within(query, PAYMENTS, programmes))
    return {row[0]: row[1] for row in rows}


def last_reissue(connection: Connection, award_id: str, tranche: int) -> int:
    """The highest number that a payment of the tranche had; 0 when there is none."""
    query = select(func.max(PAYMENTS.c.reissue)).where(
        PAYMENTS.c.award_id == award_id, PAYMENTS.c.tranche == tranche
    )
    return connection.execute(query).scalar() or 0


def payments_by_end_to_end_id(
    connection: Connection, programme: str, ids: Collection[str]
) -> dict[str, str]:
    """End-to-end id → payment id, where it is one payment's alone.

    Before replacements had ids of their own, two payments could share one: a person looks then.
    """
    found: dict[str, str] = {}
    shared: set[str] = set()
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 500):
        rows = connection.execute(
            select(PAYMENTS.c.end_to_end_id, PAYMENTS.c.payment_id).where(
                PAYMENTS.c.programme == programme,
                PAYMENTS.c.end_to_end_id.in_(wanted[start : start + 500]),
            )
        )
        for name, payment_id in rows:
            if name in found:
                shared.add(name)
            found[name] = payment_id
    return {name: one for name, one in found.items() if name not in shared}
