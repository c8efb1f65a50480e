"""A call goes through the committee: convened, scored, ranked, voted on, decided, with minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.grants.awards.views import one_award
from services.grants.calls import views as calls
from shared.access.roles import Role
from shared.identifiers import derived

from .committee_home import API, CHAIR, Committee
from .home import PROGRAMME, House


@pytest.fixture
def committee(house: House) -> Committee:
    return Committee(house)


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def three(committee: Committee) -> list[str]:
    """Three scored applications over 300,000.00 and 800,000.00, and one below the threshold."""
    ids = [
        committee.application("A-1", requested=30_000_000),
        committee.application("A-2", requested=80_000_000),
        committee.application("A-3", requested=10_000_000),
        committee.application("A-4", requested=10_000_000),
    ]
    committee.close()
    for application_id, plan in zip(ids, (60, 55, 50, 5), strict=True):
        committee.review(application_id, plan=plan)
    return ids


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
    assert elsewhere.get(f"{API}/meetings/{meeting_id}").status_code == 403
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


# Pages


def typed_day(house: House) -> dict[str, str]:
    day = house.clock.now().date() + timedelta(days=1)
    return {
        "held_on-day": str(day.day),
        "held_on-month": str(day.month),
        "held_on-year": str(day.year),
    }


def test_the_chair_convenes_on_a_page(committee, house):
    three(committee)
    chair, lists, new = committee.chair, "/grants/meetings", "/grants/meetings/new"
    assert "No meeting yet" in chair.get(lists).text
    unsaid = chair.submit(lists, new, **{"held_on-day": "31", "held_on-month": "2"})
    assert unsaid.status_code == 422 and 'value="31"' in unsaid.text
    assert "Choose the call" in unsaid.text
    done = chair.submit(lists, new, call_id=committee.call_id, **typed_day(house))
    assert done.status_code == 303
    shown = chair.get(done.headers["Location"]).text
    assert "12 of 12 score sheets are in" in shown and "There is no quorum" in shown
    assert "1 meeting has not decided yet" in chair.get(lists).text
    again = chair.submit(lists, new, call_id=committee.call_id, **typed_day(house))
    assert again.status_code == 409 and "Another meeting about this call" in again.text


def test_the_room_goes_from_attendance_to_the_ranking_with_its_budget_line(committee):
    three(committee)
    meeting_id, chair = committee.convene(), committee.chair
    room = f"/grants/meetings/{meeting_id}"
    present = {"present_ids": ["m1", "m2"], "version": 1}
    assert chair.submit(f"{room}/attendance", room, **present).status_code == 303
    stale = chair.submit(f"{room}/attendance", room, **present | {"present_ids": ["m1"]})
    assert stale.status_code == 412 and "Look at it again" in stale.text
    assert "will not count" not in chair.get(f"{room}/scoring").text
    done = chair.submit(f"{room}/scoring", f"{room}/scoring", version=2)
    assert done.status_code == 303
    assert "4 applications are to be ranked" in chair.get(room).text
    assert chair.submit(f"{room}/ranking", room, version=3).status_code == 303
    shown = chair.get(room).text
    assert "The money lasts for 1 of 4 applications" in shown
    assert "The money ends here: RSD\xa0700,000.00 of RSD\xa01,000,000.00" in shown
    assert "Threshold of 56.00 points" in shown and "Mira" not in shown
    assert shown.index("A-1") < shown.index("The money ends") < shown.index("A-2")


def test_votes_and_the_decision_on_pages_end_in_minutes(committee):
    ids = three(committee)
    meeting_id, chair = committee.ranked(), committee.chair
    room = f"/grants/meetings/{meeting_id}"
    member, votes, decision = committee.member("m1"), f"{room}/votes", f"{room}/decision"
    none = member.submit(votes, votes)
    assert none.status_code == 422 and "Choose a vote" in none.text
    assert member.submit(votes, votes, **{f"vote-{ids[0]}": "for"}).status_code == 303
    assert "1 for, 0 against, 0 abstained" in chair.get(room).text
    asked = chair.get(decision).text
    assert "Approve 1 application, RSD\xa0300,000.00?" in asked
    assert "2 applications go on the waiting list" in asked
    version = committee.room(meeting_id)["version"]
    form = {"version": version, "approved": 1, "amount_minor": 30_000_000}
    wrong = chair.submit(decision, decision, **form | {"approved": 2})
    assert wrong.status_code == 409 and "nothing was decided" in wrong.text
    garbled = chair.submit(decision, decision, **form | {"approved": "x"})
    assert garbled.status_code == 400
    done = chair.submit(decision, decision, **form)
    assert done.status_code == 303 and done.headers["Location"] == f"{room}/minutes"
    minutes = chair.get(f"{room}/minutes").text
    assert "1 approved, 2 on the waiting list, 1 rejected" in minutes
    assert "Nobody declared a conflict" in minutes and "The money ended here" in minutes
    assert "The decision is on record" in minutes
    assert "Minutes" in committee.officer.get(f"{room}/minutes").text


def test_a_page_says_when_the_meeting_moved_on(committee):
    three(committee)
    meeting_id = committee.convene()
    address = f"/grants/meetings/{meeting_id}/changes"
    same = committee.member("m1").get(f"{address}?version=1").text
    assert "every 5s" in same and "moved on" not in same
    committee.expect(meeting_id, "attendance", {"present_ids": ["m1"]})
    assert "moved on" in committee.member("m1").get(f"{address}?version=1").text


def test_members_see_no_act_of_the_chair_and_may_not_do_it(committee):
    three(committee)
    meeting_id = committee.ranked()
    member, room = committee.member("m1"), f"/grants/meetings/{meeting_id}"
    shown = member.get(room).text
    assert "/decision" not in shown and "/reopening" not in shown and f"{room}/votes" in shown
    assert member.get(f"{room}/decision").status_code == 403
    assert member.get("/grants/meetings/new").status_code == 403
    assert committee.officer.get(f"{room}/votes").status_code == 403
    other = committee.house.as_reader(Role.committee_chair, account_id="other-chair")
    assert other.get(f"{room}/decision").status_code == 403
    assert "/decision" not in other.get(room).text


def test_reopening_on_pages_names_the_second_person(committee):
    three(committee)
    meeting_id = committee.ranked()
    room = f"/grants/meetings/{meeting_id}"
    asked = committee.chair.get(f"{room}/reopening").text
    assert "A second person of the committee must agree" in asked
    version = committee.room(meeting_id)["version"]
    address = f"{room}/reopening"
    empty = committee.chair.submit(address, address, version=version, reason=" ")
    assert empty.status_code == 422
    reason = "A sheet was mixed up\r\nwith another"
    done = committee.chair.submit(address, address, version=version, reason=reason)
    assert done.status_code == 303
    assert "must agree on this page" in committee.chair.get(room).text
    member = committee.member("m2")
    assert "Reopen the meeting" in member.get(room).text
    done = member.submit(f"{room}/reopening/confirm", room, version=version + 1)
    assert done.status_code == 303
    assert committee.room(meeting_id)["state"] == "scoring"


def test_conflicts_and_suspended_items_show_in_the_room(committee):
    application_id = committee.application("A-1")
    committee.close()
    committee.review(application_id)
    version = committee.officer.get(f"{API}/reviews/{application_id}").headers["ETag"]
    conflict = {"conflict": True, "reason": "My cousin"}
    address = f"{API}/reviews/{application_id}/declaration"
    committee.member("m3").post(address, conflict, If_Match=version)
    meeting_id = committee.ranked(present=("m2", "m3"))
    room = f"/grants/meetings/{meeting_id}"
    shown = committee.chair.get(room).text
    assert "No quorum" in shown and "A-1: m3" in shown and "My cousin" not in shown
    assert "You stepped aside" in committee.member("m3").get(f"{room}/votes").text
    decide = committee.chair.get(f"{room}/decision").text
    assert "1 application has no quorum" in decide and 'name="approved"' not in decide


def test_a_stranger_to_the_programme_finds_no_meeting(committee, house):
    three(committee)
    meeting_id = committee.convene()
    elsewhere = house.as_reader(Role.committee_chair, programme="BA-2026")
    for page in ("", "/changes", "/minutes", "/decision", "/votes", "/scoring", "/reopening"):
        assert elsewhere.get(f"/grants/meetings/{meeting_id}{page}").status_code == 403, page
        assert committee.chair.get(f"/grants/meetings/no-id{page}").status_code == 404, page
    assert "No meeting yet" in elsewhere.get("/grants/meetings").text
