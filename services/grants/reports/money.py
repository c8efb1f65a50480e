"""Figures about money and follow-up, as the report and the command line give them.

>>> MoneyFigures.__annotations__["tranches_paid"]
'int'

What was approved is the committee's to tell; these are what the bank did and what visits found.
"""

from __future__ import annotations

from typing import Final, TypedDict

from sqlalchemy import Connection, case, func, select

from services.grants.ledger.views import DISBURSEMENTS, disbursement_totals
from services.grants.visits.views import VISITS

MADE: Final = ("conducted", "conflict", "accepted")


class MoneyFigures(TypedDict):
    """Amounts are minor units by currency; only currencies that moved are named."""

    disbursed_net_minor: dict[str, int]
    returned_minor: dict[str, int]
    tranches_paid: int
    visits: int
    trading_at_6_months: int
    trading_at_12_months: int


def money_figures(connection: Connection, programme: str) -> MoneyFigures:
    """The figures of one programme."""
    totals = disbursement_totals(connection, programme)
    returned = disbursement_totals(connection, programme, kind="returned")
    return MoneyFigures(
        disbursed_net_minor={
            row.currency: int(row.debit_minor - row.credit_minor) for row in totals
        },
        returned_minor={row.currency: 0 for row in totals}
        | {row.currency: int(row.credit_minor) for row in returned},
        tranches_paid=_tranches_paid(connection, programme),
        visits=_visits(connection, programme),
        trading_at_6_months=_visits(connection, programme, month=6, outcome="trading"),
        trading_at_12_months=_visits(connection, programme, month=12, outcome="trading"),
    )


def _tranches_paid(connection: Connection, programme: str) -> int:
    """Tranches whose net payment is above zero."""
    rows = DISBURSEMENTS.c
    signed = func.sum(case((rows.kind == "paid", rows.amount_minor), else_=-rows.amount_minor))
    net = (
        select(rows.award_id, rows.tranche)
        .where(rows.programme == programme)
        .group_by(rows.award_id, rows.tranche)
        .having(signed > 0)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(net)).scalar_one()


def _visits(
    connection: Connection, programme: str, *, month: int | None = None, outcome: str | None = None
) -> int:
    query = select(func.count()).where(VISITS.c.programme == programme, VISITS.c.status.in_(MADE))
    if month is not None:
        query = query.where(VISITS.c.month == month)
    if outcome is not None:
        query = query.where(VISITS.c.outcome == outcome)
    return connection.execute(query).scalar_one()
