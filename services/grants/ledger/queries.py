"""Postings as people search them, what an account came to before, and calls beside the ledger.

    postings(connection, Search(programme="demo", account="bank", currency="RSD"), limit=50)
    balance_before(connection, search, after)   ->  debits minus credits, in minor units

A search without a filter finds every posting of its programme, in the order of booking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from services.grants.calls.views import BUDGETS
from services.grants.ledger.views import DISBURSEMENTS, LEDGER_CALLS, LEDGER_ENTRIES
from services.grants.payments.views import PAYMENTS
from shared.events.tables import EVENTS, LOG

PostingKey: TypeAlias = tuple[date, str, str]
"""Day, event id and side; of one event the debit comes first."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which postings; empty means any. Days are of the statement, both included."""

    programme: str
    call_id: str = ""
    account: str = ""
    currency: str = ""
    since: date | None = None
    until: date | None = None

    def filters(self) -> dict[str, Any]:
        """As ``views.trial_balance`` takes it."""
        return {
            "call_id": self.call_id or None,
            "account": self.account or None,
            "currency": self.currency or None,
            "booked_from": self.since,
            "booked_to": self.until,
        }

    @property
    def one_account(self) -> bool:
        """Whether a running balance means something."""
        return bool(self.account and self.currency)


def postings(
    connection: Connection, search: Search, *, limit: int, after: PostingKey | None = None
) -> Sequence[Row[Any]]:
    """Postings with call's code, application number, end-to-end id and what happened."""
    entries = LEDGER_ENTRIES.c
    query = _described().where(*_clauses(search)).limit(limit)
    query = query.order_by(entries.booked_on, entries.event_id, entries.side.desc())
    if after is not None:
        query = query.where(_later(after))
    return connection.execute(query).all()


def entry(connection: Connection, event_id: str) -> Sequence[Row[Any]]:
    """Both postings of an event, the debit first; none when it moved no money."""
    entries = LEDGER_ENTRIES.c
    query = _described().where(entries.event_id == event_id).order_by(entries.side.desc())
    return connection.execute(query).all()


def event_of(connection: Connection, event_id: str) -> tuple[bytes, int | None] | None:
    """The envelope's bytes and its position in the log (None until it is sequenced)."""
    row = connection.execute(
        select(EVENTS.c.envelope, LOG.c.position)
        .outerjoin(LOG, LOG.c.event_id == EVENTS.c.event_id)
        .where(EVENTS.c.event_id == event_id)
    ).first()
    return None if row is None else (row.envelope, row.position)


def balance_before(connection: Connection, search: Search, after: PostingKey | None) -> int:
    """Debits minus credits of one account before the page that begins ``after``; minor units."""
    entries = LEDGER_ENTRIES.c
    whole = Search(
        programme=search.programme,
        call_id=search.call_id,
        account=search.account,
        currency=search.currency,
    )
    signed = func.sum(
        case((entries.side == "debit", entries.amount_minor), else_=-entries.amount_minor)
    )
    query = select(func.coalesce(signed, 0)).where(*_clauses(whole))
    if after is not None:
        query = query.where(~_later(after))
    elif search.since:
        query = query.where(entries.booked_on < search.since)
    else:
        return 0
    return int(connection.execute(query).scalar_one())


def calls_beside(connection: Connection, search: Search) -> Sequence[Row[Any]]:
    """Each call's budget beside what the ledger says that the bank paid and took back for it.

    Columns: call_id, code, title, currency, budget_minor, available_minor, committed_minor,
    obligated_minor, spent_minor, paid_minor, back_minor. Budget figures are those of now.
    """
    moved = DISBURSEMENTS.c
    paid = func.sum(case((moved.kind == "paid", moved.amount_minor), else_=0))
    back = func.sum(case((moved.kind != "paid", moved.amount_minor), else_=0))
    sums = (
        select(moved.call_id, moved.currency, paid.label("paid"), back.label("back"))
        .where(moved.programme == search.programme)
        .group_by(moved.call_id, moved.currency)
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            LEDGER_CALLS.c.call_id,
            LEDGER_CALLS.c.code,
            LEDGER_CALLS.c.title,
            BUDGETS.c.currency,
            BUDGETS.c.budget_minor,
            BUDGETS.c.available_minor,
            BUDGETS.c.committed_minor,
            BUDGETS.c.obligated_minor,
            BUDGETS.c.spent_minor,
            func.coalesce(sums.c.paid, 0).label("paid_minor"),
            func.coalesce(sums.c.back, 0).label("back_minor"),
        )
        .join(BUDGETS, BUDGETS.c.call_id == LEDGER_CALLS.c.call_id)
        .outerjoin(
            sums,
            and_(sums.c.call_id == BUDGETS.c.call_id, sums.c.currency == BUDGETS.c.currency),
        )
        .where(LEDGER_CALLS.c.programme == search.programme)
        .order_by(LEDGER_CALLS.c.code, LEDGER_CALLS.c.call_id)
    )
    if search.call_id:
        query = query.where(LEDGER_CALLS.c.call_id == search.call_id)
    if search.currency:
        query = query.where(BUDGETS.c.currency == search.currency)
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    return rows


def _described() -> Select[Any]:
    entries = LEDGER_ENTRIES.c
    return (
        select(
            LEDGER_ENTRIES,
            LEDGER_CALLS.c.code.label("call_code"),
            PAYMENTS.c.application_no,
            func.coalesce(DISBURSEMENTS.c.end_to_end_id, PAYMENTS.c.end_to_end_id).label(
                "end_to_end_id"
            ),
            # What moves money without the bank is a handover in kind.
            func.coalesce(DISBURSEMENTS.c.kind, "handed_over").label("what"),
        )
        .outerjoin(LEDGER_CALLS, LEDGER_CALLS.c.call_id == entries.call_id)
        .outerjoin(PAYMENTS, PAYMENTS.c.payment_id == entries.payment_id)
        .outerjoin(DISBURSEMENTS, DISBURSEMENTS.c.event_id == entries.event_id)
    )


def _clauses(search: Search) -> list[ColumnElement[bool]]:
    entries = LEDGER_ENTRIES.c
    found = [entries.programme == search.programme]
    for column, value in (
        (entries.call_id, search.call_id),
        (entries.account, search.account),
        (entries.currency, search.currency),
    ):
        if value:
            found.append(column == value)
    if search.since:
        found.append(entries.booked_on >= search.since)
    if search.until:
        found.append(entries.booked_on <= search.until)
    return found


def _later(after: PostingKey) -> ColumnElement[bool]:
    entries, (booked_on, event_id, side) = LEDGER_ENTRIES.c, after
    same_day = entries.booked_on == booked_on
    return or_(
        entries.booked_on > booked_on,
        and_(same_day, entries.event_id > event_id),
        and_(same_day, entries.event_id == event_id, entries.side < side),
    )
