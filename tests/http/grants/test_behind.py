"""Every figure of a report, of the ledger and of a call's money is a sum of records, exactly."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest

from services.grants.reports.behind import FIGURES
from services.grants.reports.behind_pages import WORDS
from shared.access.roles import Role

from .applications_home import approve, under_review
from .home import PROGRAMME, House, certify, open_call, register
from .ledger_home import Past, bring_past, bring_visit

LINK = re.compile(r'<a class="govuk-link zanat-figure-link" href="([^"]+)">(.*?)</a>', re.DOTALL)
BEHIND = "/grants/reports/behind"
SOME_ACCOUNT = re.compile(r"\d{13,18}")


@pytest.fixture
def past(house: House) -> Past:
    found = bring_past(house)
    for registration_id in found.registrations.values():
        certify(house, registration_id)
    bring_visit(house, found, "A0001", month=6)
    bring_visit(house, found, "A0002", month=6, outcome="closed")
    bring_visit(house, found, "A0002", month=12, outcome="trading")
    call_id = open_call(house, "C-9")
    for number in ("7", "8"):
        somebody = register(house, number, f"Primer {number}")
        certify(house, somebody)
        application_id = under_review(house, call_id, somebody)
    approve(house, application_id)
    return found


def number(text: str) -> Decimal:
    """The first number in a text; of a sum of money without its currency."""
    plain = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u2212", "-").replace(",", "")
    found = re.search(r"-?\d+(\.\d+)?", plain)
    assert found, text
    return Decimal(found[0])


def cells(row: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)


def figures(house: House, past: Past) -> dict[str, str]:
    """Address behind → figure, of every page that shows figures."""
    auditor = house.as_reader(Role.auditor)
    pages = ("/grants/reports", "/grants/ledger", f"/grants/calls/{past.calls['B-1']}")
    found: dict[str, str] = {}
    for page in pages:
        answer = auditor.get(page)
        assert answer.status_code == 200
        for href, text in LINK.findall(answer.text):
            if href.startswith(BEHIND):
                found[unescape(href)] = text
    return found


def test_the_rows_behind_every_figure_add_up_to_it(house: House, past: Past) -> None:
    auditor = house.as_reader(Role.auditor)
    looked_at, of_something = set(), set()
    for href, text in figures(house, past).items():
        page = auditor.get(href)
        assert page.status_code == 200, href
        title = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
        assert title and number(title[1].rpartition(":")[2]) == number(text), href
        body = page.text.partition("<tbody")[2].partition("</tbody>")[0]
        rows = [cells(row) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]
        assert sum((number(row[1]) for row in rows), Decimal(0)) == number(text), href
        for row in rows:
            assert "/audit/histories/" in row[3], href
        for name in ("Primer", "Uzorak", "Invented"):
            assert name not in page.text
        assert not SOME_ACCOUNT.search(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", body))
        figure = href.partition("figure=")[2].partition("&")[0]
        looked_at.add(figure)
        if number(text):
            of_something.add(figure)
    assert looked_at == FIGURES == set(WORDS)
    # Nothing waits for its agreement here; every other figure is of something.
    assert of_something == FIGURES - {"call_committed"}


def test_a_call_s_money_is_a_sum_of_events_that_are_in_the_log(house: House, past: Past) -> None:
    page = house.as_reader(Role.auditor).get(
        f"{BEHIND}?figure=call_obligated&currency=BAM&call={past.calls['B-1']}"
    )
    # Signed, paid, returned and paid again: each moved what is obligated.
    assert len(re.findall(r"/audit/entries/grants/\d+", page.text)) == 4
    assert "/audit/histories/application/" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "figure=nothing",
        "figure=disbursed",
        "figure=disbursed&currency=XXX",
        "figure=call_spent&currency=",
        "",
    ],
)
def test_a_figure_that_is_none_is_not_found(house: House, past: Past, query: str) -> None:
    assert house.as_reader(Role.auditor).get(f"{BEHIND}?{query}").status_code == 404


def test_a_call_of_another_programme_has_nothing_to_tell(house: House, past: Past) -> None:
    auditor = house.as_reader(Role.auditor)
    for call in ("", "nowhere"):
        page = auditor.get(f"{BEHIND}?figure=call_spent&currency=BAM&call={call}")
        assert page.status_code == 200 and "Nothing is behind this figure" in page.text


def test_only_those_who_read_the_audit_look_behind_a_figure(house: House, past: Past) -> None:
    for role in (Role.donor, Role.programme_officer, Role.finance_officer, Role.trainer):
        reader = house.as_reader(role)
        assert reader.get(f"{BEHIND}?figure=certified").status_code == 403
        assert BEHIND not in reader.get("/grants/reports").text
    controller = house.as_reader(Role.finance_controller)
    assert controller.get(f"{BEHIND}?figure=disbursed&currency=BAM").status_code == 200
    assert controller.get(f"{BEHIND}?figure=certified").status_code == 403
    elsewhere = house.as_reader(Role.auditor, programme="BA-1999")
    assert elsewhere.get(f"{BEHIND}?figure=visits&programme={PROGRAMME}").status_code == 403


def test_long_lists_come_in_pages_and_the_sum_stays(
    house: House, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.grants.reports.behind_pages.PAGE_ROWS", 2)
    auditor = house.as_reader(Role.auditor)
    first = auditor.get(f"{BEHIND}?figure=disbursed&currency=BAM").text
    assert "1 to 2 of 3" in first and "BAM\xa0300.01" in first
    following = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])  # type: ignore[index]
    second = auditor.get(following).text
    assert "3 to 3 of 3" in second and "BAM\xa0300.01" in second and 'rel="next"' not in second
