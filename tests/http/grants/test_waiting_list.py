"""When money comes back, the first on the waiting list is approved with it and nobody overtakes."""

from __future__ import annotations

import pytest

from services.grants.applications.views import application
from services.grants.awards.handling import decline_award
from services.grants.awards.views import one_award
from services.grants.calls import views as calls
from shared.identifiers import derived
from shared.privacy.keyring import KeyName

from .committee_home import API, Committee, three
from .home import PROGRAMME, House


@pytest.fixture
def decided(house: House) -> tuple[Committee, str, list[str]]:
    """A-1 is approved for 300,000.00 of a million; A-2 (800,000.00) and A-3 (100,000.00) wait."""
    committee = Committee(house)
    ids = three(committee)
    meeting_id = committee.ranked()
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    return committee, meeting_id, ids


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def decline(house: House) -> None:
    award_id = derived("award", PROGRAMME, "A-1")
    house.run(lambda work: decline_award(work, award_id, by="ana", ground="not_stated"))


def test_the_first_is_approved_when_its_money_is_there(decided, house):
    committee, meeting_id, ids = decided
    address = f"{API}/calls/{committee.call_id}/promotions"
    assert committee.room(meeting_id)["first_waiting"] == ids[1]
    early = committee.chair.post(address, {"application_id": ids[1]})
    assert code(early) == (409, "over-budget")
    overtaking = committee.chair.post(address, {"application_id": ids[2]})
    assert code(overtaking) == (409, "not-first")
    decline(house)
    done = committee.chair.post(address, {"application_id": ids[1]})
    assert done.status_code == 200, done.text
    award = house.ask(one_award, derived("award", PROGRAMME, "A-2"))
    assert (award.status, award.amount_minor) == ("offered", 80_000_000)
    money = house.ask(calls.budget, committee.call_id)
    assert (money["committed_minor"], money["available_minor"]) == (80_000_000, 20_000_000)
    again = committee.chair.post(address, {"application_id": ids[1]})
    assert code(again) == (409, "not-waiting")
    assert committee.room(meeting_id)["first_waiting"] == ids[2]
    outcomes = [one["outcome"] for one in committee.room(meeting_id)["items"]]
    assert outcomes == ["approved", "waitlisted", "waitlisted", "rejected"]


def test_only_a_chair_promotes(decided):
    committee, _, ids = decided
    address, body = f"{API}/calls/{committee.call_id}/promotions", {"application_id": ids[1]}
    assert committee.officer.post(address, body).status_code == 403
    assert committee.member("m1").post(address, body).status_code == 403
    unknown = {"application_id": "0192e4a0-0000-7000-8000-000000000000"}
    assert code(committee.chair.post(address, unknown)) == (409, "not-waiting")


def test_the_room_offers_it_once_the_money_is_there(decided, house):
    committee, meeting_id, ids = decided
    room = f"/grants/meetings/{meeting_id}"
    waits = committee.chair.get(room).text
    assert "2 applications wait for money. The first is A-2" in waits and "Approve A-2" not in waits
    decline(house)
    assert "Approve A-2" in committee.chair.get(room).text
    assert "Approve A-2" not in committee.member("m1").get(room).text
    version = committee.room(meeting_id)["version"]
    form = {"version": version, "application_id": ids[1]}
    done = committee.chair.submit(f"{room}/promotion", room, **form)
    assert done.status_code == 303
    assert "its award is offered" in committee.chair.get(room).text
    again = committee.chair.submit(f"{room}/promotion", room, **form)
    assert again.status_code == 409 and "not on the waiting list any more" in again.text


@pytest.mark.parametrize("data_class", ["identity", "financial"])
def test_who_was_erased_waits_for_nothing_more(decided, house, data_class):
    committee, meeting_id, ids = decided
    decline(house)
    whose = house.ask(application, ids[1])["registration_id"]
    name = KeyName(whose, data_class)
    house.service.keyring.ensure([name])
    house.service.keyring.destroy([name])
    assert committee.room(meeting_id)["first_waiting"] == ids[2]
    address = f"{API}/calls/{committee.call_id}/promotions"
    refused = committee.chair.post(address, {"application_id": ids[1]})
    assert code(refused) == (409, "not-waiting")
    assert committee.chair.post(address, {"application_id": ids[2]}).status_code == 200
