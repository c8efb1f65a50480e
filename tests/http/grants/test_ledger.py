"""Finance looks at the ledger, follows a figure to its events, and exports the disbursements."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from services.commands import reporting
from services.grants.ledger.exporting import Period, ledger_file
from shared.access.roles import Role

from .home import PROGRAMME, House, open_programme
from .ledger_home import Past, bring_past

API = "/grants/api/v1/ledger"


@pytest.fixture
def past(house: House) -> Past:
    return bring_past(house)


def plain(text: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ")


def title(text: str) -> str:
    return plain(re.search(r"<h1.*?</h1>", text, re.DOTALL)[0]).strip()  # type: ignore[index]


def test_the_trial_balance_is_equal_in_each_currency(house: House, past: Past) -> None:
    body = house.as_reader(Role.auditor).get(f"{API}/trial-balance").json
    assert body["balanced"] is True
    bam, rsd = body["currencies"]
    assert (bam["currency"], bam["debit"]["amount"], bam["credit"]["amount"]) == (
        *("BAM", "900.03", "900.03"),
    )
    assert rsd["accounts"] == [
        {
            "account": "bank",
            "postings": 1,
            "debit": {"amount": "0.00", "currency": "RSD"},
            "credit": {"amount": "600.00", "currency": "RSD"},
            "balance": {"amount": "-600.00", "currency": "RSD"},
        },
        {
            "account": "grant_expense",
            "postings": 1,
            "debit": {"amount": "600.00", "currency": "RSD"},
            "credit": {"amount": "0.00", "currency": "RSD"},
            "balance": {"amount": "600.00", "currency": "RSD"},
        },
    ]


def test_postings_come_in_pages_and_by_filter(house: House, past: Past) -> None:
    finance = house.as_reader(Role.finance_officer)
    first = finance.get(f"{API}/postings?limit=3").json
    second = finance.get(f"{API}/postings?limit=200&cursor={first['next']}").json
    everything = first["items"] + second["items"]
    assert second["next"] is None and len(everything) == 8
    assert everything == finance.get(f"{API}/postings").json["items"]
    for pair in zip(everything[::2], everything[1::2], strict=True):
        assert pair[0]["event_id"] == pair[1]["event_id"]
        assert [one["side"] for one in pair] == ["debit", "credit"]
    asked = f"call_id={past.calls['B-1']}&account=bank&currency=BAM&since=2011-05-05"
    found = finance.get(f"{API}/postings?{asked}&until=2011-05-06").json["items"]
    assert [(one["what"], one["side"], one["amount"]["amount"]) for one in found] == [
        ("returned", "debit", "300.01")
    ]
    entry = finance.get(f"{API}/entries/{found[0]['event_id']}")
    assert entry.json["event"]["type"] == "org.zanat.grants.payment.returned.v1"
    assert len(entry.json["postings"]) == 2
    again = finance.get(
        f"{API}/entries/{found[0]['event_id']}", If_None_Match=entry.headers["ETag"]
    )
    assert again.status_code == 304


def test_disbursements_stand_in_the_order_of_the_file(house: House, past: Past) -> None:
    finance = house.as_reader(Role.finance_officer)
    first = finance.get(f"{API}/disbursements?limit=2").json
    rest = finance.get(f"{API}/disbursements?cursor={first['next']}").json
    listed = [(one["end_to_end_id"], one["kind"]) for one in first["items"] + rest["items"]]
    assert listed == [
        ("A0001-T1", "paid"),
        ("A0002-T1", "paid"),
        ("A0002-T1", "returned"),
        ("A0002-T1-R1", "paid"),
    ]
    returned = finance.get(f"{API}/disbursements?kind=returned").json["items"]
    assert [one["amount"] for one in returned] == [{"amount": "300.01", "currency": "BAM"}]
    assert "Somebody" not in str(rest)


def test_the_export_has_control_totals_in_file_and_headers_and_is_recorded(
    house: House, past: Past
) -> None:
    finance = house.as_reader(Role.finance_officer, account_id="f1")
    announced = finance.get(f"{API}/export").json
    answer = finance.get(f"{API}/disbursements.csv?sha256={announced['sha256']}", Accept="text/csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert announced["name"] in answer.headers["Content-Disposition"]
    assert hashlib.sha256(answer.data).hexdigest() == announced["sha256"]
    assert answer.headers["Zanat-Control-Count"] == "4"
    assert answer.headers["Zanat-Control-Totals"] == (
        'BAM;count=3;debit="600.02";credit="300.01";net="300.01", '
        'RSD;count=1;debit="600.00";credit="0.00";net="600.00"'
    )
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert ["count", "4"] in [row[:2] for row in rows]
    assert [row[7:10] for row in rows if row[0] == "sum"] == [
        ["600.02", "300.01", "BAM"],
        ["600.00", "0.00", "RSD"],
    ]
    before, _, last = answer.text.rpartition('"sha256"')
    assert hashlib.sha256(before.encode()).hexdigest() in last
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert house.recorded()[-1] == ("exported", "f1")


def test_the_command_line_gives_the_same_bytes(house: House, past: Past) -> None:
    opened: Any = SimpleNamespace(services={"grants": house.service})
    text = reporting.ledger_csv(opened, PROGRAMME)
    answer = house.as_reader(Role.auditor).get(f"{API}/disbursements.csv")
    assert answer.data == text.encode()
    part = house.ask(ledger_file, PROGRAMME, Period(since=date(2011, 5, 6)))
    answer = house.as_reader(Role.auditor).get(f"{API}/disbursements.csv?since=2011-05-06")
    assert answer.data == part.content and part.count == 2
    assert "disbursements-RS-2026-from-2011-05-06.csv" in answer.headers["Content-Disposition"]


def test_an_export_that_was_announced_otherwise_is_refused(house: House, past: Past) -> None:
    finance = house.as_reader(Role.finance_officer)
    answer = finance.get(f"{API}/disbursements.csv?sha256={'0' * 64}")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/ledger-changed")
    assert not house.recorded()


def test_the_page_says_that_it_balances_and_each_figure_leads_to_its_postings(
    house: House, past: Past
) -> None:
    finance = house.as_reader(Role.finance_officer)
    page = finance.get("/grants/ledger")
    assert page.status_code == 200
    assert title(page.text) == "Debits equal credits in BAM and RSD"
    assert "Export disbursements (CSV)" in page.text
    assert plain(page.text).count("Agrees") == 2
    links = re.findall(r'href="(/grants/ledger/postings\?[^"]+)"', page.text)
    assert links
    for link in {unescape(one) for one in links}:
        assert finance.get(link).status_code == 200
    account = finance.get("/grants/ledger/postings?account=bank&currency=BAM")
    assert title(account.text) == "Bank: 3 postings"
    assert "Balance before the first line" in account.text
    assert "BAM -300.01" in plain(account.text)
    event = re.search(r'href="(/grants/ledger/entries/[^"]+)"', account.text)
    assert event is not None
    entry = finance.get(event[1])
    assert title(entry.text) == "Paid by the bank: BAM 300.01"
    assert "org.zanat.grants.payment.paid.v1" in entry.text
    assert 'href="/grants/payments/' in entry.text and 'href="/grants/statements/' in entry.text
    later = finance.get("/grants/ledger/postings?account=bank&currency=BAM&since=2011-05-20")
    assert "Balance before the first line: BAM 0.00" in plain(later.text)


def test_the_file_is_described_exported_and_receipted(house: House, past: Past) -> None:
    finance = house.as_reader(Role.finance_officer, account_id="f1")
    address = "/grants/ledger/export?currency=BAM"
    page = finance.get(address)
    assert title(page.text) == "The file will hold 3 disbursements"
    digest = re.search(r'name="sha256" value="([0-9a-f]{64})"', page.text)
    assert digest is not None
    sent = finance.submit("/grants/ledger/export", address, currency="BAM", sha256=digest[1])
    assert sent.status_code == 303
    receipt = finance.get(sent.headers["Location"])
    assert title(receipt.text) == "3 disbursements exported"
    assert digest[1] in receipt.text
    file = receipt.headers["Refresh"].partition("url=")[2]
    answer = finance.get(file)
    assert hashlib.sha256(answer.data).hexdigest() == digest[1]
    assert house.recorded() == [("exported", "f1")]
    assert "Refresh" not in finance.get(sent.headers["Location"]).headers


def test_a_ledger_that_changed_meanwhile_is_shown_again(house: House, past: Past) -> None:
    finance = house.as_reader(Role.finance_officer)
    sent = finance.submit("/grants/ledger/export", "/grants/ledger/export", sha256="0" * 64)
    assert sent.status_code == 409
    assert "The ledger has changed since you looked" in sent.text
    assert title(sent.text) == "The file will hold 4 disbursements"


def test_who_may_not_read_or_export(house: House, past: Past) -> None:
    officer = house.as_reader(Role.programme_officer)
    for address in ("/grants/ledger", "/grants/ledger/export", f"{API}/postings"):
        assert officer.get(address).status_code == 403
    elsewhere = house.as_reader(Role.finance_officer, programme="BA-2026")
    event = house.as_reader(Role.auditor).get(f"{API}/postings").json["items"][0]["event_id"]
    assert elsewhere.get(f"{API}/entries/{event}").status_code == 404
    assert elsewhere.get(f"{API}/disbursements.csv?programme={PROGRAMME}").status_code == 403
    assert elsewhere.get(f"{API}/disbursements.csv").status_code == 404
    assert elsewhere.get(f"{API}/postings").json["items"] == []
    assert house.app.test_client().get(f"{API}/postings").status_code == 401


def test_what_cannot_be_read_is_answered_in_words(house: House, past: Past) -> None:
    auditor = house.as_reader(Role.auditor)
    for asked, status in (
        ("postings?account=gold", 422),
        ("postings?since=soon", 422),
        ("postings?cursor=WyJhIl0", 422),
        ("postings?cursor=WyJ4IiwieSIsInoiXQ", 422),
        ("postings?limit=0", 422),
        ("postings?programme=XX", 403),
        ("entries/no-such", 404),
        ("entries/0192d1c0-0000-7000-8000-000000000000", 404),
        ("disbursements.csv?sha256=zz", 422),
        ("trial-balance?since=9999-12-31", 200),
    ):
        assert auditor.get(f"{API}/{asked}").status_code == status, asked
    page = auditor.get("/grants/ledger?since=soon&until=2011-05-04&account=gold")
    assert page.status_code == 200 and "Write the day like 2026-03-31." in page.text
    assert 'value="soon"' in page.text
    for address in ("/grants/ledger", "/grants/ledger/postings", "/grants/ledger/disbursements"):
        assert auditor.get(f"{address}?since=2030-01-01").status_code == 200


def test_readers_of_two_programmes_say_which(house: House, past: Past) -> None:
    open_programme(house, "BA-2026")
    every = house.as_reader(Role.auditor, programme="*")
    assert every.get(f"{API}/trial-balance").status_code == 422
    body = every.get(f"{API}/trial-balance?programme={PROGRAMME}").json
    assert body["programme"] == PROGRAMME and body["balanced"]
    page = every.get("/grants/ledger")
    assert title(page.text) == "The ledger is empty"
    assert 'name="programme"' in page.text
    page = every.get(f"/grants/ledger?programme={PROGRAMME}")
    assert title(page.text) == "Debits equal credits in BAM and RSD"
    assert f"programme={PROGRAMME}" in page.text
    assert every.get("/grants/ledger?programme=XX").status_code == 404


def test_an_empty_house_says_what_to_do(house: House) -> None:
    finance = house.as_reader(Role.finance_officer)
    for address in ("", "/postings", "/disbursements", "/export"):
        assert finance.get(f"/grants/ledger{address}").status_code == 200
