"""The disbursement ledger as a file: what the bank paid and took back, with control totals.

>>> entry = DisbursementEntry(booked_on=date(2011, 5, 4), call="RS-2011", application_no="A0001",
...     tranche=1, end_to_end_id="A0001-T1", kind="paid", amount=Money(12661200, "RSD"))
>>> print(ledger_csv([entry]).splitlines()[1])
"1","2011-05-04","RS-2011","A0001","1","A0001-T1","paid","126612.00","0.00","RSD","12661200","0"\
,"126612.00","12661200"

UTF-8, comma, every cell quoted, lines end with LF. Columns:

entry_no       counts from 1 in the order of the file
booked_on      day of the bank's statement (reversals: day of the correction), ISO 8601
call           the call's code
application_no, tranche, end_to_end_id   what was paid; no name, no account number
kind           paid, returned or reversed
debit, credit  grant expense debited or credited, decimal text with a point
currency       ISO 4217
debit_minor, credit_minor   the same in minor units, exact
balance, balance_minor      running net of this currency after this entry

Three kinds of control lines follow, told apart by the first cell: ``count`` (entries), ``sum``
(one per currency, in the columns of the entries) and ``sha256`` (of all bytes before that line).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from services.grants.payments.payment_events import (
    BankFact,
    PaymentPaid,
    PaymentReturned,
    PaymentReversed,
)
from shared.events.event import Event
from shared.money import CURRENCIES, Money, zero
from shared.spreadsheets import formula_safe

COLUMNS: Final = (
    "entry_no",
    "booked_on",
    "call",
    "application_no",
    "tranche",
    "end_to_end_id",
    "kind",
    "debit",
    "credit",
    "currency",
    "debit_minor",
    "credit_minor",
    "balance",
    "balance_minor",
)

EntryKind: TypeAlias = Literal["paid", "returned", "reversed"]
_KIND_ORDER: Final[dict[EntryKind, int]] = {"paid": 0, "returned": 1, "reversed": 2}


@dataclass(frozen=True, kw_only=True)
class DisbursementEntry:
    """One movement of money. ``amount`` is positive; ``kind`` tells the direction."""

    booked_on: date
    call: str
    application_no: str
    tranche: int
    end_to_end_id: str
    kind: EntryKind
    amount: Money


def entry_of(event: Event, *, call: str) -> DisbursementEntry | None:
    """The entry that an event makes, or None. ``call``: the call's code."""
    match event:
        case PaymentPaid():
            return _entry(event, call, "paid")
        case PaymentReturned():
            return _entry(event, call, "returned")
        case PaymentReversed():
            return _entry(event, call, "reversed")
        case _:
            return None


def _entry(event: BankFact, call: str, kind: EntryKind) -> DisbursementEntry:
    return DisbursementEntry(
        booked_on=event.booked_on,
        call=call,
        application_no=event.application_no,
        tranche=event.tranche,
        end_to_end_id=event.end_to_end_id,
        kind=kind,
        amount=event.amount,
    )


def in_order(entries: Iterable[DisbursementEntry]) -> list[DisbursementEntry]:
    """Entries in the file's order: day, end-to-end id, debit before its return."""
    return sorted(entries, key=lambda e: (e.booked_on, e.end_to_end_id, _KIND_ORDER[e.kind]))


def rows(entries: Iterable[DisbursementEntry]) -> list[tuple[str, ...]]:
    """The file's rows in the order of ``COLUMNS``, with running balances, without totals."""
    balance: dict[str, Money] = {}
    made = []
    for number, entry in enumerate(in_order(entries), start=1):
        currency = entry.amount.currency
        debit, credit = _sides(entry)
        balance[currency] = balance.get(currency, zero(currency)) + debit - credit
        made.append(
            (
                str(number),
                entry.booked_on.isoformat(),
                formula_safe(entry.call),
                formula_safe(entry.application_no),
                str(entry.tranche),
                formula_safe(entry.end_to_end_id),
                entry.kind,
                *_amounts(debit, credit, balance[currency]),
            )
        )
    return made


@dataclass(frozen=True, kw_only=True)
class ControlTotal:
    """What all entries of one currency come to."""

    currency: str
    count: int
    debit: Money
    credit: Money

    @property
    def net(self) -> Money:
        """What was paid and did not come back."""
        return self.debit - self.credit


def control_totals(entries: Iterable[DisbursementEntry]) -> tuple[ControlTotal, ...]:
    """Counts and sums by currency, in the currencies' order."""
    counts: Counter[str] = Counter()
    debits: dict[str, Money] = {}
    credits_: dict[str, Money] = {}
    for entry in entries:
        currency = entry.amount.currency
        debit, credit = _sides(entry)
        counts[currency] += 1
        debits[currency] = debits.get(currency, zero(currency)) + debit
        credits_[currency] = credits_.get(currency, zero(currency)) + credit
    return tuple(
        ControlTotal(
            currency=currency,
            count=counts[currency],
            debit=debits[currency],
            credit=credits_[currency],
        )
        for currency in sorted(counts)
    )


def control_rows(entries: Sequence[DisbursementEntry]) -> list[tuple[str, ...]]:
    """The lines ``count`` and ``sum`` per currency, in the columns of the entries."""
    made = [("count", str(len(entries)), *[""] * (len(COLUMNS) - 2))]
    for total in control_totals(entries):
        amounts = _amounts(total.debit, total.credit, total.net)
        made.append(("sum", *[""] * (len(COLUMNS) - 1 - len(amounts)), *amounts))
    return made


def ledger_csv(entries: Iterable[DisbursementEntry]) -> str:
    """The whole file as text; its digest line is of the UTF-8 bytes before it."""
    listed = list(entries)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(listed))
    writer.writerows(control_rows(listed))
    digest = hashlib.sha256(out.getvalue().encode()).hexdigest()
    writer.writerow(("sha256", digest, *[""] * (len(COLUMNS) - 2)))
    return out.getvalue()


def decimal_text(amount: Money) -> str:
    """The amount with a decimal point and no grouping: ``126612.00``, ``-0.05``."""
    decimals = CURRENCIES[amount.currency]
    sign = "-" if amount.minor < 0 else ""
    whole, part = divmod(abs(amount.minor), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def _sides(entry: DisbursementEntry) -> tuple[Money, Money]:
    nothing = zero(entry.amount.currency)
    return (entry.amount, nothing) if entry.kind == "paid" else (nothing, entry.amount)


def _amounts(debit: Money, credit: Money, balance: Money) -> tuple[str, ...]:
    return (
        decimal_text(debit),
        decimal_text(credit),
        debit.currency,
        str(debit.minor),
        str(credit.minor),
        decimal_text(balance),
        str(balance.minor),
    )
