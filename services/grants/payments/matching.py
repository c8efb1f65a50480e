"""The bank's statement meets our payments: each line has its one effect, or waits for a person.

    outcome = receive_line(work, line, payment_id=found.get(line.end_to_end_id), by=actor())
    outcome  ->  "matched", "unmatched" or "known" (the line was there before)

A debit spends the call's budget, marks the tranche paid and, with the first one, makes the award
active and plans its visits; a return undoes the debit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from services.grants.awards.award import AWARD
from services.grants.awards.award_commands import RecordTranchePaid, RecordTrancheReturned
from services.grants.awards.handling import award_row, plan_visits
from services.grants.calls.budget import BUDGET, Balance
from services.grants.calls.budget_commands import ReturnSpent, Spend
from services.grants.payments import payment_commands as c
from services.grants.payments.line_views import one_line
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import Paid, Plan
from services.grants.payments.preparing import plan_of, plan_to_act_on
from services.grants.payments.statement_line import (
    STATEMENT_LINE,
    DismissGround,
    DismissLine,
    LeaveLineOpen,
    LineKind,
    Matched,
    MatchedBy,
    MatchLine,
    NoLine,
    OpenGround,
    ReceiveLine,
    UndoMatch,
    Unmatched,
    line_identity,
)
from shared.clock import day_in
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.money import Money

Outcome: TypeAlias = Literal["matched", "unmatched", "known"]
_GROUNDS: Final[dict[str, OpenGround]] = {
    "amount-differs": "amount_differs",
    "end-to-end-id-differs": "end_to_end_id_unknown",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line as the statement has it."""

    booked_on: date
    end_to_end_id: str
    kind: LineKind
    amount: Money
    bank_reference: str = ""

    def identifier(self, programme: str) -> str:
        """The id of its stream: the same line is the same stream."""
        identity = line_identity(
            booked_on=self.booked_on,
            end_to_end_id=self.end_to_end_id,
            kind=self.kind,
            amount=self.amount,
            bank_reference=self.bank_reference,
        )
        return derived(identity[0], programme, *identity[1:])


def receive_line(work: Work, line: Line, *, payment_id: str | None, by: str) -> Outcome:
    """Take a line of the statement in and match it. ``payment_id``: whose end-to-end id it has."""
    line_id = line.identifier(work.context.programme)
    state = work.load(STATEMENT_LINE, line_id)
    if not isinstance(state, (NoLine, Unmatched)):
        return "known"
    if isinstance(state, Unmatched) and state.ground == "match_undone":
        # Two people undid it: a statement that is read again does not do it once more.
        return "known"
    if isinstance(state, NoLine):
        received = ReceiveLine(
            by=by,
            now=work.now,
            line_id=line_id,
            booked_on=line.booked_on,
            end_to_end_id=line.end_to_end_id,
            kind=line.kind,
            amount=line.amount,
            bank_reference=line.bank_reference,
        )
        work.decide(STATEMENT_LINE, line_id, received)
    if payment_id is None:
        return _leave_open(work, line_id, "end_to_end_id_unknown", by=by)
    try:
        settle(work, line_id, line, payment_id, by=by)
    except (Refused, Invalid, Missing) as problem:
        ground = _GROUNDS.get(problem.code, "payment_state_forbids")
        return _leave_open(work, line_id, ground, by=by)
    return "matched"


def _leave_open(work: Work, line_id: str, ground: OpenGround, *, by: str) -> Outcome:
    work.decide(STATEMENT_LINE, line_id, LeaveLineOpen(by=by, now=work.now, ground=ground))
    return "unmatched"


def match_by_hand(work: Work, line_id: str, payment_id: str, *, by: str) -> None:
    """A person says that an open line is about this payment. Raises Refused when it cannot be."""
    row = one_line(work.connection, line_id)
    if row is None:
        raise Missing("statement-line-missing", N_("There is no such line."))
    plan = plan_to_act_on(work, payment_id)
    if award_row(work, plan.award_id).programme != row.programme:
        raise Missing("payment-missing", N_("There is no such payment."))
    line = Line(
        booked_on=row.booked_on,
        # The person vouches for what the bank's text does not say.
        end_to_end_id=plan.end_to_end_id,
        kind=row.kind,
        amount=Money(row.amount_minor, row.currency),
    )
    settle(work, line_id, line, payment_id, by=by, matched_by="person")


