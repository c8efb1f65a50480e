"""Over random histories of calls, awards and payments together: the books agree after every event.

Each step is what one person or the bank does, over every stream that it touches, by the real
deciders and as the handlers pair their commands: all of it happens or, when one decider refuses,
none. After every single event debits equal credits in each currency, and available + committed +
obligated + spent is the budget with none negative. After every step the ledger, the call's budget,
the award's tranches and the exported file say the same of what was spent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.grants.awards import award_commands as a
from services.grants.awards.award import AWARD
from services.grants.awards.award_state import Accepted, Offered, payable, payee_account
from services.grants.calls import budget_commands as b
from services.grants.calls.budget import BUDGET, Balance
from services.grants.ledger.disbursements import control_totals, entry_of, ledger_csv
from services.grants.ledger.postings import Posting, balances, postings_of, trial_balance
from services.grants.payments import payment_commands as p
from services.grants.payments.matching import money_reference
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import Ended, NoPayment
from shared.errors import Problem
from shared.events.decider import Decider
from shared.events.event import Event
from shared.money import Money, total

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
ZONE = "Europe/Sarajevo"
PEOPLE = ("ana", "boris", "ceca", "dejan")
BUDGETS = {"c1": Money(1001, "RSD"), "c2": Money(700, "BAM")}
APPLICATIONS: dict[str, tuple[str, Money, Any]] = {
    "A1": ("c1", Money(601, "RSD"), "cash"),
    "A2": ("c1", Money(333, "RSD"), "cash"),
    "A3": ("c1", Money(400, "RSD"), "cash"),
    "B1": ("c2", Money(407, "BAM"), "in_kind"),
}
"""A1, A2 and A3 together want more than their call has."""

DECIDERS: dict[str, Decider[Any]] = {one.kind: one for one in (BUDGET, AWARD, PAYMENT)}


@dataclass
class Work:
    """What one step decides; forgotten as a whole when a decider refuses."""

    states: dict[str, Any]
    versions: Counter[str]
    now: datetime
    events: list[tuple[str, Event]] = field(default_factory=list)

    def load(self, decider: Decider[Any], identifier: str) -> Any:
        return self.states.get(decider.stream(identifier), decider.initial)

    def decide(self, decider: Decider[Any], identifier: str, command: Any) -> tuple[Event, ...]:
        stream = decider.stream(identifier)
        state = self.load(decider, identifier)
        events = decider.decide(state, command)
        self.states[stream] = decider.fold(events, state)
        self.versions[stream] += len(events)
        self.events += [(stream, event) for event in events]
        return events


class Books:
    """All streams, and what the ledger made of their events so far."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.versions: Counter[str] = Counter()
        self.now = START
        self.postings: list[Posting] = []
        self.moved: list[Event] = []
        self.count = 0
        self.run(open_budgets)

    def run(self, step: Callable[[Work], None]) -> bool:
        """Whether the step was taken."""
        self.now += timedelta(hours=7)
        work = Work(dict(self.states), Counter(self.versions), self.now)
        try:
            step(work)
        except Problem as problem:
            assert str(problem)
            return False
        for stream, event in work.events:
            self.apply(stream, event)
        assert self.states == work.states
        self.check_agreement()
        return True

    def apply(self, stream: str, event: Event) -> None:
        decider = DECIDERS[stream.partition("/")[0]]
        state = self.states.get(stream, decider.initial)
        self.states[stream] = decider.evolve(state, event)
        self.versions[stream] += 1
        self.count += 1
        self.postings += postings_of(event, event_id=str(self.count))
        if entry_of(event, call="C"):
            self.moved.append(event)
        for debits, credits_ in trial_balance(self.postings).values():
            assert debits == credits_
        if stream.startswith("budget/"):
            check_budget(self.states[stream])

    def check_agreement(self) -> None:
        """The ledger, the budgets, the tranches and the file tell one story."""
        sums = balances(self.postings)
        for call_id, budget in BUDGETS.items():
            currency = budget.currency
            state = self.states[f"budget/{call_id}"]
            bank = sums.get(("bank", currency), Money(0, currency))
            assert state.spent == -bank
            paid = [
                tranche.amount
                for application_no, (call, _, _) in APPLICATIONS.items()
                if call == call_id
                for tranche in tranches(self.states.get(f"award/{application_no}"))
                if tranche.paid
            ]
            assert total(paid, currency=currency) == state.spent
        entries = [entry for event in self.moved if (entry := entry_of(event, call="C"))]
        for totals in control_totals(entries):
            assert totals.net == -sums["bank", totals.currency]
            assert totals.debit == posted(self.postings, "bank", "credit", totals.currency)
        assert ledger_csv(entries) == ledger_csv(reversed(entries))


