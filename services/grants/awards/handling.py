"""What people do with an award, over every stream that it touches.

    award_id = offer_award(work, by=actor(), application_id=..., amount=..., ...)
    sign_agreement(work, award_id, by=actor(), full_name=..., account_number=..., agreement_no=...)

Each function decides within the caller's unit of work, so that all of it happens or none. Nobody
acts on an award of their own.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from services.grants.awards import award_commands as c
from services.grants.awards import lapsing
from services.grants.awards.award import AWARD
from services.grants.awards.award_events import (
    AwardActivated,
    CancellationGround,
    DeclineGround,
    Kind,
    Requirement,
    SuspensionGround,
    TerminationGround,
)
from services.grants.awards.award_state import Accepted, payee_account
from services.grants.awards.views import one_award
from services.grants.calls import budget_commands
from services.grants.calls.budget import BUDGET
from services.grants.foreign import registration
from services.grants.payments import account_number as account_numbers
from services.grants.payments import payment_commands as p
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import Ended, NoPayment
from services.grants.payments.preparing import take_out_of_batch
from services.grants.payments.views import last_reissue, payment_list
from services.grants.visits import missing
from services.grants.visits.visit import MONTHS_DEFAULT, VISIT, PlanVisit
from shared.access.own import check_not_own
from shared.errors import Missing
from shared.events.event import Event
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.money import Money

PAYMENTS_OF_AWARD_MAX: Final = 100


def award_row(work: Work, award_id: str) -> Row[Any]:
    """The award as it is read, in this work's transaction. Raises Missing."""
    row = one_award(work.connection, award_id)
    if row is None:
        raise Missing("award-missing", N_("There is no such award."))
    return row


def award_to_act_on(work: Work, award_id: str) -> Row[Any]:
    """The award as it is read. Raises Missing, or Forbidden for whoever it is given to."""
    row = award_row(work, award_id)
    check_not_own(row.registration_id, work.context.own)
    return row


def offer_award(
    work: Work,
    *,
    by: str,
    application_id: str,
    application_no: str,
    call_id: str,
    registration_id: str,
    person_id: str,
    kind: Kind,
    amount: Money,
    tranche_percents: tuple[int, ...],
    zone: str,
) -> str:
    """Offer what the committee approved; the award's id. Part of the decision's own work."""
    award_id = derived("award", work.context.programme, application_no)
    command = c.OfferAward(
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
    )
    lapsing.schedule(work, work.decide(AWARD, award_id, command))
    return award_id


def sign_agreement(
    work: Work, award_id: str, *, by: str, full_name: str, account_number: str, agreement_no: str
) -> None:
    """The offer is accepted: the agreement's money becomes obligated."""
    row = award_to_act_on(work, award_id)
    command = c.SignAgreement(
        by=by,
        now=work.now,
        full_name=full_name,
        account_number=account_numbers.read(account_number).digits,
        agreement_no=agreement_no,
    )
    work.decide(AWARD, award_id, command)
    obligate = budget_commands.Obligate(
        by=by, now=work.now, application_id=row.application_id, award_id=award_id
    )
    work.decide(BUDGET, row.call_id, obligate)


def decline_award(work: Work, award_id: str, *, by: str, ground: DeclineGround) -> None:
    """The applicant does not want it: the money goes back to the call."""
    row = award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.DeclineAward(by=by, now=work.now, ground=ground))
    _release(work, row, by=by, reason="The offer was declined.")


def cancel_award(work: Work, award_id: str, *, by: str, ground: CancellationGround) -> None:
    """End it with nothing paid: the money goes back to the call."""
    row = award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.CancelAward(by=by, now=work.now, ground=ground))
    _release(work, row, by=by, reason="The award was cancelled.")


def _release(work: Work, row: Row[Any], *, by: str, reason: str) -> None:
    release = budget_commands.Release(
        by=by, now=work.now, application_id=row.application_id, reason=reason
    )
    work.decide(BUDGET, row.call_id, release)


def change_account(work: Work, award_id: str, *, by: str, account_number: str) -> None:
    """Pay to another account: open payments are held, batches that carry them are rebuilt."""
    award_to_act_on(work, award_id)
    digits = account_numbers.read(account_number).digits
    command = c.ChangeAccount(by=by, now=work.now, account_number=digits)
    work.decide(AWARD, award_id, command)
    account = payee_account(work.load(AWARD, award_id))
    for payment_id in _payments(work, award_id):
        take_out_of_batch(work, payment_id, by=by)
        hold = p.HoldForChangedAccount(by=by, now=work.now, account=account)
        work.decide(PAYMENT, payment_id, hold)


def suspend_award(
    work: Work, award_id: str, *, by: str, ground: SuspensionGround, note: str | None
) -> None:
    """Stop payments, also those on their way to the bank."""
    award_to_act_on(work, award_id)
    command = c.SuspendAward(by=by, now=work.now, ground=ground, note=note or None)
    work.decide(AWARD, award_id, command)
    for payment_id in _payments(work, award_id):
        take_out_of_batch(work, payment_id, by=by)
        work.decide(PAYMENT, payment_id, p.HoldForSuspendedAward(by=by, now=work.now))


