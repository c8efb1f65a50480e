"""Whoever changes an account while a payment to it is agreed to never gets it through.

Between the decision on the payment and its commit the account is changed (and the other way round),
in a thread of its own: one of the two is decided again on what the other one did.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.grants.awards.handling import change_account, resume_award, suspend_award
from services.grants.awards.views import one_award
from services.grants.payments import handling, preparing
from services.grants.payments.views import one_payment
from shared.errors import Forbidden, Refused
from shared.events.work import Work

from .either import BOTH, at_once, opened
from .home import House
from .payments_home import (
    OTHER_ACCOUNT,
    People,
    batch_of,
    do,
    done,
    offer,
    schedule,
    sign,
)

STEPS = {"authorise": handling.authorise_payment, "release": handling.release_payment}
BATCH_STEPS = {"authorise": preparing.authorise_batch, "release": preparing.release_batch}
JOIN_SECONDS = 30


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    yield from opened(request, tmp_path)


class Paid:
    """A payment that waits for a step, by itself or in a batch, and those who act on it."""

    def __init__(self, house: House, step: str, *, together: bool = False) -> None:
        self.house, self.step, self.people = house, step, People(house)
        self.award_id = offer(house)
        sign(self.people, self.award_id)
        self.payment_id = schedule(self.people, self.award_id)
        self.batch_id = batch_of(self.people, self.payment_id) if together else ""
        self.address = f"/batches/{self.batch_id}" if together else f"/payments/{self.payment_id}"
        if not together:
            done(do(self.people.preparer, self.address, "request"))
        if step == "release":
            done(do(self.people.controller, self.address, "authorise"))

    def agree(self, work: Work) -> None:
        """The step, by a controller who has no other part in it."""
        if self.batch_id:
            BATCH_STEPS[self.step](work, self.batch_id, by="karlo")
        else:
            STEPS[self.step](work, self.payment_id, by="karlo")

    def change(self, work: Work) -> None:
        """The payee's account becomes another one, by the same person."""
        change_account(work, self.award_id, by="karlo", account_number=OTHER_ACCOUNT)

    def during(
        self, handler: Callable[[Work], Any], meanwhile: Callable[[Work], Any]
    ) -> list[BaseException]:
        """Commit the second between decision and commit of the first; what was refused."""
        turns: list[int] = []
        refused: list[BaseException] = []

        def other() -> None:
            try:
                self.house.run(meanwhile, by="karlo")
            except (Refused, Forbidden) as error:
                refused.append(error)

        def run(work: Work) -> None:
            turns.append(1)
            handler(work)
            if len(turns) == 1:
                thread = threading.Thread(target=other)
                thread.start()
                thread.join(JOIN_SECONDS)
                assert not thread.is_alive()

        try:
            self.house.run(run, by="karlo")
        except (Refused, Forbidden) as error:
            refused.append(error)
        assert len(turns) == 2, "what was decided on is not there any more: it is decided again"
        return refused

    @property
    def status(self) -> str:
        return str(self.house.ask(one_payment, self.payment_id).status)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_an_account_changed_meanwhile_holds_what_was_about_to_be_agreed_to(
    house: House, step: str, together: bool
) -> None:
    paid = Paid(house, step, together=together)
    refused = paid.during(paid.agree, paid.change)
    assert paid.status == "held"
    assert len(refused) == 1


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_what_is_agreed_to_meanwhile_is_held_by_the_changed_account(
    house: House, step: str, together: bool
) -> None:
    paid = Paid(house, step, together=together)
    assert paid.during(paid.change, paid.agree) == []
    assert paid.status == "held"
    assert house.ask(one_award, paid.award_id).account_version == 2


@pytest.mark.parametrize("step", STEPS)
def test_a_suspended_award_holds_what_was_about_to_be_agreed_to(house: House, step: str) -> None:
    paid = Paid(house, step)

    def suspend(work: Work) -> None:
        suspend_award(work, paid.award_id, by="karlo", ground="other", note=None)

    assert len(paid.during(paid.agree, suspend)) == 1
    assert paid.status == "held"


def test_no_hold_is_lifted_while_its_award_is_suspended_anew(house: House) -> None:
    """The payment is held already, so only the award says that it was suspended once more."""
    paid = Paid(house, "authorise")

    def suspend(work: Work) -> None:
        suspend_award(work, paid.award_id, by="karlo", ground="other", note=None)

    def lift(work: Work) -> None:
        handling.lift_hold(work, paid.payment_id, by="klara", reason="It goes on.")

    house.run(suspend)
    house.run(lambda work: resume_award(work, paid.award_id, by="olga", reason="It goes on."))
    (refused,) = paid.during(lift, suspend)
    assert isinstance(refused, Refused) and refused.code == "award-not-payable"
    assert paid.status == "held"


@pytest.mark.parametrize("step", STEPS)
def test_at_the_same_instant_the_changed_account_wins_in_either_order(
    house: House, step: str
) -> None:
    paid = Paid(house, step)
    officer, controller = paid.people.officer, paid.people.second_controller
    facts = {"account_number": OTHER_ACCOUNT}
    changed, agreed = at_once(
        lambda: do(officer, f"/awards/{paid.award_id}", "account", facts),
        lambda: do(controller, paid.address, step),
    )
    assert changed.status_code == 200, changed.text
    assert agreed.status_code in (200, 409, 412), agreed.text
    assert paid.status == "held"
    assert house.ask(one_award, paid.award_id).account_version == 2
