"""Read models of the ledger: postings, the disbursement ledger, and the names of calls.

    trial_balance(connection, "demo")   ->  rows of account, currency, debit_minor, credit_minor
    disbursement_rows(connection, "demo") -> what the bank paid and took back, in file order

Every posting names the event that it came from; rows are only ever added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
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
    Text,
    case,
    func,
    select,
    tuple_,
)

from services.grants.calls import call_events
from services.grants.ledger.disbursements import DisbursementEntry, entry_of
from services.grants.ledger.postings import postings_of
from services.grants.payments import payment_events as e
from services.grants.tables import VIEWS
from shared.events.projection import Projecting, Projection, Recorded
from shared.money import Money

LEDGER_ENTRIES: Final = Table(
    "ledger_entries",
    VIEWS,
    Column("event_id", String(36), nullable=False),
    Column("side", String(6), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("account", String(24), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("award_id", String(36), nullable=False),
    Column("payment_id", String(36), nullable=False),
    Column("tranche", Integer, nullable=False),
    PrimaryKeyConstraint("event_id", "side"),
    Index("ledger_entries_by_account", "programme", "account", "currency", "booked_on"),
)

DISBURSEMENTS: Final = Table(
    "disbursements",
    VIEWS,
    Column("event_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("application_no", String(64), nullable=False),
    Column("award_id", String(36), nullable=False),
    Column("payment_id", String(36), nullable=False),
    Column("tranche", Integer, nullable=False),
    Column("end_to_end_id", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("kind_order", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Index("disbursements_in_order", "programme", "booked_on", "end_to_end_id", "kind_order"),
)

LEDGER_CALLS: Final = Table(
    "ledger_calls",
    VIEWS,
    Column("call_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("code", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("zone", String(40), nullable=False),
)

_ORDER: Final = {"paid": 0, "returned": 1, "reversed": 2}


def project(at: Projecting, recorded: Recorded) -> None:
    """The postings and the disbursement that an event makes."""
    event: Any = recorded.event
    for posting in postings_of(event, event_id=recorded.envelope.id):
        at.make(
            LEDGER_ENTRIES,
            {
                "event_id": posting.event_id,
                "side": posting.side,
                "programme": recorded.programme,
                "booked_on": posting.booked_on,
                "account": posting.account,
                "currency": posting.amount.currency,
                "amount_minor": posting.amount.minor,
                "call_id": posting.call_id,
                "award_id": posting.award_id,
                "payment_id": posting.payment_id,
                "tranche": posting.tranche,
            },
        )
    entry = entry_of(event, call=event.call_id)
    if entry is not None:
        at.make(
            DISBURSEMENTS,
            {
                "event_id": recorded.envelope.id,
                "programme": recorded.programme,
                "booked_on": entry.booked_on,
                "call_id": event.call_id,
                "application_no": entry.application_no,
                "award_id": event.award_id,
                "payment_id": event.payment_id,
                "tranche": entry.tranche,
                "end_to_end_id": entry.end_to_end_id,
                "kind": entry.kind,
                "kind_order": _ORDER[entry.kind],
                "currency": entry.amount.currency,
                "amount_minor": entry.amount.minor,
            },
        )


def project_call(at: Projecting, recorded: Recorded) -> None:
    """The name that a call goes by in the ledger."""
    event = recorded.event
    if isinstance(event, call_events.Published):
        at.put(
            LEDGER_CALLS,
            {"call_id": event.call_id},
            programme=recorded.programme,
            code=event.code,
            title=event.title,
            zone=event.terms.timezone,
        )


LEDGER_VIEW: Final = Projection(
    "ledger",
    1,
    (LEDGER_ENTRIES, DISBURSEMENTS),
    project,
    (e.PaymentPaid, e.PaymentReturned, e.PaymentReversed, e.InKindHandedOver),
)
CALL_NAME_VIEW: Final = Projection(
    "ledger_calls", 1, (LEDGER_CALLS,), project_call, (call_events.Published,)
)


# Queries


def call_names(connection: Connection, programmes: Collection[str] | None) -> Sequence[Row[Any]]:
    """Calls by code: call_id, programme, code, title, zone."""
    query = select(LEDGER_CALLS).order_by(LEDGER_CALLS.c.programme, LEDGER_CALLS.c.code)
    if programmes is not None:
        query = query.where(LEDGER_CALLS.c.programme.in_(programmes))
    return connection.execute(query).all()


def trial_balance(
    connection: Connection,
    programme: str,
    *,
    call_id: str | None = None,
    account: str | None = None,
    currency: str | None = None,
    booked_from: date | None = None,
    booked_to: date | None = None,
) -> Sequence[Row[Any]]:
    """Sums by account and currency: account, currency, entries, debit_minor, credit_minor."""
    entries = LEDGER_ENTRIES.c
    debit = func.sum(case((entries.side == "debit", entries.amount_minor), else_=0))
    credit = func.sum(case((entries.side == "credit", entries.amount_minor), else_=0))
    query: Select[*tuple[Any, ...]] = (
        select(
            entries.account,
            entries.currency,
            func.count().label("entries"),
            debit.label("debit_minor"),
            credit.label("credit_minor"),
        )
        .where(entries.programme == programme)
        .group_by(entries.account, entries.currency)
        .order_by(entries.currency, entries.account)
    )
    if call_id:
        query = query.where(entries.call_id == call_id)
    if account:
        query = query.where(entries.account == account)
    if currency:
        query = query.where(entries.currency == currency)
    if booked_from:
        query = query.where(entries.booked_on >= booked_from)
    if booked_to:
        query = query.where(entries.booked_on <= booked_to)
    return connection.execute(query).all()


def _disbursements(
    programme: str,
    *,
    call_id: str | None = None,
    kind: str | None = None,
    currency: str | None = None,
    booked_from: date | None = None,
    booked_to: date | None = None,
) -> Select[Any]:
    rows = DISBURSEMENTS.c
    query = (
        select(DISBURSEMENTS, LEDGER_CALLS.c.code.label("call_code"))
        .outerjoin(LEDGER_CALLS, LEDGER_CALLS.c.call_id == rows.call_id)
        .where(rows.programme == programme)
        .order_by(rows.booked_on, rows.end_to_end_id, rows.kind_order, rows.event_id)
    )
    if call_id:
        query = query.where(rows.call_id == call_id)
    if kind:
        query = query.where(rows.kind == kind)
    if currency:
        query = query.where(rows.currency == currency)
    if booked_from:
        query = query.where(rows.booked_on >= booked_from)
    if booked_to:
        query = query.where(rows.booked_on <= booked_to)
    return query


def disbursement_rows(
    connection: Connection,
    programme: str,
    *,
    limit: int,
    after: tuple[date, str, int, str] | None = None,
    **filters: Any,
) -> Sequence[Row[Any]]:
    """A page of the disbursement ledger. Filters: call_id, kind, currency, booked_from,
    booked_to."""
    rows = DISBURSEMENTS.c
    query = _disbursements(programme, **filters).limit(limit)
    if after:
        place = tuple_(rows.booked_on, rows.end_to_end_id, rows.kind_order, rows.event_id)
        query = query.where(place > after)
    return connection.execute(query).all()


def disbursement_entries(
    connection: Connection, programme: str, **filters: Any
) -> Iterator[DisbursementEntry]:
    """The disbursement ledger as ``ledger_csv`` takes it; calls by their code."""
    for row in connection.execute(_disbursements(programme, **filters)):
        yield DisbursementEntry(
            booked_on=row.booked_on,
            call=row.call_code or row.call_id,
            application_no=row.application_no,
            tranche=row.tranche,
            end_to_end_id=row.end_to_end_id,
            kind=row.kind,
            amount=Money(row.amount_minor, row.currency),
        )


def disbursement_totals(
    connection: Connection, programme: str, **filters: Any
) -> Sequence[Row[Any]]:
    """Control totals by currency: entries, debit_minor (paid), credit_minor (came back)."""
    found = _disbursements(programme, **filters).order_by(None).subquery()
    debit = func.sum(case((found.c.kind == "paid", found.c.amount_minor), else_=0))
    credit = func.sum(case((found.c.kind != "paid", found.c.amount_minor), else_=0))
    return connection.execute(
        select(
            found.c.currency,
            func.count().label("entries"),
            debit.label("debit_minor"),
            credit.label("credit_minor"),
        )
        .group_by(found.c.currency)
        .order_by(found.c.currency)
    ).all()
