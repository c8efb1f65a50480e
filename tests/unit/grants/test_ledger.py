"""Postings by event, and the disbursement ledger's file."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.grants.ledger import disbursements as d
from services.grants.ledger.postings import CHART_OF_ACCOUNTS, postings_of
from services.grants.payments import payment_events as e
from shared.events.event import Event
from shared.money import Money
from shared.spreadsheets import formula_safe

WHICH: dict[str, Any] = {"payment_id": "p1", "call_id": "c1", "award_id": "a1", "tranche": 1}
FACT: dict[str, Any] = WHICH | {
    "application_no": "A0008",
    "end_to_end_id": "A0008-T1",
    "line_id": "l1",
    "booked_on": date(2011, 5, 9),
    "amount": Money(11103000, "RSD"),
    "mode": "cash",
}
PAID = e.PaymentPaid(**FACT)
RETURNED = e.PaymentReturned(**FACT | {"booked_on": date(2011, 5, 11)})


def sides(event: Event) -> list[tuple[str, str]]:
    postings = postings_of(event, event_id="ev")
    assert all(one.event_id == "ev" and one.account in CHART_OF_ACCOUNTS for one in postings)
    return [(one.account, one.side) for one in postings]


def test_paid_debits_the_expense_and_a_bounce_reverses_it() -> None:
    assert sides(PAID) == [("grant_expense", "debit"), ("bank", "credit")]
    assert sides(RETURNED) == [("bank", "debit"), ("grant_expense", "credit")]
    people: dict[str, Any] = {"reason": "Wrong line.", "requested_by": "m", "confirmed_by": "n"}
    assert sides(e.PaymentReversed(**FACT, **people)) == sides(RETURNED)


def test_in_kind_the_handover_is_the_expense_and_the_payment_settles_the_payable() -> None:
    handover = e.InKindHandedOver(
        **WHICH, invoice_no="17", amount=Money(5, "BAM"), handed_over_on=date(2026, 3, 2)
    )
    assert sides(handover) == [("grant_expense", "debit"), ("payable", "credit")]
    paid = e.PaymentPaid(**FACT | {"mode": "in_kind"})
    assert sides(paid) == [("payable", "debit"), ("bank", "credit")]


def test_what_moves_no_money_posts_nothing() -> None:
    assert postings_of(e.PaymentAuthorised(**WHICH, authorised_by="m"), event_id="ev") == ()
    assert d.entry_of(e.PaymentAuthorised(**WHICH, authorised_by="m"), call="C") is None


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_file_has_running_balances_and_control_lines() -> None:
    entries = [one for one in (d.entry_of(ev, call="RS-2011") for ev in (RETURNED, PAID)) if one]
    text = d.ledger_csv(entries)
    header, paid, returned, count, sums, digest = read(text)
    assert tuple(header) == d.COLUMNS
    assert paid[:7] == ["1", "2011-05-09", "RS-2011", "A0008", "1", "A0008-T1", "paid"]
    assert paid[7:] == ["111030.00", "0.00", "RSD", "11103000", "0", "111030.00", "11103000"]
    assert returned[6:] == [
        "returned",
        *("0.00", "111030.00", "RSD", "0", "11103000", "0.00", "0"),
    ]
    assert count[:2] == ["count", "2"]
    assert sums[0] == "sum"
    assert sums[7:10] == ["111030.00", "111030.00", "RSD"]
    before = text[: text.rindex('"sha256"')]
    assert digest[:2] == ["sha256", hashlib.sha256(before.encode()).hexdigest()]
    assert {len(row) for row in read(text)} == {len(d.COLUMNS)}


def test_an_empty_ledger_is_a_file_too() -> None:
    header, count, digest = read(d.ledger_csv([]))
    assert count[:2] == ["count", "0"]
    assert digest[0] == "sha256"


def test_amounts_are_exact_decimal_text() -> None:
    assert d.decimal_text(Money(-5, "BAM")) == "-0.05"
    assert d.decimal_text(Money(10**15, "RSD")) == "10000000000000.00"


@given(st.text(max_size=12))
def test_no_text_reaches_a_spreadsheet_as_a_formula(text: str) -> None:
    safe = formula_safe(text)
    assert safe.replace("'", "") == text.replace("'", "")
    assert not safe.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    # A program that splits lines elsewhere than at commas finds no formula either.
    cells = re.split("[;|\t\r\n]", safe)[1:]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)


def test_formulas_are_quoted_and_plain_text_is_not() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", "\u200b=1", "\u202e@x"):
        assert formula_safe(text) == f"'{text}"
    assert formula_safe("\t=1") == "'\t'=1"
    assert formula_safe("Mira;=1+1") == "Mira;'=1+1"
    for text in ("A0001-T1", "Mira, -5", "2026-03-01", "a=b"):
        assert formula_safe(text) == text


@given(
    st.lists(
        st.tuples(
            st.dates(),
            st.sampled_from(["paid", "returned", "reversed"]),
            st.integers(1, 10**12),
            st.sampled_from(["RSD", "BAM"]),
        ),
        max_size=20,
    )
)
def test_control_sums_are_the_sums_of_the_rows(moves: list[Any]) -> None:
    entries = [
        d.DisbursementEntry(
            booked_on=day,
            call="C",
            application_no="A",
            tranche=1,
            end_to_end_id="A-T1",
            kind=kind,
            amount=Money(minor, currency),
        )
        for day, kind, minor, currency in moves
    ]
    listed = d.rows(entries)
    for total in d.control_rows(entries)[1:]:
        ours = [row for row in listed if row[9] == total[9]]
        assert int(total[10]) == sum(int(row[10]) for row in ours)
        assert int(total[11]) == sum(int(row[11]) for row in ours)
        assert total[12:] == ours[-1][12:]