def settle(
    work: Work,
    line_id: str,
    line: Line,
    payment_id: str,
    *,
    by: str,
    matched_by: MatchedBy = "end_to_end_id",
) -> None:
    """The line's effect on payment, budget, tranche and award; refused, it has none at all.

    Raises Refused, Invalid or Missing before anything is decided in ``work``.
    """
    plan = plan_of(work, payment_id)
    kind = c.RecordDebit if line.kind == "debit" else c.RecordReturn
    record = kind(
        by=by,
        now=work.now,
        line_id=line_id,
        end_to_end_id=line.end_to_end_id,
        booked_on=line.booked_on,
        amount=line.amount,
    )
    match = MatchLine(by=by, now=work.now, payment_id=payment_id, matched_by=matched_by)
    steps: list[tuple[Decider[Any], str, Any]] = [
        (PAYMENT, payment_id, record),
        (STATEMENT_LINE, line_id, match),
    ]
    events = PAYMENT.decide(work.load(PAYMENT, payment_id), record)
    if events:
        version = work.version_after(PAYMENT, payment_id) + len(events)
        reference = money_reference(payment_id, version)
        steps += [
            (BUDGET, plan.call_id, _money(work, line, plan, reference=reference, by=by)),
            (AWARD, plan.award_id, _tranche(work, line, plan, by=by)),
        ]
    # Every rule is asked first: what refuses later must not leave half an effect in the work.
    for decider, identifier, command in steps:
        decider.decide(work.load(decider, identifier), command)
    for decider, identifier, command in steps:
        done = work.decide(decider, identifier, command)
        if decider is AWARD:
            plan_visits(work, plan.award_id, done, by=by)


def _money(work: Work, line: Line, plan: Plan, *, reference: str, by: str) -> Spend | ReturnSpent:
    """What the line does to the call's money."""
    if line.kind == "return":
        return ReturnSpent(
            by=by,
            now=work.now,
            reference=reference,
            spent_reference=spent_reference(work, plan),
            amount=line.amount,
            to="obligated",
        )
    return Spend(
        by=by,
        now=work.now,
        application_id=award_row(work, plan.award_id).application_id,
        payment_id=plan.payment_id,
        reference=reference,
        amount=line.amount,
    )


def _tranche(
    work: Work, line: Line, plan: Plan, *, by: str
) -> RecordTranchePaid | RecordTrancheReturned:
    """What the line does to the award's tranche."""
    kind = RecordTranchePaid if line.kind == "debit" else RecordTrancheReturned
    return kind(
        by=by,
        now=work.now,
        tranche=plan.tranche,
        payment_id=plan.payment_id,
        booked_on=line.booked_on,
    )


def dismiss_line(work: Work, line_id: str, *, by: str, ground: DismissGround) -> None:
    """The line is about no grant."""
    work.decide(STATEMENT_LINE, line_id, DismissLine(by=by, now=work.now, ground=ground))


def ask_unmatch(work: Work, line_id: str, *, by: str, reason: str) -> None:
    """Say that the debit was matched to the wrong payment; a second person undoes it."""
    payment_id = _paid_by(work, line_id)
    plan_to_act_on(work, payment_id)
    work.decide(PAYMENT, payment_id, c.RequestReversal(by=by, now=work.now, reason=reason))


def confirm_unmatch(work: Work, line_id: str, *, by: str) -> None:
    """Undo it, as a second person: payment, budget and tranche are as before the debit."""
    payment_id = _paid_by(work, line_id)
    plan = plan_to_act_on(work, payment_id)
    zone = award_row(work, plan.award_id).zone
    work.decide(PAYMENT, payment_id, c.ConfirmReversal(by=by, now=work.now, zone=zone))
    undo = UndoMatch(by=by, now=work.now, payment_id=payment_id)
    work.decide(STATEMENT_LINE, line_id, undo)
    back = ReturnSpent(
        by=by,
        now=work.now,
        reference=money_reference(payment_id, work.version_after(PAYMENT, payment_id)),
        spent_reference=spent_reference(work, plan),
        amount=plan.amount,
        to="obligated",
    )
    work.decide(BUDGET, plan.call_id, back)
    returned = RecordTrancheReturned(
        by=by,
        now=work.now,
        tranche=plan.tranche,
        payment_id=payment_id,
        booked_on=day_in(work.now, zone),
    )
    work.decide(AWARD, plan.award_id, returned)


def _paid_by(work: Work, line_id: str) -> str:
    """The payment that this very line paid. Raises Refused when it is another or none."""
    line = work.load(STATEMENT_LINE, line_id)
    if isinstance(line, Matched):
        payment = work.load(PAYMENT, line.payment_id)
        if isinstance(payment, Paid) and payment.line_id == line_id:
            return line.payment_id
    raise Refused(
        "line-pays-nothing",
        N_("Only the debit by which a payment stands as paid can be undone."),
    )


def money_reference(payment_id: str, version: int) -> str:
    """What the budget knows a movement by: the payment, and its version after the movement.

    >>> money_reference("0192", 7)
    '0192/7'
    """
    return f"{payment_id}/{version}"


def spent_reference(work: Work, plan: Plan) -> str:
    """The reference of the debit of this payment that has not come back. Raises Missing."""
    budget = work.load(BUDGET, plan.call_id)
    if isinstance(budget, Balance):
        for reference, spending in budget.spendings.items():
            if spending.payment_id == plan.payment_id and spending.left.minor:
                return reference
    raise Missing("spending-missing", N_("No such payment was spent from this call."))
