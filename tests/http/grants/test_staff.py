"""Staff are called by their names, and forms offer those who have the role for it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.grants.staff import COMMITTEE, VISITORS, holders
from shared.access.roles import Role

from .home import PROGRAMME, House, draft_call, held, open_programme
from .ledger_home import active_award, bring_past
from .test_calls import FORM, NEW_PAGE, page_of

OTHER = "BA-2026"


def offered(house: House, roles: Any, programme: str = PROGRAMME) -> list[str]:
    return [name for _, name, _ in house.ask(holders, roles, [programme])]


def test_holders_are_those_with_the_role_in_the_programme_or_everywhere(house: House) -> None:
    house.staff("m1", "Jovan Primer", Role.committee_member)
    house.staff("m2", "Ana Primer", Role.committee_chair)
    house.staff("m3", "Vera Primer", Role.committee_member, programme=OTHER)
    house.staff("m4", "Zora Primer", Role.committee_member, programme=None)
    house.staff("f1", "Marko Primer", Role.field_officer)
    assert offered(house, COMMITTEE) == ["Ana Primer", "Jovan Primer", "Zora Primer"]
    assert offered(house, COMMITTEE, OTHER) == ["Vera Primer", "Zora Primer"]
    assert offered(house, COMMITTEE, "*") == [
        *("Ana Primer", "Jovan Primer", "Vera Primer", "Zora Primer")
    ]
    assert offered(house, VISITORS) == ["Marko Primer"]


def test_whoever_loses_the_role_or_is_suspended_is_offered_no_more(house: House) -> None:
    house.staff("m1", "Jovan Primer", Role.committee_member, Role.committee_chair)
    house.account("role_revoked", "m1", held=held(Role.committee_chair))
    assert offered(house, COMMITTEE) == ["Jovan Primer"]
    house.account("suspended", "m1", reason="On leave.")
    assert offered(house, COMMITTEE) == []
    house.account("reinstated", "m1")
    assert offered(house, COMMITTEE) == ["Jovan Primer"]
    house.account("role_revoked", "m1", held=held(Role.committee_member))
    assert offered(house, COMMITTEE) == []
    house.account("role_granted", "m1", held=held(Role.committee_member))
    house.account("closed", "m1")
    assert offered(house, COMMITTEE) == []


def test_a_role_in_regions_is_lost_region_by_region(house: House) -> None:
    house.staff("f1", "Marko Primer")
    for region in ("Topola", "Knić"):
        place = held(Role.field_officer, region=region)
        house.account("role_granted", "f1", held=place)
    assert house.ask(holders, VISITORS, [PROGRAMME]) == [("f1", "Marko Primer", ("Knić", "Topola"))]
    house.account("role_revoked", "f1", held=place)
    assert house.ask(holders, VISITORS, [PROGRAMME]) == [("f1", "Marko Primer", ("Topola",))]


def test_a_call_offers_the_members_of_the_programme(house: House) -> None:
    officer = house.as_reader(Role.programme_officer, account_id="o1")
    open_programme(house)
    new = f"{NEW_PAGE}?programme={PROGRAMME}"
    assert "Nobody is a member of a committee in this programme yet" in officer.get(new).text
    for account_id, name in (("m1", "Jovan Primer"), ("m2", "Ana Primer"), ("m3", "Mira Primer")):
        house.staff(account_id, name, Role.committee_member)
    page = officer.get(new).text
    assert re.findall(r'name="member_ids" type="checkbox" value="(\w+)"', page) == [
        *("m2", "m1", "m3")
    ]
    wrong = officer.submit(NEW_PAGE, new, **FORM | {"member_ids": ["m2"], "quorum": "2"}).text
    assert re.findall(r'value="(\w+)" checked>\s*<label[^>]*for="member_ids', wrong) == ["m2"]
    shown = officer.get(page_of(officer.submit(NEW_PAGE, new, **FORM))).text
    assert "<li>Jovan Primer</li>" in shown and "<li>m1</li>" not in shown


def test_members_of_a_call_stay_to_be_chosen_when_they_lose_the_role(house: House) -> None:
    officer = house.as_reader(Role.programme_officer, account_id="o1")
    house.staff("m2", "Ana Primer", Role.committee_member)
    page = officer.get(f"/grants/calls/{draft_call(house)}/edit").text
    found = re.findall(r'name="member_ids" type="checkbox" value="(\w+)" checked', page)
    assert found == ["m2", "m1", "m3"]


def test_a_visit_is_planned_for_a_field_officer_by_name(house: House) -> None:
    officer = house.as_reader(Role.programme_officer, account_id="o1")
    award_id = active_award(house, bring_past(house))
    house.staff("f1", "Marko Primer", Role.field_officer)
    house.staff("f2", "Vera Primer", Role.field_officer, programme=OTHER)
    new = f"/grants/visits/new?award={award_id}"
    page = officer.get(new).text
    assert '<option value="f1">Marko Primer</option>' in page and "Vera Primer" not in page
    form = {"award_id": award_id, "month": "9", "visitor": "f1"}
    visit = page_of(officer.submit("/grants/visits/new", new, **form))
    shown = officer.get(visit).text
    assert "Marko Primer" in shown and "You" in shown.split(">History<")[1]


@pytest.mark.parametrize("named", [True, False])
def test_a_history_names_who_acted(house: House, named: bool) -> None:
    award_id = active_award(house, bring_past(house))
    if named:
        house.staff("ana", "Ana Primer")
    shown = house.as_reader(Role.finance_officer, account_id="f1").get(f"/grants/awards/{award_id}")
    assert ("Ana Primer" in shown.text) is named and "Somebody else" not in shown.text
