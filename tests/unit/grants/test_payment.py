"""A payment's life cycle, its duties and its money, through ``decide``.

Given events, when command, then events: ``after`` folds what commands yielded.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.grants.awards.payee_account import PayeeAccount
from services.grants.payments import payment_commands as c
from services.grants.payments import payment_events as e
from services.grants.payments.duties import OneController
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import status
from shared.errors import Problem
from shared.money import Money

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AMOUNT = Money(12661200, "RSD")
SAME_ACCOUNT = PayeeAccount(version=1)

SCHEDULE = c.SchedulePayment(
    by="officer",
    now=NOW,
    payment_id="p1",
    call_id="c1",
    award_id="a1",
    tranche=1,
    application_no="A0008",
    registration_id="r1",
    person_id="x1",
    amount=AMOUNT,
)


def step(kind: type[c.PaymentStep], by: str, **changes: Any) -> Any:
    known: dict[str, Any] = {"account": SAME_ACCOUNT, "award_payable": True, "scored": False}
    return kind(**known | {"by": by, "now": NOW} | changes)


REQUEST = step(c.RequestPayment, "officer")
AUTHORISE = step(c.AuthorisePayment, "controller-1")
RELEASE = step(c.ReleasePayment, "controller-2")
EXPORT = c.ExportPayment(
    by="officer", now=NOW, batch_id="b1", account=SAME_ACCOUNT, award_payable=True
)
DEBIT = c.RecordDebit(
    by="bank",
    now=NOW,
    line_id="l1",
    end_to_end_id="A0008-T1",
    booked_on=date(2026, 3, 3),
    amount=AMOUNT,
)
RETURN = c.RecordReturn(
    by="bank",
    now=NOW,
    line_id="l2",
    end_to_end_id="A0008-T1",
    booked_on=date(2026, 3, 5),
    amount=AMOUNT,
)
TO_BANK = (SCHEDULE, REQUEST, AUTHORISE, RELEASE, EXPORT)


def after(*commands: Any) -> Any:
    state: Any = PAYMENT.initial
    for command in commands:
        state = PAYMENT.fold(PAYMENT.decide(state, command), state)
    return state


def refusal(state: Any, command: Any) -> str:
    with pytest.raises(Problem) as caught:
        PAYMENT.decide(state, command)
    str(caught.value)
    return caught.value.code


def test_three_people_bring_it_to_the_bank() -> None:
    state = after(*TO_BANK, DEBIT)
    assert status(state) == "paid"
    assert status(after(*TO_BANK, DEBIT, c.ReconcilePayment(by="officer", now=NOW))) == "reconciled"


def test_the_same_line_thrice_has_one_effect() -> None:
    assert PAYMENT.decide(after(*TO_BANK, DEBIT), DEBIT) == ()
    assert PAYMENT.decide(after(*TO_BANK, DEBIT, RETURN), DEBIT) == ()
    assert PAYMENT.decide(after(*TO_BANK, DEBIT, RETURN), RETURN) == ()


def test_a_returned_payment_is_issued_again_under_another_id() -> None:
    again = c.ReissuePayment(by="officer", now=NOW)
    events = PAYMENT.decide(after(*TO_BANK, DEBIT, RETURN), again)
    assert [(one.reissue, one.end_to_end_id) for one in events] == [(1, "A0008-T1-R1")]  # type: ignore[attr-defined]
    state = after(*TO_BANK, DEBIT, RETURN, again)
    assert status(state) == "scheduled"
    assert PAYMENT.decide(state, RETURN) == ()
    assert refusal(state, replace(RETURN, line_id="l9")) == "end-to-end-id-differs"


def test_a_line_that_does_not_fit_is_refused() -> None:
    exported = after(*TO_BANK)
    assert refusal(exported, replace(DEBIT, amount=Money(1, "RSD"))) == "amount-differs"
    assert refusal(exported, RETURN) == "payment-not-paid"
    assert refusal(after(SCHEDULE), DEBIT) == "payment-not-exported"


@pytest.mark.parametrize(
    ("commands", "command", "code"),
    [
        ((SCHEDULE, REQUEST), step(c.AuthorisePayment, "officer"), "same-person-authorises"),
        (
            (SCHEDULE, REQUEST, AUTHORISE),
            step(c.ReleasePayment, "officer"),
            "same-person-releases",
        ),
        (
            (SCHEDULE, REQUEST, AUTHORISE),
            step(c.ReleasePayment, "controller-1"),
            "same-controller-releases",
        ),
        ((SCHEDULE,), step(c.RequestPayment, "m", scored=True), "scorer-pays"),
        ((SCHEDULE, REQUEST), step(c.AuthorisePayment, "m", scored=True), "scorer-pays"),
        ((SCHEDULE, REQUEST, AUTHORISE), step(c.ReleasePayment, "m", scored=True), "scorer-pays"),
        ((SCHEDULE,), step(c.RequestPayment, "o", award_payable=False), "award-not-payable"),
        ((SCHEDULE,), RELEASE, "payment-state-forbids"),
        (TO_BANK, c.CancelPayment(by="o", now=NOW, reason="why"), "payment-state-forbids"),
    ],
)
def test_duties_are_separate(commands: tuple[Any, ...], command: Any, code: str) -> None:
    assert refusal(after(*commands), command) == code


def test_one_controller_under_a_threshold_is_on_record() -> None:
    state = after(SCHEDULE, REQUEST, AUTHORISE)
    small = OneController(amount_max=AMOUNT, paid_in_90_days=Money(0, "RSD"))
    (released,) = PAYMENT.decide(
        state, step(c.ReleasePayment, "controller-1", one_controller=small)
    )
    assert isinstance(released, e.PaymentReleased)
    assert released.one_controller
    split = replace(small, paid_in_90_days=Money(1, "RSD"))
    split_release = step(c.ReleasePayment, "controller-1", one_controller=split)
    assert refusal(state, split_release) == "same-controller-releases"


def test_a_changed_account_waits_72_hours_and_an_independent_call() -> None:
    changed = PayeeAccount(version=2, changed_by="clerk", changed_at=NOW)
    hold = c.HoldForChangedAccount(by="clerk", now=NOW, account=changed)
    state = after(SCHEDULE, REQUEST, AUTHORISE, hold)
    assert status(state) == "held"

    def lift(account: PayeeAccount, hours: int, by: str = "officer") -> c.LiftHold:
        return c.LiftHold(
            by=by,
            now=NOW + timedelta(hours=hours),
            reason="Called back.",
            account=account,
            award_payable=True,
        )

    confirmed = replace(changed, called_back_by="officer")
    assert refusal(state, lift(changed, 73)) == "account-not-confirmed"
    assert refusal(state, lift(replace(changed, called_back_by="clerk"), 73)) == (
        "same-person-calls-back"
    )
    assert refusal(state, lift(confirmed, 71)) == "account-held"
    assert refusal(state, lift(confirmed, 73, by="clerk")) == "account-changer-lifts"
    lifted = PAYMENT.fold(PAYMENT.decide(state, lift(confirmed, 73)), state)
    assert status(lifted) == "scheduled"


def test_the_changer_does_not_release_and_an_old_version_is_not_paid() -> None:
    changed = PayeeAccount(
        version=2, changed_by="controller-2", changed_at=NOW, called_back_by="officer"
    )
    later = NOW + timedelta(hours=80)
    request = replace(REQUEST, account=changed)
    authorise = replace(AUTHORISE, account=changed)
    state = after(SCHEDULE, request, authorise)
    by_changer = step(c.ReleasePayment, "controller-2", account=changed, now=later)
    assert refusal(state, by_changer) == "account-changer-releases"
    early = step(c.ReleasePayment, "controller-3", account=changed)
    assert refusal(state, early) == "account-held"
    assert PAYMENT.decide(state, replace(early, now=later))
    assert refusal(after(SCHEDULE, REQUEST), authorise) == "account-changed-since"
    released = after(SCHEDULE, REQUEST, AUTHORISE, RELEASE)
    assert refusal(released, replace(EXPORT, account=changed)) == "account-changed-since"


def test_a_reversal_needs_two_people_and_frees_the_line() -> None:
    ask = c.RequestReversal(by="officer", now=NOW, reason="Matched to the wrong line.")
    state = after(*TO_BANK, DEBIT, ask)
    alone = c.ConfirmReversal(by="officer", now=NOW, zone="Europe/Belgrade")
    assert refusal(state, alone) == "same-person-reverses"
    state = after(*TO_BANK, DEBIT, ask, replace(alone, by="controller-1"))
    assert status(state) == "reversed"
    assert PAYMENT.decide(state, replace(DEBIT, line_id="l7"))


def test_in_kind_waits_for_the_handover() -> None:
    schedule = replace(SCHEDULE, mode="in_kind")
    assert refusal(after(schedule), REQUEST) == "handover-missing"
    handover = c.RecordHandover(
        by="officer", now=NOW, invoice_no="17/26", amount=AMOUNT, zone="Europe/Belgrade"
    )
    assert status(after(schedule, handover, REQUEST)) == "requested"


def test_a_failed_payment_may_be_issued_again_and_a_late_debit_still_counts() -> None:
    failure = c.RecordFailure(by="officer", now=NOW, ground="account_closed")
    state = after(*TO_BANK, failure)
    assert status(state) == "failed"
    assert PAYMENT.decide(state, DEBIT)
    assert PAYMENT.decide(state, c.ReissuePayment(by="officer", now=NOW))


def test_history_enters_with_the_bank_and_invents_nobody() -> None:
    fields = {k: v for k, v in vars(SCHEDULE).items() if k not in ("mode", "due_on", "reissue")}
    history = c.ImportPayment(**fields)
    events = PAYMENT.decide(PAYMENT.initial, history)
    assert [type(one) for one in events] == [e.PaymentScheduled, e.PaymentExported]
    assert all(one.imported for one in events)  # type: ignore[attr-defined]
    again = c.ImportReissue(by="import", now=NOW, reissue=1)
    state = after(history, DEBIT, RETURN)
    (reissued, exported) = PAYMENT.decide(state, again)
    assert isinstance(exported, e.PaymentExported)
    assert exported.end_to_end_id == "A0008-T1-R1"
    state = after(history, DEBIT, RETURN, again)
    assert PAYMENT.decide(state, again) == ()
    second = replace(DEBIT, line_id="l3", end_to_end_id="A0008-T1-R1")
    (paid,) = PAYMENT.decide(state, second)
    assert isinstance(paid, e.PaymentPaid)
    assert paid.imported


def test_an_unknown_command_fails_loudly() -> None:
    with pytest.raises(TypeError):
        PAYMENT.decide(after(SCHEDULE), object())
