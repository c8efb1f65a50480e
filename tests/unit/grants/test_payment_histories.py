"""Over random histories of payments: debits equal credits, and no duty meets another.

The machine plays several payments in two currencies with few people, so that they collide often;
what is refused is skipped, what is decided is checked after every single event.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.grants.awards.payee_account import PayeeAccount
from services.grants.ledger.disbursements import entry_of, rows
from services.grants.ledger.postings import Posting, balances, postings_of, trial_balance
from services.grants.payments import payment_commands as c
from services.grants.payments import payment_events as e
from services.grants.payments.duties import OneController
from services.grants.payments.payment import PAYMENT
from shared.errors import Problem
from shared.events.event import Event
from shared.money import Money

PEOPLE = st.sampled_from(["ana", "boris", "ceca", "dejan"])
PAYMENTS = st.sampled_from(["p1", "p2", "p3"])
AMOUNTS = {"p1": Money(600, "RSD"), "p2": Money(401, "BAM"), "p3": Money(75, "BAM")}
HANDOVER: Any = (
    c.RecordHandover,
    {"invoice_no": "1", "amount": AMOUNTS["p3"], "zone": "Europe/Sarajevo"},
)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Histories(RuleBasedStateMachine):
    """Payments p1 (cash), p2 (cash), p3 (in kind), and the account that they go to."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.account = PayeeAccount(version=1)
        self.states: dict[str, Any] = dict.fromkeys(AMOUNTS, PAYMENT.initial)
        self.duties: dict[str, dict[str, str]] = {payment_id: {} for payment_id in AMOUNTS}
        self.net = dict.fromkeys(AMOUNTS, 0)
        self.handed_over = 0
        self.postings: list[Posting] = []
        self.events: list[Event] = []
        for payment_id, amount in AMOUNTS.items():
            self.run(
                payment_id,
                c.SchedulePayment,
                "ana",
                payment_id=payment_id,
                call_id="c",
                award_id="a",
                tranche=1,
                application_no=payment_id.upper(),
                registration_id="r",
                person_id="x",
                amount=amount,
                mode="in_kind" if payment_id == "p3" else "cash",
            )

    def run(self, payment_id: str, kind: Any, by: str, /, **fields: Any) -> None:
        self.now += timedelta(hours=1)
        command = kind(by=by, now=self.now, **fields)
        try:
            events = PAYMENT.decide(self.states[payment_id], command)
        except Problem as problem:
            assert str(problem)
            return
        for event in events:
            stored = msgspec.json.encode(event)
            assert msgspec.json.decode(stored, type=type(event)) == event
            self.states[payment_id] = PAYMENT.evolve(self.states[payment_id], event)
            self.postings += postings_of(event, event_id=str(len(self.events)))
            self.events.append(event)
            self.check_duties(payment_id, event, command)
            self.check_balance()

    def check_duties(self, payment_id: str, event: Event, command: Any) -> None:
        duties = self.duties[payment_id]
        match event:
            case e.PaymentRequested():
                duties.clear()
                duties["requested"] = event.requested_by
            case e.PaymentAuthorised():
                duties["authorised"] = event.authorised_by
            case e.PaymentReleased():
                duties["released"] = event.released_by
                assert event.released_by != self.account.changed_by
                assert len(set(duties.values())) == (2 if event.one_controller else 3)
            case e.PaymentExported():
                assert set(duties) == {"requested", "authorised", "released"}
            case e.PaymentHeld() | e.PaymentReissued():
                duties.clear()
            case e.InKindHandedOver():
                self.handed_over += event.amount.minor
            case e.PaymentPaid():
                self.net[payment_id] += event.amount.minor
            case e.PaymentReturned() | e.PaymentReversed():
                self.net[payment_id] -= event.amount.minor
        assert not getattr(command, "scored", False)
        assert self.net[payment_id] in (0, AMOUNTS[payment_id].minor)

    def check_balance(self) -> None:
        for debits, credits_ in trial_balance(self.postings).values():
            assert debits == credits_

    @rule(payment_id=PAYMENTS, by=PEOPLE, scored=st.booleans(), payable=st.booleans())
    def request(self, payment_id: str, by: str, scored: bool, payable: bool) -> None:
        self.step(c.RequestPayment, payment_id, by, scored, payable)

    @rule(payment_id=PAYMENTS, by=PEOPLE, scored=st.booleans())
    def authorise(self, payment_id: str, by: str, scored: bool) -> None:
        self.step(c.AuthorisePayment, payment_id, by, scored, True)

    @rule(payment_id=PAYMENTS, by=PEOPLE, scored=st.booleans(), small=st.booleans())
    def release(self, payment_id: str, by: str, scored: bool, small: bool) -> None:
        nothing = Money(0, AMOUNTS[payment_id].currency)
        one = OneController(amount_max=AMOUNTS[payment_id], paid_in_90_days=nothing)
        extra = {"one_controller": one} if small else {}
        self.step(c.ReleasePayment, payment_id, by, scored, True, **extra)

    def step(
        self, kind: Any, payment_id: str, by: str, scored: bool, payable: bool, **extra: Any
    ) -> None:
        known = {"account": self.account, "scored": scored, "award_payable": payable}
        self.run(payment_id, kind, by, **known, **extra)

    @rule(payment_id=PAYMENTS, by=PEOPLE)
    def export(self, payment_id: str, by: str) -> None:
        self.run(
            payment_id,
            c.ExportPayment,
            by,
            batch_id="b",
            account=self.account,
            award_payable=True,
        )

    @rule(by=PEOPLE)
    def change_account(self, by: str) -> None:
        self.account = PayeeAccount(
            version=self.account.version + 1, changed_by=by, changed_at=self.now
        )
        for payment_id in AMOUNTS:
            self.run(payment_id, c.HoldForChangedAccount, by, account=self.account)

    @rule(by=PEOPLE)
    def call_back(self, by: str) -> None:
        self.account = called_back(self.account, by)
        self.now += timedelta(hours=72)

    @rule(payment_id=PAYMENTS, by=PEOPLE)
    def lift(self, payment_id: str, by: str) -> None:
        self.run(
            payment_id,
            c.LiftHold,
            by,
            reason="Looked at.",
            account=self.account,
            award_payable=True,
        )

    @rule(
        payment_id=PAYMENTS,
        kind=st.sampled_from([c.RecordDebit, c.RecordReturn]),
        line=st.integers(0, 3),
        reissue=st.integers(0, 2),
        short=st.booleans(),
    )
    def bank(self, payment_id: str, kind: Any, line: int, reissue: int, short: bool) -> None:
        amount = AMOUNTS[payment_id]
        self.run(
            payment_id,
            kind,
            "bank",
            line_id=f"{kind.__name__}-{line}-{reissue}",
            end_to_end_id=c.end_to_end_id(payment_id.upper(), tranche=1, reissue=reissue),
            booked_on=date(2026, 1, 6) + timedelta(days=len(self.events)),
            amount=Money(amount.minor - 1, amount.currency) if short and line == 0 else amount,
        )

    @rule(
        payment_id=PAYMENTS,
        by=PEOPLE,
        which=st.sampled_from(
            [
                (c.ReissuePayment, {}),
                (c.CancelPayment, {"reason": "Not wanted."}),
                (c.RecordFailure, {"ground": "other"}),
                (c.ReconcilePayment, {}),
                (c.RequestReversal, {"reason": "Wrong line."}),
                (c.ConfirmReversal, {"zone": "Europe/Sarajevo"}),
                (c.HoldForReview, {}),
                (c.HoldForSuspendedAward, {}),
                HANDOVER,
            ]
        ),
    )
    def anything_else(self, payment_id: str, by: str, which: Any) -> None:
        kind, fields = which
        self.run(payment_id, kind, by, **fields)

    @rule(payment_id=PAYMENTS, people=st.tuples(PEOPLE, PEOPLE, PEOPLE), small=st.booleans())
    def whole_way(self, payment_id: str, people: tuple[str, str, str], small: bool) -> None:
        """A shortcut, so that many histories get as far as the bank, whoever acts."""
        preparer, authoriser, releaser = people
        if payment_id == "p3":
            self.anything_else(payment_id, preparer, HANDOVER)
        self.call_back(preparer)
        self.lift(payment_id, authoriser)
        self.request(payment_id, preparer, False, True)
        self.authorise(payment_id, authoriser, False)
        self.release(payment_id, releaser, False, small)
        self.export(payment_id, preparer)
        self.bank(payment_id, c.RecordDebit, 1, 0, False)

    @invariant()
    def books_agree(self) -> None:
        """The bank gave what is net paid, the ledger file says the same, state folds again."""
        sums = balances(self.postings)
        for currency in ("RSD", "BAM"):
            paid = sum(n for p, n in self.net.items() if AMOUNTS[p].currency == currency)
            bank = sums.get(("bank", currency), Money(0, currency))
            assert bank.minor == -paid
        owed = sums.get(("payable", "BAM"), Money(0, "BAM"))
        assert -owed.minor == self.handed_over - self.net["p3"]
        entries = [one for one in (entry_of(ev, call="C") for ev in self.events) if one]
        running: dict[str, int] = {}
        for row in rows(entries):
            running[row[9]] = int(row[13])
        for currency, balance in running.items():
            assert balance == -sums[("bank", currency)].minor


def called_back(account: PayeeAccount, by: str) -> PayeeAccount:
    """The account after ``by`` called back, as the award would have it."""
    if not account.changed or by == account.changed_by:
        return account
    return PayeeAccount(
        version=account.version,
        changed_by=account.changed_by,
        changed_at=account.changed_at,
        called_back_by=by,
    )


Histories.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestHistories = Histories.TestCase
