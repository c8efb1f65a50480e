"""What a decision needs: a call that stands, votes, a chair who is there; whatever else happens."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import RecordChecks
from services.grants.applications.eligibility import Check
from services.grants.awards.views import one_award
from services.grants.calls.budget import BUDGET
from services.grants.calls.call import CALL, CancelCall
from services.grants.committee import deciding
from shared.access.roles import Role
from shared.errors import Refused
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money

from .committee_home import API, CHAIR, Committee, three
from .home import PROGRAMME, House


@pytest.fixture
def committee(house: House) -> Committee:
    return Committee(house)


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


def cancel_call(committee: Committee) -> None:
    """The officer cancels the call."""
    command = CancelCall(by="officer", now=committee.house.clock.now(), reason="No money came")
    committee.house.decide(CALL, committee.call_id, command)


def award_of(house: House, number: str):
    return house.ask(one_award, derived("award", PROGRAMME, number))


def test_a_cancelled_call_awards_nothing(committee, house):
    three(committee)
    committee.application("A-5", checked=False)
    meeting_id = committee.ranked()
    decision = committee.decision(meeting_id)
    cancel_call(committee)
    assert code(committee.act(meeting_id, "decision", decision)) == (409, "call-state")
    assert award_of(house, "A-1") is None


def test_a_call_that_is_cancelled_at_the_same_moment_awards_nothing(committee, house):
    """Another application waits for another meeting, so deciding writes nothing to the call."""
    first, late = committee.application("A-1"), committee.application("A-2", checked=False)
    committee.close()
    committee.review(first)
    meeting_id = committee.ranked()
    turns: list[int] = []

    def decide(work: Work) -> None:
        turns.append(1)
        expected = deciding.Expected(approved=1, amount=Money(30_000_000, "RSD"))
        deciding.decide(
            work, meeting_id, by=CHAIR, expected=expected, version=None, votes_in_room=True
        )
        if len(turns) == 1:
            aside(lambda: cancel_call(committee))

    with pytest.raises(Refused) as refusal:
        house.run(decide)
    assert refusal.value.code == "call-state" and len(turns) == 2 and late
    assert award_of(house, "A-1") is None


def aside(act: Callable[[], None]) -> None:
    """Somebody else does something meanwhile."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(10)


def test_nobody_moves_up_in_a_cancelled_call(committee, house):
    ids = three(committee)
    committee.application("A-5", checked=False)
    meeting_id = committee.ranked()
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    cancel_call(committee)
    body = {"application_id": ids[1]}
    promoted = committee.chair.post(f"{API}/calls/{committee.call_id}/promotions", body)
    assert code(promoted) == (409, "call-state")
    assert (
        house.run(lambda work: work.load(BUDGET, committee.call_id)).committed.minor == 30_000_000
    )


def test_nothing_is_overridden_once_the_call_is_decided(committee, house):
    """It would be under review in a call about which no committee meets any more."""
    first = committee.application("A-1")
    out = committee.application("A-2", checked=False)
    proposed = committee.application("A-3", checked=False)
    for one in (out, proposed):
        failed = (Check(rule="late", rule_version=1, passed=False),)
        command = RecordChecks(by="officer", now=house.clock.now(), version=1, checks=failed)
        house.decide(APPLICATION, one, command)
    committee.close()
    committee.review(first)
    reason = {"reason": "Moved to Topola."}
    assert override(committee, proposed, "override", reason).status_code == 200
    meeting_id = committee.ranked()
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    second = house.as_reader(Role.programme_officer, account_id="second")
    assert override(committee, proposed, "override/confirm", by=second).status_code == 200
    committee.review(proposed)
    meeting_id = committee.ranked()
    committee.expect(meeting_id, "decision", committee.decision(meeting_id))
    assert code(override(committee, out, "override", reason)) == (409, "call-state")
    page = f"/grants/applications/{out}"
    assert f"{page}/override" not in committee.officer.get(page).text


def override(committee, application_id, act, body=None, *, by=None):
    """A step of an override, on the version that is there now."""
    asker = by or committee.officer
    version = committee.officer.get(f"{API}/applications/{application_id}").headers["ETag"]
    return asker.post(f"{API}/applications/{application_id}/{act}", body, If_Match=version)


