"""History of money and visits from before: awards, statement lines and visits, many in one Work.

    import_award(work, award_id=..., application_id=..., application_no="A0001", ...)
    import_statement_line(work, application_no="A0001", tranche=1, reissue=0, kind="debit", ...)
    import_visit(work, visit_id=..., application_no="A0001", month=6, ...)

Each may come again without a second effect. Lines come in the order in which the bank booked
them, a debit before its return. Nothing is looked up a row: ids are derived from the register's
own numbers, everything else is given.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.grants.awards.award import AWARD
from services.grants.awards.award_commands import (
    ImportAward,
    ImportTranche,
    RecordTranchePaid,
    RecordTrancheReturned,
)
from services.grants.awards.award_events import Kind
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportObligation, ImportReturn, ImportSpending
from services.grants.payments import payment_commands as c
from services.grants.payments.matching import Line, money_reference, spent_reference
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import NoPayment
from services.grants.payments.preparing import plan_of
from services.grants.payments.statement_line import (
    STATEMENT_LINE,
    ImportLine,
    LineKind,
    MatchLine,
    NoLine,
)
from services.grants.programmes.programme import PROGRAMME, NoProgramme, Running
from services.grants.visits.visit import VISIT, ImportVisit
from services.grants.visits.visit_events import Findings, IncomeBand, Outcome, VisitVersion
from shared.errors import Missing
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.money import Money


def import_award(
    work: Work,
    *,
    award_id: str,
    application_id: str,
    application_no: str,
    call_id: str,
    registration_id: str,
    person_id: str,
    kind: Kind,
    amount: Money,
    tranche_percents: tuple[int, ...],
    zone: str,
    offered_on: date,
    full_name: str,
    account_number: str | None,
) -> None:
    """An award from before, offered and signed; its money becomes obligated."""
    by = work.context.actor
    command = ImportAward(
        by=by,
        now=work.now,
        award_id=award_id,
        application_id=application_id,
        application_no=application_no,
        call_id=call_id,
        registration_id=registration_id,
        person_id=person_id,
        kind=kind,
        amount=amount,
        tranche_percents=tranche_percents,
        zone=zone,
        offered_on=offered_on,
        full_name=full_name,
        account_number=account_number or None,
    )
    if not work.decide(AWARD, award_id, command):
        return
    obligation = ImportObligation(
        by=by,
        now=work.now,
        application_id=application_id,
        award_id=award_id,
        history_open=history_open(work),
    )
    work.decide(BUDGET, call_id, obligation)


def import_statement_line(
    work: Work,
    *,
    application_no: str,
    application_id: str,
    call_id: str,
    registration_id: str,
    person_id: str,
    tranche: int,
    reissue: int,
    booked_on: date,
    kind: LineKind,
    amount: Money,
    bank_reference: str = "",
) -> None:
    """A line of a statement from before: makes its payment where there is none, then settles it.

    bank_reference: the register's line number, which the bank repeats with a repeated line.
    """
    by, programme = work.context.actor, work.context.programme
    issue = c.end_to_end_id(application_no, tranche=tranche, reissue=reissue)
    line = Line(
        booked_on=booked_on,
        end_to_end_id=issue,
        kind=kind,
        amount=amount,
        bank_reference=bank_reference,
    )
    line_id = line.identifier(programme)
    if not isinstance(work.load(STATEMENT_LINE, line_id), NoLine):
        return
    received = ImportLine(
        by=by,
        now=work.now,
        line_id=line_id,
        booked_on=booked_on,
        end_to_end_id=issue,
        kind=kind,
        amount=amount,
        bank_reference=bank_reference,
    )
    work.decide(STATEMENT_LINE, line_id, received)
    award_id = derived("award", programme, application_no)
    payment_id = derived("payment", programme, application_no, str(tranche))
    if isinstance(work.load(PAYMENT, payment_id), NoPayment):
        scheduled = ImportTranche(by=by, now=work.now, tranche=tranche, payment_id=payment_id)
        work.decide(AWARD, award_id, scheduled)
        payment = c.ImportPayment(
            by=by,
            now=work.now,
            payment_id=payment_id,
            call_id=call_id,
            award_id=award_id,
            tranche=tranche,
            application_no=application_no,
            registration_id=registration_id,
            person_id=person_id,
            amount=amount,
        )
        work.decide(PAYMENT, payment_id, payment)
    if reissue:
        work.decide(PAYMENT, payment_id, c.ImportReissue(by=by, now=work.now, reissue=reissue))
    _settle(work, line, line_id, payment_id, application_id=application_id)


def _settle(work: Work, line: Line, line_id: str, payment_id: str, *, application_id: str) -> None:
    who: dict[str, Any] = {"by": work.context.actor, "now": work.now}
    opened: dict[str, Any] = {"history_open": history_open(work)}
    plan = plan_of(work, payment_id)
    fact: dict[str, Any] = {
        "line_id": line_id,
        "end_to_end_id": line.end_to_end_id,
        "booked_on": line.booked_on,
        "amount": line.amount,
    }
    tranche: dict[str, Any] = {
        "tranche": plan.tranche,
        "payment_id": payment_id,
        "booked_on": line.booked_on,
    }
    if line.kind == "debit":
        work.decide(PAYMENT, payment_id, c.RecordDebit(**who, **fact))
        reference = money_reference(payment_id, work.version_after(PAYMENT, payment_id))
        spending = ImportSpending(
            **who,
            **opened,
            application_id=application_id,
            payment_id=payment_id,
            reference=reference,
            amount=line.amount,
        )
        work.decide(BUDGET, plan.call_id, spending)
        work.decide(AWARD, plan.award_id, RecordTranchePaid(**who, **tranche))
    else:
        work.decide(PAYMENT, payment_id, c.RecordReturn(**who, **fact))
        reference = money_reference(payment_id, work.version_after(PAYMENT, payment_id))
        back = ImportReturn(
            **who,
            **opened,
            reference=reference,
            spent_reference=spent_reference(work, plan),
            amount=line.amount,
            to="obligated",
        )
        work.decide(BUDGET, plan.call_id, back)
        work.decide(AWARD, plan.award_id, RecordTrancheReturned(**who, **tranche))
    work.decide(STATEMENT_LINE, line_id, MatchLine(**who, payment_id=payment_id))


def import_visit(
    work: Work,
    *,
    visit_id: str,
    device_visit_id: str,
    application_no: str,
    registration_id: str,
    month: int,
    occurred_at: datetime,
    recorded_at: datetime,
    zone: str,
    outcome: Outcome,
    registered: bool | None,
    equipment_present: bool | None,
    jobs: int | None,
    income_band: IncomeBand | None,
) -> None:
    """A visit from before. Times are aware; ``zone`` is the call's. The same visit twice is one."""
    history_open(work)
    findings = Findings(
        outcome=outcome,
        registered=registered,
        equipment_present=equipment_present,
        jobs=jobs,
        income_band=income_band,
    )
    command = ImportVisit(
        by=work.context.actor,
        now=work.now,
        visit_id=visit_id,
        award_id=derived("award", work.context.programme, application_no),
        registration_id=registration_id,
        month=month,
        device_visit_id=device_visit_id,
        version=VisitVersion(occurred_at=occurred_at, recorded_at=recorded_at, findings=findings),
        zone=zone,
    )
    work.decide(VISIT, visit_id, command)


def history_open(work: Work) -> bool:
    """Whether the programme's past may still be brought in. Raises Missing without a programme."""
    state = work.load(PROGRAMME, derived("programme", work.context.programme))
    if isinstance(state, NoProgramme):
        raise Missing("programme-missing", N_("There is no such programme."))
    return isinstance(state, Running) and state.history_open
