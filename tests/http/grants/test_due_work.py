"""Offers lapse and visits are missed by themselves, once, and never what was done in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.grants.awards import lapsing
from services.grants.awards.views import one_award
from services.grants.calls.budget import BUDGET, Balance
from services.grants.visits import missing
from services.grants.visits.views import one_visit
from shared.due.worker import run_due_once
from shared.events.tables import DUE as DUE_TABLE
from shared.identifiers import derived

from .home import PROGRAMME, House
from .ledger_home import active_award, bring_past
from .payments_home import API, People, do, offer, sign


def waiting(house: House, kind: str) -> list[datetime]:
    """When the pieces of a kind fall due, the first one first."""
    rows = house.ask(lambda connection: connection.execute(DUE_TABLE.select()).all())
    found = [row.due_at for row in rows if row.kind == kind and row.done_at is None]
    return sorted(one if one.tzinfo else one.replace(tzinfo=UTC) for one in found)


def work(house: House) -> int:
    """Do what is due now; how many pieces."""
    return run_due_once(house.service, house.clock.now())


def committed(house: House) -> int:
    """What is reserved in the call, in minor units."""

    def handler(work) -> int:
        state = work.load(BUDGET, derived("call", PROGRAMME, "C-1"))
        assert isinstance(state, Balance)
        return state.committed.minor

    return int(house.run(handler))


def test_an_offer_that_nobody_signs_lapses_once_and_frees_its_money(house: House) -> None:
    award_id = offer(house)
    before = committed(house)
    (due_at,) = waiting(house, lapsing.KIND)
    house.clock.moment = due_at - timedelta(seconds=1)
    assert work(house) == 0
    house.clock.moment = due_at
    assert work(house) == 1 and work(house) == 0
    row = house.ask(one_award, award_id)
    assert row.status == "lapsed" and committed(house) == 0 < before
    payload = house.ask(lambda c: c.execute(DUE_TABLE.select()).first()).payload
    lapsing.DUE[lapsing.KIND](house.service, payload)
    assert house.ask(one_award, award_id).version == row.version
    assert house.recorded("award")[-1] == ("lapsed", "system/grants")
    facts = {"full_name": "Mira Primer", "account_number": "1", "agreement_no": "1"}
    late = do(People(house).officer, f"/awards/{award_id}", "sign", facts)
    assert late.status_code in (409, 422)


def test_an_agreement_signed_in_time_never_lapses(house: House) -> None:
    award_id = offer(house)
    sign(People(house), award_id)
    before = committed(house)
    house.clock.moment = waiting(house, lapsing.KIND)[0]
    assert work(house) == 1
    assert house.ask(one_award, award_id).status == "accepted"
    assert committed(house) == before


def plan(house: House, award_id: str, month: int) -> str:
    answer = People(house).officer.post(f"{API}/visits", {"award_id": award_id, "month": month})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_visit_that_nobody_makes_is_missed_once_and_can_still_be_made(house: House) -> None:
    visit_id = plan(house, active_award(house, bring_past(house)), 4)
    (due_at,) = waiting(house, missing.KIND)
    # Handed over on 2 February: four months and the grace of thirty days later, in Belgrade.
    assert due_at.isoformat() == "2026-07-02T22:00:00+00:00"
    house.clock.moment = due_at - timedelta(seconds=1)
    assert work(house) == 0
    house.clock.moment = due_at
    assert work(house) == 1
    assert house.ask(one_visit, visit_id).status == "missed"
    payload = house.ask(lambda c: c.execute(DUE_TABLE.select()).first()).payload
    missing.DUE[missing.KIND](house.service, payload)
    assert house.recorded("visit").count(("missed", "system/grants")) == 1
    page = People(house).officer.get(f"/grants/visits/{visit_id}").text
    assert "Visit overdue by 31 days" in page and "The software itself" in page


def test_a_visit_planned_after_its_day_has_its_grace_from_then_on(house: House) -> None:
    past = bring_past(house)
    visit_id = plan(house, past.awards["A0001"], 4)
    (due_at,) = waiting(house, missing.KIND)
    assert due_at.isoformat() == "2026-03-31T22:00:00+00:00"
    assert work(house) == 0
    assert house.ask(one_visit, visit_id).status == "planned"
