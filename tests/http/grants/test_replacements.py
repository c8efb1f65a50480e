"""A tranche whose payment was cancelled gets another, which takes nothing over from the first."""

from __future__ import annotations

import pytest

from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Release, ReturnSpent
from shared.access.roles import Role
from shared.identifiers import derived
from shared.money import Money

from .home import PROGRAMME
from .payments_home import (
    API,
    People,
    bring,
    budget,
    code,
    do,
    done,
    exported_batch,
    offer,
    schedule,
    sign,
)

WHY = {"reason": "Its account was wrong."}


@pytest.fixture
def people(house):
    return People(house)


@pytest.fixture
def award_id(house, people):
    made = offer(house)
    sign(people, made)
    return made


def shown(people, payment_id):
    return people.preparer.get(f"{API}/payments/{payment_id}").get_json()


def debit(name: str, day: int = 1) -> str:
    return f"2026-02-0{day},{name},debit,60000.60,RSD,{day}"


def came_back(people, award_id) -> str:
    """A first payment that was paid, came back and was cancelled."""
    payment_id = schedule(people, award_id)
    exported_batch(people, payment_id)
    bring(people, debit("A0001-T1"), "2026-02-02,A0001-T1,return,60000.60,RSD,2")
    done(do(people.preparer, f"/payments/{payment_id}", "cancel", WHY))
    return payment_id


def test_a_replacement_spends_and_returns_money_of_its_own(house, people, award_id):
    first = came_back(people, award_id)
    assert budget(house) == {"committed": 0, "obligated": 10_000_100, "spent": 0}
    second = schedule(people, award_id)
    assert second != first
    assert shown(people, second)["end_to_end_id"] == "A0001-T1-R1"
    exported_batch(people, second)
    assert bring(people, debit("A0001-T1-R1", 3))["matched"] == 1
    assert shown(people, second)["state"] == "paid"
    assert budget(house) == {"committed": 0, "obligated": 4_000_040, "spent": 6_000_060}
    assert bring(people, "2026-02-04,A0001-T1-R1,return,60000.60,RSD,4")["matched"] == 1
    assert budget(house) == {"committed": 0, "obligated": 10_000_100, "spent": 0}


def test_replacements_and_reissues_are_numbered_on(people, award_id):
    came_back(people, award_id)
    second = schedule(people, award_id)
    exported_batch(people, second)
    done(do(people.preparer, f"/payments/{second}", "fail", {"ground": "other"}))
    done(do(people.preparer, f"/payments/{second}", "reissue"))
    assert shown(people, second)["end_to_end_id"] == "A0001-T1-R2"
    done(do(people.preparer, f"/payments/{second}", "cancel", WHY))
    assert shown(people, schedule(people, award_id))["end_to_end_id"] == "A0001-T1-R3"


def test_a_late_debit_of_a_cancelled_payment_is_not_its_replacements(house, people, award_id):
    first = schedule(people, award_id)
    exported_batch(people, first)
    both = house.as_reader(Role.finance_officer, Role.finance_controller, account_id="petra")
    address = f"/payments/{first}"
    early = do(people.controller, address, "cancel-failed", WHY)
    assert code(early) == "409 payment-state-forbids"
    done(do(both, address, "fail", {"ground": "other"}))
    assert code(do(both, address, "cancel", WHY)) == "403 controller-cancels"
    assert code(do(both, address, "cancel-failed", WHY)) == "403 same-person-cancels"
    assert f"{first}/cancel-failed" not in both.get(f"/grants/payments/{first}").text
    assert f"{first}/cancel-failed" in people.controller.get(f"/grants/payments/{first}").text
    done(do(people.controller, address, "cancel-failed", WHY))
    second = schedule(people, award_id)
    exported_batch(people, second)
    outcome = bring(people, debit("A0001-T1"), debit("A0001-T1-R1", 2))
    assert outcome == {"matched": 1, "unmatched": 1, "known": 0}
    assert shown(people, first)["state"] == "cancelled"
    assert shown(people, second)["state"] == "paid"
    assert shown(people, second)["booked_on"] == "2026-02-02"


def test_what_the_budget_refuses_leaves_its_line_open_and_the_others_matched(
    house, people, award_id
):
    """A budget that disagrees keeps nothing of such a line, and no other line waits for it."""
    other = offer(house, "A0002")
    sign(people, other)
    first, second = schedule(people, award_id), schedule(people, other)
    exported_batch(people, first, second)
    call_id, who = derived("call", PROGRAMME, "C-1"), {"by": "ana", "now": house.clock.now()}
    application_id = derived("application", PROGRAMME, "A0001")
    house.decide(BUDGET, call_id, Release(**who, application_id=application_id, reason="A test"))
    outcome = bring(people, debit("A0001-T1"), debit("A0002-T1", 2))
    assert outcome == {"matched": 1, "unmatched": 1, "known": 0}
    assert shown(people, first)["state"] == "exported"
    assert shown(people, second)["state"] == "paid"
    assert budget(house)["spent"] == 6_000_060

    spent = next(iter(house.run(lambda work: work.load(BUDGET, call_id)).spendings))
    back = ReturnSpent(
        **who, reference="x", spent_reference=spent, amount=Money(6_000_060, "RSD"), to="obligated"
    )
    house.decide(BUDGET, call_id, back)
    assert bring(people, "2026-02-03,A0002-T1,return,60000.60,RSD,3")["unmatched"] == 1
    assert shown(people, second)["state"] == "paid"