def resume_award(work: Work, award_id: str, *, by: str, reason: str) -> None:
    """Let payments go on; each held one is let go by itself, by somebody who looked at it."""
    award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.ResumeAward(by=by, now=work.now, reason=reason))


def terminate_award(
    work: Work, award_id: str, *, by: str, ground: TerminationGround, note: str | None
) -> None:
    """End it with something paid: what is not paid goes back to the call."""
    row = award_to_act_on(work, award_id)
    command = c.TerminateAward(by=by, now=work.now, ground=ground, note=note or None)
    work.decide(AWARD, award_id, command)
    _release(work, row, by=by, reason="The award was terminated.")


def complete_award(work: Work, award_id: str, *, by: str) -> None:
    """Everything is paid and accounted for."""
    award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.CompleteAward(by=by, now=work.now))


def close_award(work: Work, award_id: str, *, by: str) -> None:
    """The file of a completed award is closed."""
    award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.CloseAward(by=by, now=work.now))


def _payments(work: Work, award_id: str) -> list[str]:
    rows = payment_list(work.connection, None, award_id=award_id, limit=PAYMENTS_OF_AWARD_MAX)
    return [row.payment_id for row in rows]


def confirm_account(work: Work, award_id: str, *, by: str) -> None:
    """``by`` called the grantee back."""
    award_to_act_on(work, award_id)
    work.decide(AWARD, award_id, c.ConfirmAccount(by=by, now=work.now))


def accept_receipts(
    work: Work, award_id: str, *, by: str, tranche: int, amount: Money, receipts: tuple[str, ...]
) -> None:
    """Receipts account for a tranche."""
    award_to_act_on(work, award_id)
    command = c.AcceptReceipts(
        by=by, now=work.now, tranche=tranche, amount=amount, receipts=receipts
    )
    work.decide(AWARD, award_id, command)


def ask_waiver(
    work: Work, award_id: str, *, by: str, tranche: int, requirement: Requirement, reason: str
) -> None:
    """Ask to pay the next tranche without a requirement of this one."""
    award_to_act_on(work, award_id)
    command = c.RequestWaiver(
        by=by, now=work.now, tranche=tranche, requirement=requirement, reason=reason
    )
    work.decide(AWARD, award_id, command)


def confirm_waiver(
    work: Work, award_id: str, *, by: str, tranche: int, requirement: Requirement
) -> None:
    """Agree to a waiver, as a second person."""
    award_to_act_on(work, award_id)
    command = c.ConfirmWaiver(by=by, now=work.now, tranche=tranche, requirement=requirement)
    work.decide(AWARD, award_id, command)


def schedule_tranche(work: Work, award_id: str, *, by: str, tranche: int) -> str:
    """Make the payment of a tranche; its id."""
    row = award_to_act_on(work, award_id)
    # Whoever schedules or cancels a payment writes to the award, so it is read before payments are.
    work.load(AWARD, award_id)
    payment_id, reissue = derived("payment", row.programme, row.application_no, str(tranche)), 0
    if isinstance(work.load(PAYMENT, payment_id), Ended):
        # Its first payment was cancelled: the tranche gets another, under a text of its own.
        payment_id = work.new_id()
        reissue = 1 + last_reissue(work.connection, award_id, tranche)
    schedule = c.ScheduleTranche(by=by, now=work.now, tranche=tranche, payment_id=payment_id)
    work.decide(AWARD, award_id, schedule)
    state = work.load(AWARD, award_id)
    if not isinstance(state, Accepted):
        raise Missing("award-missing", N_("There is no such award."))
    if isinstance(work.load(PAYMENT, payment_id), NoPayment):
        command = p.SchedulePayment(
            by=by,
            now=work.now,
            payment_id=payment_id,
            call_id=row.call_id,
            award_id=award_id,
            tranche=tranche,
            application_no=row.application_no,
            registration_id=row.registration_id,
            person_id=_person_now(work, row),
            amount=state.tranches[tranche - 1].amount,
            reissue=reissue,
        )
        work.decide(PAYMENT, payment_id, command)
    return payment_id


def _person_now(work: Work, row: Any) -> str:
    """Whose award it is today: its registration may have been found to be another person's."""
    known = registration(work.connection, row.registration_id)
    return str(row.person_id if known is None else known["person_id"])


def plan_visits(work: Work, award_id: str, events: tuple[Event, ...], *, by: str) -> None:
    """Follow-up visits of an award that has just become active; none for imported ones."""
    for event in events:
        if isinstance(event, AwardActivated) and not event.imported:
            zone = award_row(work, award_id).zone
            for month in MONTHS_DEFAULT:
                visit_id = derived("visit", award_id, str(month))
                plan = PlanVisit(
                    by=by,
                    now=work.now,
                    visit_id=visit_id,
                    award_id=award_id,
                    month=month,
                    handed_over_on=event.handed_over_on,
                )
                missing.schedule(work, work.decide(VISIT, visit_id, plan), zone=zone)
