"""A call goes through the committee: convened, scored, ranked, voted on, decided, with minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import WithdrawApplication
from services.grants.awards.views import one_award
from services.grants.calls import views as calls
from shared.access.roles import Role
from shared.identifiers import derived

from .committee_home import API, CHAIR, Committee, three
from .home import PROGRAMME, House


@pytest.fixture
def committee(house: House) -> Committee:
    return Committee(house)


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def test_the_whole_path_over_the_api(committee, house):
    ids = three(committee)
    meeting_id = committee.ranked()
    room = committee.room(meeting_id)
    assert [one["application_no"] for one in room["items"]] == ["A-1", "A-2", "A-3", "A-4"]
    outcomes = ["approved", "waitlisted", "waitlisted", "rejected"]
    assert [one["outcome"] for one in room["items"]] == outcomes
    assert room["items"][0]["score"] == "80.00"
    assert (room["approved"], room["amount"]) == (1, {"amount": "300000.00", "currency": "RSD"})
    votes = [{"application_id": one, "vote": "for"} for one in ids]
    voted = committee.member("m1").post(f"{API}/meetings/{meeting_id}/votes", {"votes": votes})
    assert voted.status_code == 200, voted.text
    assert committee.room(meeting_id)["items"][0]["votes"] == {
        "for": 1,
        "against": 0,
        "abstained": 0,
    }
    done = committee.act(meeting_id, "decision", committee.decision(meeting_id))
    assert done.status_code == 200, done.text
    assert [one["outcome"] for one in done.json["outcomes"]] == outcomes
    reasons = [None, "money_gone", "money_gone", "below_threshold"]
    assert [one["reason"] for one in done.json["outcomes"]] == reasons
    money = house.ask(calls.budget, committee.call_id)
    assert (money["committed_minor"], money["available_minor"]) == (30_000_000, 70_000_000)
    assert house.ask(calls.call, committee.call_id)["state"] == "decided"
    award = house.ask(one_award, derived("award", PROGRAMME, "A-1"))
    assert (award.status, award.application_id) == ("offered", ids[0])
    room = committee.room(meeting_id)
    assert room["state"] == "decided"
    assert [one["outcome"] for one in room["items"]] == outcomes
    again = committee.act(meeting_id, "decision", committee.decision(meeting_id))
    assert code(again) == (409, "not-ranked")


def test_a_decision_sent_twice_is_one_decision(committee):
    three(committee)
    meeting_id = committee.ranked()
    version, body = committee.room(meeting_id)["version"], committee.decision(meeting_id)
    address = f"{API}/meetings/{meeting_id}/decision"
    headers = {"If_Match": f'"{version}"', "Idempotency_Key": "once"}
    first = committee.chair.post(address, body, **headers)
    second = committee.chair.post(address, body, **headers)
    assert first.status_code == second.status_code == 200
    assert second.json == first.json and second.headers["Idempotency-Replayed"] == "true"


def test_only_what_people_were_shown_is_decided(committee):
    three(committee)
    meeting_id = committee.ranked()
    body = committee.decision(meeting_id) | {"approved": 2}
    assert code(committee.act(meeting_id, "decision", body)) == (409, "money-moved")
    assert committee.room(meeting_id)["state"] == "ranked"


def test_a_meeting_needs_a_closed_call_and_there_is_one_at_a_time(committee):
    committee.application("A-1")
    body = {"call_id": committee.call_id, "held_on": "2026-04-20"}
    assert code(committee.chair.post(f"{API}/meetings", body)) == (409, "call-not-closed")
    committee.close()
    for day in ("2020-01-01", "9999-12-31", "yesterday", 7):
        refused = committee.chair.post(f"{API}/meetings", body | {"held_on": day})
        assert refused.status_code == 422, day
    meeting_id = committee.convene()
    assert code(committee.chair.post(f"{API}/meetings", body)) == (409, "meeting-open")
    (row,) = committee.chair.get(f"{API}/meetings").json["items"]
    assert (row["meeting_id"], row["state"], row["call_code"]) == (meeting_id, "scoring", "C-1")
    unknown = body | {"call_id": "0192e4a0-0000-7000-8000-000000000000"}
    assert committee.chair.post(f"{API}/meetings", unknown).status_code == 404


def test_only_the_chair_leads_the_meeting(committee, house):
    three(committee)
    meeting_id = committee.convene()
    other = house.as_reader(Role.committee_chair, account_id="other-chair")
    for what, body in (
        ("attendance", {"present_ids": ["m1"]}),
        ("scoring/close", None),
        ("ranking", None),
        ("decision", {"approved": 0, "amount": {"amount": "0.00", "currency": "RSD"}}),
    ):
        refused = committee.act(meeting_id, what, body, by=other)
        assert code(refused) == (403, "not-the-chair"), what
        member = committee.act(meeting_id, what, body, by=committee.member("m1"))
        assert code(member) == (403, "not-permitted"), what
        officer = committee.act(meeting_id, what, body, by=committee.officer)
        assert code(officer) == (403, "not-permitted"), what
    body = {"call_id": committee.call_id, "held_on": "2026-04-20"}
    assert committee.member("m1").post(f"{API}/meetings", body).status_code == 403


def test_scoring_closes_only_with_enough_sheets(committee):
    application_id = committee.application("A-1")
    committee.close()
    committee.review(application_id, members=("m1",))
    meeting_id = committee.convene()
    refused = committee.act(meeting_id, "scoring/close")
    assert code(refused) == (409, "quorum-not-met")
    assert "A-1" in refused.json["detail"]
    committee.review(application_id, members=("m2",))
    committee.expect(meeting_id, "scoring/close")
    assert code(committee.act(meeting_id, "ranking")) == (409, "quorum-lost")


def test_a_recused_member_has_no_place_in_quorum_and_vote(committee, house):
    application_id = committee.application("A-1")
    committee.close()
    committee.review(application_id)
    member = committee.member("m3")
    version = committee.officer.get(f"{API}/reviews/{application_id}").headers["ETag"]
    conflict = {"conflict": True, "reason": "My cousin"}
    address = f"{API}/reviews/{application_id}/declaration"
    assert member.post(address, conflict, If_Match=version).status_code == 200
    meeting_id = committee.ranked(present=("m2", "m3"))
    item = committee.room(meeting_id)["items"][0]
    assert item["suspended"] and item["recused_ids"] == ["m3"]
    votes = {"votes": [{"application_id": application_id, "vote": "for"}]}
    address = f"{API}/meetings/{meeting_id}/votes"
    assert code(member.post(address, votes)) == (403, "recused")
    assert code(committee.member("m2").post(address, votes)) == (409, "item-suspended")
    decision = committee.decision(meeting_id)
    assert code(committee.act(meeting_id, "decision", decision)) == (409, "item-suspended")
    seen = committee.room(meeting_id, member)["items"][0]
    assert seen["score"] is None
    assert committee.room(meeting_id, committee.member("m1"))["items"][0]["score"] == "70.00"
    committee.expect(meeting_id, "attendance", {"present_ids": ["m1", "m2", "m3"]})
    assert not committee.room(meeting_id)["items"][0]["suspended"]
    assert code(member.post(address, votes)) == (403, "recused")
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))


def test_who_assisted_an_application_takes_no_part_in_its_vote(committee):
    application_id = committee.application("A-1", assisted_by="m3")
    committee.close()
    committee.review(application_id, members=("m1", "m2"))
    meeting_id = committee.ranked()
    votes = {"votes": [{"application_id": application_id, "vote": "for"}]}
    refused = committee.member("m3").post(f"{API}/meetings/{meeting_id}/votes", votes)
    assert code(refused) == (403, "recused")


def test_who_is_not_present_or_no_member_does_not_vote(committee, house):
    (application_id, *_) = three(committee)
    meeting_id = committee.ranked(present=("m1", "m2"))
    votes = {"votes": [{"application_id": application_id, "vote": "against"}]}
    address = f"{API}/meetings/{meeting_id}/votes"
    assert code(committee.member("m3").post(address, votes)) == (403, "not-present")
    stranger = house.as_reader(Role.committee_member, account_id="stranger")
    assert code(stranger.post(address, votes)) == (403, "not-present")
    assert code(committee.officer.post(address, votes)) == (403, "not-permitted")
    assert committee.member("m1").post(address, {"votes": []}).status_code == 422
    votes["votes"][0]["vote"] = "perhaps"
    assert committee.member("m1").post(address, votes).status_code == 422


def test_what_the_committee_votes_down_is_not_decided(committee):
    (application_id, *_) = three(committee)
    meeting_id = committee.ranked()
    votes = {"votes": [{"application_id": application_id, "vote": "against"}]}
    done = committee.member("m1").post(f"{API}/meetings/{meeting_id}/votes", votes)
    assert done.status_code == 200
    refused = committee.act(meeting_id, "decision", committee.decision(meeting_id))
    assert code(refused) == (409, "not-carried")


def test_reopening_takes_two_people_and_sheets_come_anew(committee):
    ids = three(committee)
    meeting_id = committee.ranked()
    proposed = committee.act(meeting_id, "reopening", {"reason": "A sheet was mixed up"})
    assert proposed.status_code == 200
    same = committee.house.as_reader(Role.committee_chair, Role.committee_member, account_id=CHAIR)
    refused = committee.act(meeting_id, "reopening/confirm", by=same)
    assert code(refused) == (403, "second-person")
    done = committee.act(meeting_id, "reopening/confirm", by=committee.member("m1"))
    assert done.status_code == 200
    room = committee.room(meeting_id)
    assert (room["state"], room["items"]) == ("scoring", [])
    committee.review(ids[2], plan=60)
    committee.expect(meeting_id, "scoring/close")
    committee.expect(meeting_id, "ranking")
    numbers = [one["application_no"] for one in committee.room(meeting_id)["items"]]
    assert numbers == ["A-1", "A-3", "A-2", "A-4"]
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))


def test_others_sheets_show_when_scoring_closes(committee):
    (application_id, *_) = three(committee)
    address = f"{API}/reviews/{application_id}"
    member = committee.member("m1")
    assert len(member.get(address).json["sheets"]) == 1
    assert committee.officer.get(address).json["sheets"] == []
    meeting_id = committee.convene()
    committee.expect(meeting_id, "scoring/close")
    assert len(member.get(address).json["sheets"]) == 3
    assert len(committee.officer.get(address).json["sheets"]) == 3


def test_versions_and_ids_are_checked(committee, house):
    three(committee)
    meeting_id = committee.convene()
    address = f"{API}/meetings/{meeting_id}/attendance"
    body = {"present_ids": ["m1"]}
    assert committee.chair.post(address, body).status_code == 428
    assert committee.chair.post(address, body, If_Match='"9"').status_code == 412
    strangers = {"present_ids": ["stranger"]}
    assert code(committee.act(meeting_id, "attendance", strangers)) == (422, "not-members")
    for unknown in ("no-id", "0192e4a0-0000-7000-8000-000000000000"):
        assert committee.chair.get(f"{API}/meetings/{unknown}").status_code == 404
        refused = committee.chair.post(f"{API}/meetings/{unknown}/ranking", If_Match='"1"')
        assert refused.status_code == 404
    elsewhere = house.as_reader(Role.committee_chair, programme="BA-2026")
    assert elsewhere.get(f"{API}/meetings/{meeting_id}").status_code == 404
    assert elsewhere.get(f"{API}/meetings").json["items"] == []
    assert house.as_reader(Role.trainer).get(f"{API}/meetings").status_code == 403


def test_controllers_see_results_and_no_scores(committee, house):
    three(committee)
    meeting_id = committee.ranked()
    controller = house.as_reader(Role.finance_controller, account_id="c1")
    item = committee.room(meeting_id, controller)["items"][0]
    assert (item["outcome"], item["score"]) == ("approved", None)


def test_what_is_checked_late_waits_for_another_meeting(committee, house):
    first = committee.application("A-1")
    late = committee.application("A-2", checked=False)
    committee.close()
    committee.review(first)
    meeting_id = committee.ranked()
    assert committee.room(meeting_id)["pending_elsewhere"] == 1
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    assert house.ask(calls.call, committee.call_id)["state"] == "closed"
    committee.check(late)
    committee.review(late)
    house.clock.advance(timedelta(days=1))
    second = committee.ranked()
    assert [one["application_no"] for one in committee.room(second)["items"]] == ["A-2"]
    committee.expect(second, "decision", committee.decision(second))
    assert house.ask(calls.call, committee.call_id)["state"] == "decided"


def test_what_was_withdrawn_after_the_ranking_is_left_out_of_the_next(committee, house):
    ids = three(committee)
    meeting_id = committee.ranked()
    command = WithdrawApplication(by="officer", now=house.clock.now())
    house.decide(APPLICATION, ids[0], command)
    refused = committee.act(meeting_id, "decision", committee.decision(meeting_id))
    assert code(refused) == (409, "withdrawn-after-ranking")
    assert "was withdrawn" in committee.chair.get(f"/grants/meetings/{meeting_id}/decision").text
    committee.expect(meeting_id, "reopening", {"reason": "One application was withdrawn"})
    done = committee.act(meeting_id, "reopening/confirm", by=committee.member("m1"))
    assert done.status_code == 200
    committee.expect(meeting_id, "scoring/close")
    committee.expect(meeting_id, "ranking")
    numbers = [one["application_no"] for one in committee.room(meeting_id)["items"]]
    assert numbers == ["A-2", "A-3", "A-4"]
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
