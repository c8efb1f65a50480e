"""Members declare before they read, sheets stay sealed until scoring closes, recusal holds."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.roles import Role

from .committee_home import API, Committee, sheet_body
from .home import House


@pytest.fixture
def committee(house: House) -> Committee:
    return Committee(house)


def assigned(committee: Committee, *members: str, **facts) -> str:
    application_id = committee.application("A-1", **facts)
    body = {"application_id": application_id, "member_ids": list(members or ("m1", "m2", "m3"))}
    made = committee.chair.post(f"{API}/reviews", body)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{API}/reviews/{application_id}"
    return application_id


def declare(committee: Committee, application_id: str, member: str, **body):
    address = f"{API}/reviews/{application_id}"
    version = committee.officer.get(address).headers["ETag"]
    asker = committee.member(member)
    return asker.post(f"{address}/declaration", {"conflict": False, **body}, If_Match=version)


def hand_in(committee: Committee, application_id: str, member: str, **sheet):
    address = f"{API}/reviews/{application_id}"
    version = committee.officer.get(address).headers["ETag"]
    body = sheet_body(**({"plan": 50} | sheet))
    return committee.member(member).post(f"{address}/sheet", body, If_Match=version)


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def test_a_member_declares_scores_and_sees_the_own_sheet_alone(committee):
    application_id = assigned(committee)
    member = committee.member("m1")
    (waiting,) = member.get(f"{API}/reviews?waiting=true").json["items"]
    assert (waiting["application_no"], waiting["declared"]) == ("A-1", "no")
    assert waiting["full_name"] == "Mira Primer"
    assert code(hand_in(committee, application_id, "m1")) == (409, "declaration-first")
    assert declare(committee, application_id, "m1").status_code == 200
    assert declare(committee, application_id, "m2").status_code == 200
    assert hand_in(committee, application_id, "m1", plan=41, comment="Good").status_code == 200
    assert hand_in(committee, application_id, "m2", plan=12).status_code == 200
    seen = member.get(f"{API}/reviews/{application_id}").json
    (own,) = seen["sheets"]
    assert (own["member_id"], own["points_total"], own["comment"]) == ("m1", 61, "Good")
    assert seen["may_submit"] is False
    assert committee.chair.get(f"{API}/reviews/{application_id}").json["sheets"] == []
    assert member.get(f"{API}/reviews?waiting=true").json["items"] == []
    assert code(hand_in(committee, application_id, "m1", plan=42)) == (409, "sheet-sealed")


def test_a_conflict_excludes_the_member_for_good(committee):
    application_id = assigned(committee)
    assert declare(committee, application_id, "m2").status_code == 200
    hand_in(committee, application_id, "m2")
    done = declare(committee, application_id, "m2", conflict=True, reason="My neighbour")
    assert done.status_code == 200
    member = committee.member("m2")
    assert code(member.get(f"{API}/reviews/{application_id}")) == (403, "recused")
    assert code(hand_in(committee, application_id, "m2")) == (403, "recused")
    (row,) = member.get(f"{API}/reviews").json["items"]
    assert (row["declared"], row["full_name"], row["points_total"]) == ("recused", None, None)
    body = {"application_id": application_id, "member_ids": ["m2"]}
    assert code(committee.chair.post(f"{API}/reviews", body)) == (403, "recused")
    page = member.get(f"/grants/reviews/{application_id}").text
    assert "Mira" not in page and "stepped aside" in page


def test_only_members_of_the_call_are_assigned_and_never_who_assisted(committee):
    application_id = committee.application("A-1", assisted_by="m3")
    body = {"application_id": application_id, "member_ids": ["m3"]}
    assert code(committee.chair.post(f"{API}/reviews", body)) == (403, "assisted")
    body["member_ids"] = ["stranger"]
    assert code(committee.chair.post(f"{API}/reviews", body)) == (422, "not-members")
    done = committee.chair.post(f"{API}/calls/{committee.call_id}/reviews")
    assert done.json["assigned"] == 1
    again = committee.chair.post(f"{API}/calls/{committee.call_id}/reviews")
    assert again.json["assigned"] == 0
    (row,) = committee.officer.get(f"{API}/calls/{committee.call_id}/reviews").json["items"]
    assert (row["assigned"], row["undeclared"], row["sheets"]) == (2, 2, 0)


def test_whoever_is_not_assigned_sees_nothing(committee, house):
    application_id = assigned(committee, "m1", "m2")
    address = f"{API}/reviews/{application_id}"
    assert code(committee.member("m3").get(address)) == (404, "application-missing")
    assert committee.member("m3").get(f"{API}/reviews").json["items"] == []
    assert code(declare(committee, application_id, "m3")) == (403, "not-assigned")
    trainer = house.as_reader(Role.trainer)
    assert trainer.get(address).status_code == 403
    stranger = house.as_reader(Role.committee_chair, programme="BA-2026")
    assert stranger.get(address).status_code == 404
    body = {"application_id": application_id, "member_ids": ["m3"]}
    assert committee.member("m1").post(f"{API}/reviews", body).status_code == 403


def test_versions_ids_and_bodies_are_checked(committee):
    application_id = assigned(committee)
    member, address = committee.member("m1"), f"{API}/reviews/{application_id}"
    assert member.post(f"{address}/declaration", {"conflict": False}).status_code == 428
    stale = member.post(f"{address}/declaration", {"conflict": False}, If_Match='"7"')
    assert stale.status_code == 412
    for unknown in ("no-id", "0192e4a0-0000-7000-8000-000000000000"):
        assert member.get(f"{API}/reviews/{unknown}").status_code == 404
        assert member.get(f"/grants/reviews/{unknown}").status_code == 404
    declare(committee, application_id, "m1")
    assert code(hand_in(committee, application_id, "m1", plan=61)) == (422, "sheet-points")
    wrong: tuple[Any, ...] = (10**30, 10**12, -1, 1.5, "7", True, None, [], {})
    for points in wrong:
        body = {"points": [{"criterion": "plan", "points": points}]}
        refused = member.post(f"{address}/sheet", body, If_Match='"2"')
        assert refused.status_code in (400, 422), points
    body = {"points": [{"criterion": "pl\x00an", "points": 1}]}
    assert member.post(f"{address}/sheet", body, If_Match='"2"').status_code in (400, 422)
    conflict = {"conflict": True, "reason": ""}
    done = member.post(f"{address}/declaration", conflict, If_Match='"2"')
    assert code(done) == (422, "text-length")


def test_the_same_sheet_sent_twice_under_one_key_is_one_sheet(committee):
    application_id = assigned(committee)
    declare(committee, application_id, "m1")
    address = f"{API}/reviews/{application_id}/sheet"
    member, headers = committee.member("m1"), {"If_Match": '"2"', "Idempotency_Key": "k"}
    assert member.post(address, sheet_body(50), **headers).json["version"] == 3
    again = member.post(address, sheet_body(50), **headers)
    assert again.json["version"] == 3 and again.headers["Idempotency-Replayed"] == "true"


def test_reading_names_is_on_record(committee, house):
    application_id = assigned(committee)
    before = len(house.recorded())
    committee.member("m1").get("/grants/reviews")
    committee.member("m1").get(f"/grants/reviews/{application_id}")
    assert house.recorded()[before:] == [("read", "m1"), ("read", "m1")]


def test_the_conflict_and_the_comment_are_sealed_in_the_log(committee, house):
    application_id = assigned(committee)
    declare(committee, application_id, "m1")
    hand_in(committee, application_id, "m1", comment="Strong plan")
    declare(committee, application_id, "m2", conflict=True, reason="Cousin of the applicant")
    log = house.ask(
        lambda connection: b"".join(raw for _, raw in house.service.store.whole_log(connection))
    )
    assert b"Strong plan" not in log and b"Cousin" not in log


# Pages


def test_a_member_declares_reads_scores_and_seals_on_pages(committee):
    application_id = assigned(committee, name="Zora Primer")
    member, page = committee.member("m1"), f"/grants/reviews/{application_id}"
    listed = member.get("/grants/reviews").text
    assert "1 application waits for your declaration" in listed and "Zora Primer" in listed
    first = member.get(page).text
    assert "Do you have a conflict with Zora Primer?" in first and "carpentry" not in first
    unsaid = member.submit(f"{page}/declaration", page)
    assert unsaid.status_code == 422 and "Say whether you have a conflict" in unsaid.text
    done = member.submit(f"{page}/declaration", page, conflict="no")
    assert done.status_code == 303 and done.headers["Location"] == page
    sheet = member.get(page).text
    assert "A small carpentry" in sheet and "0 to 60 points" in sheet
    assert "300,000.00" in sheet
    typed = {"points-0": "61", "points-1": "20", "comment": "A <b>strong</b> plan"}
    wrong = member.submit(f"{page}/sheet", page, **typed)
    assert wrong.status_code == 422 and "between 0 and 60" in wrong.text
    assert 'value="61"' in wrong.text and "A &lt;b&gt;strong&lt;/b&gt; plan" in wrong.text
    typed["points-0"] = "50"
    asked = member.submit(f"{page}/sheet", page, **typed)
    assert asked.status_code == 200 and "70 of 100 points for A-1?" in asked.text
    assert "Nobody can change it" in asked.text
    edited = member.submit(f"{page}/sheet", page, step="edit", **typed)
    assert edited.status_code == 200 and 'value="50"' in edited.text
    done = member.submit(f"{page}/sheet", page, step="submit", **typed)
    assert done.status_code == 303
    sealed = member.get(page).text
    assert "You scored A-1" in sealed and "Your sheet is sealed" in sealed
    assert "handed in and sealed" in sealed
    again = member.submit(f"{page}/sheet", page, step="submit", **typed | {"points-0": "1"})
    assert again.status_code == 409 and "sealed" in again.text
    assert "Nothing waits for your score" in member.get("/grants/reviews").text


def test_stepping_aside_on_a_page_keeps_what_was_typed_and_then_shows_nothing(committee):
    application_id = assigned(committee, name="Zora Primer")
    member, page = committee.member("m1"), f"/grants/reviews/{application_id}"
    unsaid = member.submit(f"{page}/declaration", page, conflict="yes", reason="  ")
    assert unsaid.status_code == 422 and 'id="reason-error"' in unsaid.text
    done = member.submit(f"{page}/declaration", page, conflict="yes", reason="My sister")
    assert done.headers["Location"] == "/grants/reviews"
    listed = member.get("/grants/reviews").text
    assert "You stepped aside" in listed and "Zora" not in listed
    assert "Zora" not in member.get(page).text


def test_the_chair_assigns_and_sees_how_far_it_is(committee):
    application_id = committee.application("A-1", assisted_by="m3")
    page = f"/grants/calls/{committee.call_id}/reviews"
    assert "1 application of C-1 lacks score sheets" in committee.chair.get(page).text
    assert committee.chair.submit(page, page).status_code == 303
    after = committee.chair.get(page).text
    assert "assigned and will be told" in after and "Sheets awaited" in after
    one = committee.chair.get(f"/grants/reviews/{application_id}").text
    assert "0 score sheets for A-1" in one and "Not declared yet" in one and "Mira" not in one
    assert committee.member("m1").get(page).status_code == 403
    assert page in committee.chair.get("/grants/reviews").text


def test_the_chair_assigns_chosen_members(committee):
    application_id = committee.application("A-1")
    page = f"/grants/reviews/{application_id}"
    none = committee.chair.submit(f"{page}/members", page)
    assert none.status_code == 422 and "Choose who is to read" in none.text
    done = committee.chair.submit(f"{page}/members", page, member_ids=["m1", "m2"])
    assert done.status_code == 303
    strange = committee.chair.submit(f"{page}/members", page, member_ids=["stranger"])
    assert strange.status_code == 422
    assert "1 application waits" in committee.member("m2").get("/grants/reviews").text


def test_members_are_called_by_their_names(house):
    house.staff("m1", "Jovan Primer")
    committee = Committee(house)
    application_id = assigned(committee)
    assert "Jovan Primer" in committee.chair.get(f"/grants/reviews/{application_id}").text