def posted(postings: list[Posting], account: str, side: str, currency: str) -> Money:
    amounts = [
        one.amount
        for one in postings
        if (one.account, one.side, one.amount.currency) == (account, side, currency)
    ]
    return total(amounts, currency=currency)


def tranches(state: Any) -> Any:
    return state.tranches if isinstance(state, Offered) else ()


def check_budget(state: Balance) -> None:
    parts = (state.available, state.committed, state.obligated, state.spent)
    assert total(parts, currency=state.budget.currency) == state.budget
    assert all(part.minor >= 0 for part in parts)
    for name in ("committed", "obligated", "spent"):
        lines = [getattr(line, name) for line in state.lines.values()]
        assert total(lines, currency=state.budget.currency) == getattr(state, name)
        assert all(amount.minor >= 0 for amount in lines)


# Steps, as the handlers pair their commands


def open_budgets(work: Work) -> None:
    for call_id, budget in BUDGETS.items():
        command = b.OpenBudget(by="ana", now=work.now, call_id=call_id, budget=budget)
        work.decide(BUDGET, call_id, command)


def approve(work: Work, no: str, by: str, **_: Any) -> None:
    call_id, amount, _mode = APPLICATIONS[no]
    who: dict[str, Any] = {"by": by, "now": work.now}
    work.decide(BUDGET, call_id, b.Reserve(**who, application_id=no, amount=amount))
    offer = a.OfferAward(
        **who,
        award_id=no,
        application_id=no,
        application_no=no,
        call_id=call_id,
        registration_id=no,
        person_id=no,
        kind="start",
        amount=amount,
        tranche_percents=(60, 40),
        zone=ZONE,
    )
    work.decide(AWARD, no, offer)


def sign(work: Work, no: str, by: str, **_: Any) -> None:
    who: dict[str, Any] = {"by": by, "now": work.now}
    command = a.SignAgreement(
        **who, full_name="Invented", account_number="160376343260162414", agreement_no="1"
    )
    work.decide(AWARD, no, command)
    obligate = b.Obligate(**who, application_id=no, award_id=no)
    work.decide(BUDGET, APPLICATIONS[no][0], obligate)


def give_back(work: Work, no: str, by: str, number: int, **_: Any) -> None:
    """The offer is declined, the award cancelled, or it is terminated with something paid."""
    who: dict[str, Any] = {"by": by, "now": work.now}
    endings = (
        a.DeclineAward(**who, ground="not_stated"),
        a.CancelAward(**who, ground="other"),
        a.TerminateAward(**who, ground="other"),
    )
    work.decide(AWARD, no, endings[number])
    release = b.Release(**who, application_id=no, reason="It ended.")
    work.decide(BUDGET, APPLICATIONS[no][0], release)


def revise(work: Work, no: str, by: str, number: int, **_: Any) -> None:
    call_id = APPLICATIONS[no][0]
    budget = Money(BUDGETS[call_id].minor + (number - 1) * 200, BUDGETS[call_id].currency)
    command = b.ReviseBudget(
        by=by, now=work.now, budget=budget, reason="Agreed.", approved_by="donor"
    )
    work.decide(BUDGET, call_id, command)


def payment_of(work: Work, no: str, tranche: int) -> str:
    planned = tranches(work.load(AWARD, no))
    found = planned[tranche - 1].payment_id if planned else None
    return found or f"{no}-{tranche}-{work.versions[f'award/{no}']}"


def schedule(work: Work, no: str, by: str, tranche: int, **_: Any) -> None:
    call_id, _amount, mode = APPLICATIONS[no]
    payment_id = payment_of(work, no, tranche)
    who: dict[str, Any] = {"by": by, "now": work.now}
    command = a.ScheduleTranche(**who, tranche=tranche, payment_id=payment_id)
    work.decide(AWARD, no, command)
    if isinstance(work.load(PAYMENT, payment_id), NoPayment):
        earlier = [
            state.plan.reissue
            for stream, state in work.states.items()
            if stream.startswith(PAYMENT.stream(f"{no}-{tranche}-"))
        ]
        planned = p.SchedulePayment(
            **who,
            payment_id=payment_id,
            call_id=call_id,
            award_id=no,
            tranche=tranche,
            application_no=no,
            registration_id=no,
            person_id=no,
            amount=tranches(work.load(AWARD, no))[tranche - 1].amount,
            mode=mode,
            reissue=max(earlier, default=-1) + 1,
        )
        work.decide(PAYMENT, payment_id, planned)


