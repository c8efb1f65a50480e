"""Double entry: which accounts an event of a payment debits and credits.

>>> paid = PaymentPaid(payment_id="p", call_id="c", award_id="a", tranche=1, application_no="A1",
...     end_to_end_id="A1-T1", line_id="l", booked_on=date(2011, 5, 4),
...     amount=Money(12661200, "RSD"), mode="cash")
>>> [(one.account, one.side) for one in postings_of(paid, event_id="0192")]
[('grant_expense', 'debit'), ('bank', 'credit')]

A posting is never changed: a correction is another event with the sides exchanged. Amounts are
positive; the side tells the direction. Source: domain, "Money rules", financial ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from services.grants.payments.payment_events import (
    InKindHandedOver,
    PaymentEvent,
    PaymentPaid,
    PaymentReturned,
    PaymentReversed,
)
from shared.events.event import Event
from shared.money import Money, zero

Account: TypeAlias = Literal[
    "bank",
    "grant_expense",
    "payable",
    "receivable_recovery",
    "write_off_expense",
    "exchange_difference",
]
Side: TypeAlias = Literal["debit", "credit"]

CHART_OF_ACCOUNTS: Final[dict[Account, str]] = {
    "bank": "asset",
    "receivable_recovery": "asset",
    "payable": "liability",
    "grant_expense": "expense",
    "write_off_expense": "expense",
    "exchange_difference": "expense",
}
"""Account to its class. Grows debit-wise for assets and expenses, credit-wise for liabilities."""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One side of an entry, with the event that it came from and the grant that it is about."""

    event_id: str
    booked_on: date
    account: Account
    side: Side
    amount: Money
    call_id: str
    award_id: str
    payment_id: str
    tranche: int


def postings_of(event: Event, *, event_id: str) -> tuple[Posting, ...]:
    """The entry that an event makes, none when it moves no money. ``event_id``: the envelope's."""
    match event:
        case PaymentPaid():
            settled = _settled(event)
            return _entry(event, event.amount, event.booked_on, settled, "bank", event_id)
        case PaymentReturned() | PaymentReversed():
            settled = _settled(event)
            return _entry(event, event.amount, event.booked_on, "bank", settled, event_id)
        case InKindHandedOver():
            day = event.handed_over_on
            return _entry(event, event.amount, day, "grant_expense", "payable", event_id)
        case _:
            return ()


def _settled(event: PaymentPaid | PaymentReturned | PaymentReversed) -> Account:
    """What the bank's debit settles: in kind, the expense came with the handover already."""
    return "payable" if event.mode == "in_kind" else "grant_expense"


def _entry(
    event: PaymentEvent, amount: Money, day: date, debit: Account, credit: Account, event_id: str
) -> tuple[Posting, ...]:
    sides: tuple[tuple[Account, Side], ...] = ((debit, "debit"), (credit, "credit"))
    return tuple(
        Posting(
            event_id=event_id,
            booked_on=day,
            account=account,
            side=side,
            amount=amount,
            call_id=event.call_id,
            award_id=event.award_id,
            payment_id=event.payment_id,
            tranche=event.tranche,
        )
        for account, side in sides
    )


def balances(postings: Iterable[Posting]) -> dict[tuple[Account, str], Money]:
    """Debits minus credits by account and currency."""
    sums: dict[tuple[Account, str], Money] = {}
    for posting in postings:
        key = (posting.account, posting.amount.currency)
        signed = posting.amount if posting.side == "debit" else -posting.amount
        sums[key] = sums.get(key, zero(posting.amount.currency)) + signed
    return sums


def trial_balance(postings: Iterable[Posting]) -> dict[str, tuple[Money, Money]]:
    """Sum of debits and sum of credits by currency; the two are equal, always."""
    sums: dict[str, tuple[Money, Money]] = {}
    for posting in postings:
        currency = posting.amount.currency
        debit, credit = sums.get(currency, (zero(currency), zero(currency)))
        if posting.side == "debit":
            sums[currency] = (debit + posting.amount, credit)
        else:
            sums[currency] = (debit, credit + posting.amount)
    return sums
