"""An award's life cycle and the conditions of its tranches, through ``decide``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grants.awards import award_commands as c
from services.grants.awards import award_events as e
from services.grants.awards.award import AWARD
from services.grants.awards.award_state import payable, payee_account
from services.grants.awards.payee_account import PayeeAccount
from shared.errors import Problem
from shared.money import Money, total

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AMOUNT = Money(21102000, "RSD")

OFFER = c.OfferAward(
    by="chair",
    now=NOW,
    award_id="a1",
    application_id="p1",
    application_no="A0001",
    call_id="c1",
    registration_id="r1",
    person_id="x1",
    kind="start",
    amount=AMOUNT,
    tranche_percents=(60, 40),
    zone="Europe/Belgrade",
)
SIGN = c.SignAgreement(
    by="officer",
    now=NOW,
    full_name="Mirela Primer",
    account_number="160000000000000000",
    agreement_no="U-1",
)
ACT: dict[str, Any] = {"by": "officer", "now": NOW}
SCHEDULE = c.ScheduleTranche(**ACT, tranche=1, payment_id="pay1")
PAID = c.RecordTranchePaid(**ACT, tranche=1, payment_id="pay1", booked_on=date(2026, 3, 4))
RETURNED = c.RecordTrancheReturned(**ACT, tranche=1, payment_id="pay1", booked_on=date(2026, 3, 6))
RECEIPTS = c.AcceptReceipts(**ACT, tranche=1, amount=Money(12661200, "RSD"), receipts=("f" * 64,))
VISIT = c.RecordTrancheVisit(**ACT, tranche=1, visit_id="v1")
SECOND = c.ScheduleTranche(**ACT, tranche=2, payment_id="pay2")
ACTIVE = (OFFER, SIGN, SCHEDULE, PAID)


def after(*commands: Any) -> Any:
    state: Any = AWARD.initial
    for command in commands:
        for event in AWARD.decide(state, command):
            assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
            state = AWARD.evolve(state, event)
    return state


def refusal(state: Any, command: Any) -> str:
    with pytest.raises(Problem) as caught:
        AWARD.decide(state, command)
    str(caught.value)
    return caught.value.code


def status(state: Any) -> str:
    return type(state).__name__.lower()


def test_the_offer_splits_the_amount_and_sets_a_last_day() -> None:
    (offered,) = AWARD.decide(AWARD.initial, OFFER)
    assert isinstance(offered, e.AwardOffered)
    assert offered.tranche_amounts == (Money(12661200, "RSD"), Money(8440800, "RSD"))
    assert (offered.offered_on, offered.lapses_on) == (date(2026, 3, 2), date(2026, 4, 1))


@given(st.integers(1, 10**9), st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_tranches_never_lose_a_unit(minor: int, shares: list[int]) -> None:
    percents = (*shares, 100 - sum(shares))
    command = replace(OFFER, amount=Money(minor, "BAM"), tranche_percents=percents)
    (offered,) = AWARD.decide(AWARD.initial, command)
    assert isinstance(offered, e.AwardOffered)
    assert total(offered.tranche_amounts, currency="BAM") == Money(minor, "BAM")


def test_wrong_tranches_and_amounts_are_refused() -> None:
    assert refusal(AWARD.initial, replace(OFFER, tranche_percents=(60, 50))) == "tranches-wrong"
    assert refusal(AWARD.initial, replace(OFFER, tranche_percents=())) == "tranches-wrong"
    assert refusal(AWARD.initial, replace(OFFER, amount=Money(0, "RSD"))) == "amount-not-positive"


def test_an_offer_lapses_after_its_last_day_and_cannot_be_signed_then() -> None:
    late = NOW + timedelta(days=31)
    assert AWARD.decide(after(OFFER), c.LapseAward(by="due", now=NOW)) == ()
    assert status(after(OFFER, c.LapseAward(by="due", now=late))) == "lapsed"
    assert refusal(after(OFFER), replace(SIGN, now=late)) == "offer-lapsed"
    declined = after(OFFER, c.DeclineAward(**ACT, ground="moved"))
    assert refusal(declined, SIGN) == "offer-not-open"


def test_the_first_money_makes_it_active_and_dates_the_handover() -> None:
    (paid, activated) = AWARD.decide(after(OFFER, SIGN, SCHEDULE), PAID)
    assert isinstance(activated, e.AwardActivated)
    assert activated.handed_over_on == date(2026, 3, 4)
    assert AWARD.decide(after(*ACTIVE), PAID) == ()


def test_nothing_is_paid_before_the_signature() -> None:
    assert refusal(after(OFFER), SCHEDULE) == "award-not-signed"
    assert not payable(after(OFFER))
    assert payable(after(OFFER, SIGN))


def test_the_second_tranche_waits_for_receipts_and_visit() -> None:
    assert refusal(after(OFFER, SIGN, SCHEDULE), SECOND) == "tranche-before-unpaid"
    assert refusal(after(*ACTIVE), SECOND) == "tranche-before-unaccounted"
    assert refusal(after(*ACTIVE, RECEIPTS), SECOND) == "tranche-before-unaccounted"
    assert AWARD.decide(after(*ACTIVE, RECEIPTS, VISIT), SECOND)
    assert refusal(after(*ACTIVE, RECEIPTS, VISIT, RETURNED), SECOND) == "tranche-before-unpaid"


def test_receipts_account_for_the_whole_tranche() -> None:
    short = replace(RECEIPTS, amount=Money(12661199, "RSD"))
    assert refusal(after(*ACTIVE), short) == "receipts-short"
    assert refusal(after(*ACTIVE), replace(RECEIPTS, receipts=())) == "receipts-missing"
    assert refusal(after(OFFER, SIGN), RECEIPTS) == "tranche-unpaid"


def test_a_waiver_needs_a_reason_and_a_second_person() -> None:
    ask = c.RequestWaiver(**ACT, tranche=1, requirement="visit", reason="Roads are flooded.")
    confirm = c.ConfirmWaiver(by="controller", now=NOW, tranche=1, requirement="visit")
    assert refusal(after(*ACTIVE), replace(ask, reason=" ")) == "reason-missing"
    assert refusal(after(*ACTIVE), confirm) == "waiver-not-requested"
    asked = after(*ACTIVE, RECEIPTS, ask)
    assert refusal(asked, replace(confirm, by="officer")) == "same-person-waives"
    (waived,) = AWARD.decide(asked, confirm)
    assert isinstance(waived, e.RequirementWaived)
    assert waived.reason == "Roads are flooded."
    assert AWARD.decide(after(*ACTIVE, RECEIPTS, ask, confirm), SECOND)


def test_a_changed_account_has_a_version_and_is_confirmed_by_another() -> None:
    change = c.ChangeAccount(by="clerk", now=NOW, account_number="160000000000000001")
    state = after(*ACTIVE, change)
    assert payee_account(state) == PayeeAccount(version=2, changed_by="clerk", changed_at=NOW)
    call = c.ConfirmAccount(by="clerk", now=NOW)
    assert refusal(state, call) == "same-person-calls-back"
    confirmed = after(*ACTIVE, change, replace(call, by="officer"))
    assert payee_account(confirmed).called_back_by == "officer"
    assert payee_account(after(*ACTIVE, change, replace(call, by="officer"), change)).version == 3


def test_suspended_awards_are_not_paid_until_they_resume() -> None:
    suspend = c.SuspendAward(**ACT, ground="receipts_late")
    resume = c.ResumeAward(**ACT, reason="Receipts arrived.")
    state = after(*ACTIVE, RECEIPTS, VISIT, suspend)
    assert refusal(state, SECOND) == "award-not-payable"
    assert status(after(*ACTIVE, suspend, resume)) == "active"
    assert status(after(OFFER, SIGN, suspend, resume)) == "accepted"


def test_it_completes_when_everything_is_paid_and_accounted_for() -> None:
    complete = c.CompleteAward(**ACT)
    assert refusal(after(*ACTIVE), complete) == "award-incomplete"
    second = (
        SECOND,
        replace(PAID, tranche=2, payment_id="pay2"),
        replace(RECEIPTS, tranche=2),
        replace(VISIT, tranche=2),
    )
    done = (*ACTIVE, RECEIPTS, VISIT, *second, complete)
    assert status(after(*done)) == "completed"
    assert status(after(*done, c.CloseAward(**ACT))) == "closed"


def test_unpaid_awards_are_cancelled_and_paid_ones_terminated() -> None:
    cancel = c.CancelAward(**ACT, ground="grantee_request")
    terminate = c.TerminateAward(**ACT, ground="misuse", note="Sold the machine.")
    assert refusal(after(OFFER, SIGN, SCHEDULE), cancel) == "payment-under-way"
    free = c.UnscheduleTranche(**ACT, tranche=1, payment_id="pay1")
    assert status(after(OFFER, SIGN, SCHEDULE, free, cancel)) == "cancelled"
    assert refusal(after(OFFER, SIGN), terminate) == "award-unpaid"
    assert refusal(after(*ACTIVE), cancel) == "award-paid"
    (ended,) = AWARD.decide(after(*ACTIVE), terminate)
    assert isinstance(ended, e.AwardTerminated)
    assert (ended.paid.minor, ended.unpaid.minor) == (12661200, 8440800)
    assert refusal(after(*ACTIVE, terminate), cancel) == "award-ended"


def test_history_is_signed_without_inventing_anything() -> None:
    fields = {k: v for k, v in vars(OFFER).items() if k != "open_days"}
    history = c.ImportAward(
        **fields, offered_on=date(2011, 4, 14), full_name="Mirela Primer", account_number="16"
    )
    (offered, signed) = AWARD.decide(AWARD.initial, history)
    assert isinstance(offered, e.AwardOffered)
    assert isinstance(signed, e.AgreementSigned)
    assert offered.imported
    assert signed.imported
    assert (offered.lapses_on, signed.signed_on, signed.agreement_no) == (None, None, None)
    assert AWARD.decide(after(history), history) == ()
    first = c.ImportTranche(**ACT, tranche=1, payment_id="pay1")
    second = c.ImportTranche(**ACT, tranche=2, payment_id="pay2")
    state = after(history, first, second, PAID, replace(PAID, tranche=2, payment_id="pay2"))
    assert status(state) == "active"
    assert AWARD.decide(state, c.CompleteAward(**ACT))
