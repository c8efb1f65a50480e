"""The room and its pages: convening, attendance, ranking with budget line, votes, minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.access.roles import Role

from .committee_home import API, Committee, three
from .home import House


@pytest.fixture
def committee(house: House) -> Committee:
    return Committee(house)


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
    form = {"version": version, "approved": 1, "amount_minor": 30_000_000, "votes_in_room": "yes"}
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
        assert elsewhere.get(f"/grants/meetings/{meeting_id}{page}").status_code == 404, page
        assert committee.chair.get(f"/grants/meetings/no-id{page}").status_code == 404, page
    assert "No meeting yet" in elsewhere.get("/grants/meetings").text