def test_what_is_approved_needs_the_votes_of_a_quorum(committee):
    (first, *_) = three(committee)
    meeting_id = committee.ranked(present=("m1", "m2"))
    decision = committee.decision(meeting_id) | {"votes_in_room": False}
    refused = committee.act(meeting_id, "decision", decision)
    assert code(refused) == (409, "votes-missing") and refused.json["ranks"] == "1"
    votes = {"votes": [{"application_id": first, "vote": "for"}]}
    for member in ("m1", "m2"):
        assert code(committee.act(meeting_id, "decision", decision)) == (409, "votes-missing")
        done = committee.member(member).post(f"{API}/meetings/{meeting_id}/votes", votes)
        assert done.status_code == 200
    committee.expect(meeting_id, "decision", decision)
    assert committee.room(meeting_id)["votes_in_room"] is False


def test_the_chair_says_that_votes_were_taken_in_the_room(committee):
    three(committee)
    meeting_id, chair = committee.ranked(), committee.chair
    page = f"/grants/meetings/{meeting_id}/decision"
    assert "Votes were taken in the room" in chair.get(page).text
    version = committee.room(meeting_id)["version"]
    form = {"version": version, "approved": 1, "amount_minor": 30_000_000}
    refused = chair.submit(page, page, **form)
    assert refused.status_code == 409 and 'href="#votes_in_room"' in refused.text
    assert committee.room(meeting_id)["votes_in_room"] is None
    assert chair.submit(page, page, **form, votes_in_room="yes").status_code == 303
    assert committee.room(meeting_id)["votes_in_room"] is True
    minutes = chair.get(f"/grants/meetings/{meeting_id}/minutes").text
    assert "Taken in the room, as the chair says" in minutes


def other_chair(house):
    return house.as_reader(Role.committee_chair, account_id="other-chair")


def test_another_chair_takes_over_with_a_reason(committee, house):
    three(committee)
    meeting_id, other, reason = committee.convene(), other_chair(house), {"reason": "Who led left"}
    page = f"/grants/meetings/{meeting_id}"
    assert f"{page}/chair" in other.get(page).text
    assert f"{page}/chair" not in committee.chair.get(page).text
    member = committee.member("m1")
    assert code(committee.act(meeting_id, "chair", reason, by=member)) == (403, "not-permitted")
    assert committee.act(meeting_id, "chair", {"reason": " "}, by=other).status_code == 422
    version = committee.room(meeting_id)["version"]
    done = other.submit(f"{page}/chair", f"{page}/chair", version=version, **reason)
    assert done.status_code == 303
    room = committee.room(meeting_id)
    assert (room["chair_id"], room["former_chair_id"]) == ("other-chair", CHAIR)
    assert "Who led left" in member.get(page).text
    refused = committee.act(meeting_id, "scoring/close")
    assert code(refused) == (403, "not-the-chair")
    for what, body in (
        ("attendance", {"present_ids": ["m1", "m2"]}),
        ("scoring/close", None),
        ("ranking", None),
        ("decision", None),
    ):
        body = committee.decision(meeting_id) if what == "decision" else body
        done = committee.act(meeting_id, what, body, by=other)
        assert done.status_code == 200, done.text
    assert "Who led left" in other.get(f"{page}/minutes").text
    assert code(committee.act(meeting_id, "chair", reason)) == (409, "meeting-decided")


def test_a_meeting_is_cancelled_before_its_ranking_and_another_one_decides(committee, house):
    three(committee)
    meeting_id, other, reason = committee.convene(), other_chair(house), {"reason": "Nobody came"}
    assert code(committee.act(meeting_id, "cancel", reason, by=other)) == (403, "not-the-chair")
    committee.expect(meeting_id, "scoring/close")
    page = f"/grants/meetings/{meeting_id}"
    assert f"{page}/cancellation" in committee.chair.get(page).text
    version = committee.room(meeting_id)["version"]
    address = f"{page}/cancellation"
    done = committee.chair.submit(address, address, version=version, **reason)
    assert done.status_code == 303
    shown = committee.chair.get(page).text
    assert "This meeting was cancelled" in shown and "Nobody came" in shown
    assert committee.room(meeting_id)["state"] == "cancelled"
    assert "Cancelled" in committee.chair.get("/grants/meetings").text
    for what, body in (
        ("ranking", None),
        ("attendance", {"present_ids": ["m1"]}),
        ("chair", reason),
    ):
        refused = committee.act(meeting_id, what, body)
        assert code(refused) == (409, "meeting-cancelled"), what
    committee.expect(meeting_id, "cancel", reason)
    second = committee.ranked()
    assert len(committee.room(second)["items"]) == 4
    assert code(committee.act(second, "cancel", reason)) == (409, "ranked")
    committee.expect(second, "decision", committee.decision(second))
