"""What a programme achieved: figures that name nobody, and small cells that donors do not see."""

from __future__ import annotations

import re
from html import unescape

import pytest

from shared.access.roles import Role

from .home import PROGRAMME, House, certify, open_programme
from .ledger_home import Past, bring_past, bring_visit

API = "/grants/api/v1/reports/indicators"


@pytest.fixture
def past(house: House) -> Past:
    found = bring_past(house)
    for registration_id in found.registrations.values():
        certify(house, registration_id)
    bring_visit(house, found, "A0001", month=6)
    bring_visit(house, found, "A0002", month=6, outcome="closed")
    bring_visit(house, found, "A0002", month=12, outcome="trading")
    return found


def test_figures_are_counted_once_a_person(house: House, past: Past) -> None:
    body = house.as_reader(Role.programme_officer).get(API).json
    assert body["persons"] == {
        "certified": 2,
        "granted": 0,
        "paid": 2,
        "visited": 2,
        "working": 2,
    }
    assert body["alive"] == [
        {"month": 6, "visited": 2, "working": 1},
        {"month": 12, "visited": 1, "working": 1},
    ]
    assert (body["tranches_paid"], body["visits"], body["jobs"]) == (2, 3, 4)
    bam = next(one for one in body["amounts"] if one["currency"] == "BAM")
    assert bam["budget"]["amount"] == "10000.00"
    assert (bam["disbursed"]["amount"], bam["returned"]["amount"]) == ("300.01", "300.01")
    assert [one["municipality"] for one in body["by_place"]] == ["Knić", "Topola"]
    assert body["by_sex"][0]["persons"]["paid"] == 2


def test_nobody_is_named_and_small_cells_are_left_out_for_donors(house: House, past: Past) -> None:
    donor = house.as_reader(Role.donor)
    body = donor.get(API)
    assert body.json["suppressed"] is True
    assert {cell for one in body.json["by_place"] for cell in one["persons"].values()} == {None, 0}
    page = donor.get("/grants/reports")
    assert page.status_code == 200
    for text in (body.text, page.text):
        assert "Primer" not in text and "Uzorak" not in text and "A0001" not in text
    assert "/grants/ledger" not in page.text and "/grants/visits" not in page.text
    both = house.as_reader(Role.donor, Role.programme_officer).get(API).json
    assert both["suppressed"] is False


def test_donors_see_no_small_figure_anywhere(house: House, past: Past) -> None:
    body = house.as_reader(Role.donor).get(API).json
    figures = [body[name] for name in ("applications", "approved", "tranches_paid", "visits")]
    figures += [*body["persons"].values(), *(one["visited"] for one in body["alive"])]
    assert [one for one in figures if one is not None and 0 < one < 5] == []
    assert None in body["persons"].values()
    page = house.as_reader(Role.donor).get("/grants/reports").text
    assert "What the programme achieved" in page or "left out" in page


def test_the_page_says_it_in_words_and_leads_on(house: House, past: Past) -> None:
    officer = house.as_reader(Role.programme_officer)
    page = officer.get("/grants/reports")
    assert page.status_code == 200
    assert "0 of 2 certified people received a grant" in page.text
    text = unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\xa0", " ")
    assert "1 of 2 visited (50%)" in text
    links = {unescape(one) for one in re.findall(r'href="(/grants/visits[^"]*)"', page.text)}
    assert links
    for link in links:
        assert officer.get(link).status_code == 200
    finance = house.as_reader(Role.finance_officer).get("/grants/reports")
    assert "/grants/ledger/disbursements?currency=BAM" in unescape(finance.text)


def test_who_may_not_and_which_programme(house: House, past: Past) -> None:
    assert house.as_reader(Role.applicant).get(API).status_code == 403
    assert house.app.test_client().get(API).status_code == 401
    elsewhere = house.as_reader(Role.donor, programme="BA-2026")
    assert elsewhere.get(f"{API}?programme={PROGRAMME}").status_code == 403
    assert elsewhere.get("/grants/reports").status_code == 200
    open_programme(house, "BA-2026")
    every = house.as_reader(Role.auditor, programme="*")
    assert every.get(API).status_code == 422
    assert every.get(f"/grants/reports?programme={PROGRAMME}").status_code == 200
    assert every.get("/grants/reports?programme=XX").status_code == 404