def account_for(work: Work, no: str, by: str, tranche: int, **_: Any) -> None:
    """Receipts and a visit, so that the next tranche may follow."""
    who: dict[str, Any] = {"by": by, "now": work.now}
    planned = tranches(work.load(AWARD, no))
    amount = planned[tranche - 1].amount if planned else APPLICATIONS[no][1]
    work.decide(AWARD, no, a.RecordTrancheVisit(**who, tranche=tranche, visit_id="v"))
    receipts = a.AcceptReceipts(**who, tranche=tranche, amount=amount, receipts=("r",))
    work.decide(AWARD, no, receipts)


def prepare(work: Work, no: str, by: str, tranche: int, number: int, **_: Any) -> None:
    """To the bank; ``by`` and the two after them act, so that duties are met."""
    payment_id, award = payment_of(work, no, tranche), work.load(AWARD, no)
    if APPLICATIONS[no][2] == "in_kind":
        planned = tranches(award)
        amount = planned[tranche - 1].amount if planned else APPLICATIONS[no][1]
        handover = p.RecordHandover(by=by, now=work.now, invoice_no="1", amount=amount, zone=ZONE)
        work.decide(PAYMENT, payment_id, handover)
        if number == 0:
            return
    known: dict[str, Any] = {
        "account": payee_account(award) if isinstance(award, Accepted) else None,
        "award_payable": payable(award),
    }
    place = PEOPLE.index(by)
    authoriser, releaser = PEOPLE[(place + 1) % 4], PEOPLE[(place + 2) % 4]
    step: dict[str, Any] = {"now": work.now, **known, "scored": False}
    work.decide(PAYMENT, payment_id, p.RequestPayment(by=by, **step))
    work.decide(PAYMENT, payment_id, p.AuthorisePayment(by=authoriser, **step))
    work.decide(PAYMENT, payment_id, p.ReleasePayment(by=releaser, **step))
    export = p.ExportPayment(by=by, now=work.now, batch_id="b", **known)
    work.decide(PAYMENT, payment_id, export)


def bank(work: Work, no: str, tranche: int, number: int, *, kind: Any, **_: Any) -> None:
    """A line of the statement: ``number`` tells lines of the same payment apart."""
    payment_id = payment_of(work, no, tranche)
    state = work.load(PAYMENT, payment_id)
    end_to_end_id = "" if isinstance(state, NoPayment) else state.plan.end_to_end_id
    amount = Money(1, "EUR") if isinstance(state, NoPayment) else state.plan.amount
    line = kind(
        by="bank",
        now=work.now,
        line_id=f"{end_to_end_id}-{kind.__name__}-{number}",
        end_to_end_id=end_to_end_id,
        booked_on=date(2026, 2, 1) + timedelta(days=number),
        amount=amount,
    )
    if not work.decide(PAYMENT, payment_id, line):
        return
    if kind is p.RecordDebit:
        spend = b.Spend(
            by="bank",
            now=work.now,
            application_id=no,
            payment_id=payment_id,
            reference=reference(work, payment_id),
            amount=amount,
        )
        work.decide(BUDGET, APPLICATIONS[no][0], spend)
        paid = a.RecordTranchePaid(
            by="bank",
            now=work.now,
            tranche=tranche,
            payment_id=payment_id,
            booked_on=line.booked_on,
        )
        work.decide(AWARD, no, paid)
    else:
        undo(work, no, tranche, payment_id, line.booked_on)


def undo(work: Work, no: str, tranche: int, payment_id: str, booked_on: date) -> None:
    """What a return and a reversal do to the call's money and the award's tranche."""
    call_id = APPLICATIONS[no][0]
    budget = work.load(BUDGET, call_id)
    spent = next(
        name
        for name, spending in budget.spendings.items()
        if spending.payment_id == payment_id and spending.left.minor
    )
    who: dict[str, Any] = {"by": "bank", "now": work.now}
    back = b.ReturnSpent(
        **who,
        reference=reference(work, payment_id),
        spent_reference=spent,
        amount=work.load(PAYMENT, payment_id).plan.amount,
        to="obligated",
    )
    work.decide(BUDGET, call_id, back)
    returned = a.RecordTrancheReturned(
        **who, tranche=tranche, payment_id=payment_id, booked_on=booked_on
    )
    work.decide(AWARD, no, returned)


def reference(work: Work, payment_id: str) -> str:
    return money_reference(payment_id, work.versions[PAYMENT.stream(payment_id)])


def debit(work: Work, **facts: Any) -> None:
    bank(work, kind=p.RecordDebit, **facts)


def come_back(work: Work, **facts: Any) -> None:
    bank(work, kind=p.RecordReturn, **facts)


