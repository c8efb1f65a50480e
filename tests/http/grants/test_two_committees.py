"""Two committees that decide about the same money at the same instant never exceed it.

A call's money is one: applications that were checked late come to a second meeting of the same
call. Both chairs are shown that the money lasts for theirs, and both confirm at once.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from services.grants.app import create, definition
from services.grants.calls import views as calls
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.clock import FixedClock
from shared.database import database_name, server_url
from shared.migrations.migrating import migrate
from shared.money import Money
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key

from .committee_home import API, CHAIR, Committee
from .home import NOON, House


def settings_of(folder: Path, address: str) -> Settings:
    settings = Settings(home=folder, public_url="http://localhost:8000")
    if not address:
        return settings
    name = f"two{uuid.uuid4().hex[:12]}"
    return replace(settings, installation=name, database_url=address)


def drop(settings: Settings) -> None:
    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for one in ("grants", "keyring"):
            name = database_name(settings, one)
            connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"drop role if exists {database_name(settings, 'grants')}"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    settings = settings_of(tmp_path, address)
    migrate(settings, [definition()])
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    made = House(service, create(service), clock, signer)
    yield made
    made.close()
    if address:
        drop(settings)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What the acts answer, all begun at the same instant."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(run, act) for act in acts]]


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
