"""Two committees that decide about the same money at the same instant never exceed it.

A call's money is one: applications that were checked late come to a second meeting of the same
call. Both chairs are shown that the money lasts for theirs, and both confirm at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.grants.calls import views as calls
from shared.access.roles import Role
from shared.money import Money

from .committee_home import API, CHAIR, Committee
from .either import BOTH, at_once, opened
from .home import House


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    yield from opened(request, tmp_path)


def two_meetings(house: House, *, requested: int, budget: int) -> tuple[Committee, list[str]]:
    """Two ranked meetings of one call, each about one application of the size."""
    committee = Committee(
        house, budget=Money(budget, "RSD"), ceiling=Money(min(budget, 40_000_000), "RSD")
    )
    first = committee.application("A-1", requested=requested)
    second = committee.application("A-2", requested=requested, checked=False)
    committee.close()
    committee.review(first)
    meetings = [committee.ranked()]
    committee.check(second)
    committee.review(second)
    meetings.append(committee.ranked())
    return committee, meetings


def deciding(committee: Committee, meeting_id: str) -> Callable[[], Any]:
    """The chair's confirmation of what the room shows now."""
    version, body = committee.room(meeting_id)["version"], committee.decision(meeting_id)
    assert body["approved"] == 1
    asker = committee.house.as_reader(Role.committee_chair, account_id=CHAIR)
    address = f"{API}/meetings/{meeting_id}/decision"
    return lambda: asker.post(address, body, If_Match=f'"{version}"')


def test_two_meetings_at_the_same_instant_never_exceed_the_budget(house):
    committee, meetings = two_meetings(house, requested=30_000_000, budget=40_000_000)
    answers = at_once(*(deciding(committee, one) for one in meetings))
    assert sorted(one.status_code for one in answers) == [200, 409]
    (refused,) = [one.json for one in answers if one.status_code == 409]
    assert refused["type"] == "/problems/money-moved"
    assert "now lasts for 0 applications" in refused["detail"]
    money = house.ask(calls.budget, committee.call_id)
    assert (money["committed_minor"], money["available_minor"]) == (30_000_000, 10_000_000)
    states = {one: committee.room(one)["state"] for one in meetings}
    assert sorted(states.values()) == ["decided", "ranked"]
    (open_one,) = [one for one, state in states.items() if state == "ranked"]
    (item,) = committee.room(open_one)["items"]
    assert (item["outcome"], item["state"]) == ("waitlisted", "ranked")
    done = committee.act(open_one, "decision", committee.decision(open_one))
    assert done.status_code == 200
    assert house.ask(calls.call, committee.call_id)["state"] == "decided"


def test_both_are_decided_when_the_money_lasts_for_both(house):
    committee, meetings = two_meetings(house, requested=20_000_000, budget=40_000_000)
    answers = at_once(*(deciding(committee, one) for one in meetings))
    codes = sorted(one.status_code for one in answers)
    assert codes == [200, 200], [one.text for one in answers]
    money = house.ask(calls.budget, committee.call_id)
    assert (money["committed_minor"], money["available_minor"]) == (40_000_000, 0)
    assert house.ask(calls.call, committee.call_id)["state"] == "decided"


def test_one_meeting_confirmed_in_many_windows_is_decided_once(house):
    committee, (meeting_id, _) = two_meetings(house, requested=30_000_000, budget=40_000_000)
    answers = at_once(*[deciding(committee, meeting_id) for _ in range(6)])
    codes = sorted(one.status_code for one in answers)
    assert codes[0] == 200 and codes[1:] == [412] * 5, codes
    money = house.ask(calls.budget, committee.call_id)
    assert money["committed_minor"] == 30_000_000