def reverse(work: Work, no: str, by: str, tranche: int, number: int, **_: Any) -> None:
    """One person asks; with ``number`` 0 nobody else, otherwise another confirms."""
    payment_id = payment_of(work, no, tranche)
    asked = p.RequestReversal(by=by, now=work.now, reason="Wrong line.")
    work.decide(PAYMENT, payment_id, asked)
    if number:
        other = PEOPLE[(PEOPLE.index(by) + number) % 4]
        confirmed = p.ConfirmReversal(by=other, now=work.now, zone=ZONE)
        work.decide(PAYMENT, payment_id, confirmed)
        undo(work, no, tranche, payment_id, work.now.date())


def again(work: Work, no: str, by: str, tranche: int, number: int, **_: Any) -> None:
    """What failed, came back or is not wanted: reissued, refused by the bank, or cancelled."""
    payment_id = payment_of(work, no, tranche)
    who: dict[str, Any] = {"by": by, "now": work.now}
    if number == 0:
        work.decide(PAYMENT, payment_id, p.ReissuePayment(**who))
    elif number == 1:
        work.decide(PAYMENT, payment_id, p.RecordFailure(**who, ground="other"))
    else:
        state = work.load(PAYMENT, payment_id)
        failed = isinstance(state, Ended) and state.how == "failed"
        command = p.CancelFailedPayment if failed else p.CancelPayment
        work.decide(PAYMENT, payment_id, command(**who, reason="Not wanted."))
        unscheduled = a.UnscheduleTranche(**who, tranche=tranche, payment_id=payment_id)
        work.decide(AWARD, no, unscheduled)


EVERY_STEP: tuple[Any, ...] = (
    *(approve, sign, schedule, prepare, debit, come_back),
    *(reverse, again, account_for, revise, give_back),
)
WAY: tuple[Any, ...] = (approve, sign, schedule, prepare, debit)
BACK: tuple[Any, ...] = (*WAY, come_back)
REST: tuple[Any, ...] = (account_for, schedule, prepare, debit)
"""Ways from nothing to paid, to returned, and on to another tranche; each is drawn as a whole too,
so that many histories get as far as the bank and beyond."""

STEPS = st.tuples(
    st.one_of(
        st.sampled_from((WAY, BACK, REST)), st.sampled_from(EVERY_STEP).map(lambda step: (step,))
    ),
    st.sampled_from(sorted(APPLICATIONS)),
    st.sampled_from(PEOPLE),
    st.integers(1, 2),
    st.integers(0, 2),
)


def play(history: list[Any]) -> tuple[Books, list[bool]]:
    books = Books()
    taken = [
        books.run(partial(part, no=no, by=by, tranche=tranche, number=number))
        for parts, no, by, tranche, number in history
        for part in parts
    ]
    return books, taken


BOUNCE = [
    (WAY, "A1", "ana", 1, 1),
    ((come_back,), "A1", "ana", 1, 2),
    ((again,), "A1", "ana", 1, 0),
    ((prepare,), "A1", "boris", 1, 1),
    ((debit,), "A1", "ana", 1, 2),
]
REVERSED = [
    (WAY, "B1", "ana", 1, 1),
    ((reverse,), "B1", "ceca", 1, 1),
    ((debit,), "B1", "ana", 1, 2),
    ((account_for,), "B1", "ana", 1, 1),
    ((schedule, prepare, debit), "B1", "ana", 2, 1),
    ((give_back,), "B1", "ana", 2, 2),
]


@given(st.lists(STEPS, min_size=6, max_size=40))
@example(BOUNCE)
@example(REVERSED)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_books_agree_after_every_event(history: list[Any]) -> None:
    play(history)


def test_a_bounced_payment_paid_again_leaves_one_expense() -> None:
    books, taken = play(BOUNCE)
    assert all(taken)
    assert balances(books.postings)["grant_expense", "RSD"] == Money(361, "RSD")
    assert books.states["budget/c1"].spent == Money(361, "RSD")
    assert books.states["budget/c1"].obligated == Money(240, "RSD")


def test_a_reversal_frees_the_payment_to_be_confirmed_by_its_right_line() -> None:
    books, taken = play(REVERSED)
    assert all(taken)
    sums = balances(books.postings)
    assert sums["bank", "BAM"] == Money(-407, "BAM")
    assert sums["payable", "BAM"].minor == 0
    state = books.states["budget/c2"]
    assert (state.available.minor, state.spent.minor) == (293, 407)


def test_approvals_together_never_take_more_than_the_call_has() -> None:
    _, taken = play([((approve,), no, "ana", 1, 1) for no in ("A1", "A2", "A3")])
    assert taken == [True, True, False]
