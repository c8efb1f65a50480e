"""What people do with one payment, over every stream that it touches.

    request_payment(work, payment_id, by=actor())
    authorise_payment(work, payment_id, by=another)
    release_payment(work, payment_id, by=third)

Each function decides within the caller's unit of work, so that all of it happens or none. What
stops a payment also takes it out of its batch, whose other payments are agreed to anew.
"""

from __future__ import annotations

from services.grants.awards.award import AWARD
from services.grants.awards.award_commands import UnscheduleTranche
from services.grants.payments import payment_commands as c
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_events import FailureGround
from services.grants.payments.preparing import known_now, plan_to_act_on, take_out_of_batch
from shared.events.work import Work


def request_payment(work: Work, payment_id: str, *, by: str) -> None:
    """Prepare it for its payee's account as it is now."""
    known = known_now(work, plan_to_act_on(work, payment_id), by=by)
    work.decide(PAYMENT, payment_id, c.RequestPayment(**known))


def authorise_payment(work: Work, payment_id: str, *, by: str) -> None:
    """Agree, as a second person."""
    known = known_now(work, plan_to_act_on(work, payment_id), by=by)
    work.decide(PAYMENT, payment_id, c.AuthorisePayment(**known))


def release_payment(work: Work, payment_id: str, *, by: str) -> None:
    """Let it go, as a third person."""
    known = known_now(work, plan_to_act_on(work, payment_id), by=by)
    work.decide(PAYMENT, payment_id, c.ReleasePayment(**known))


def hold_payment(work: Work, payment_id: str, *, by: str) -> None:
    """Stop it before the bank has it: what was agreed to is void."""
    plan_to_act_on(work, payment_id)
    take_out_of_batch(work, payment_id, by=by)
    work.decide(PAYMENT, payment_id, c.HoldForReview(by=by, now=work.now))


def lift_hold(work: Work, payment_id: str, *, by: str, reason: str) -> None:
    """Let a held payment start again."""
    facts = known_now(work, plan_to_act_on(work, payment_id), by=by)
    del facts["scored"], facts["own"]
    work.decide(PAYMENT, payment_id, c.LiftHold(**facts, reason=reason))


def cancel_payment(work: Work, payment_id: str, *, by: str, reason: str) -> None:
    """Do not pay it; its tranche may be scheduled again."""
    _cancel(work, payment_id, c.CancelPayment(by=by, now=work.now, reason=reason))


def cancel_failed_payment(work: Work, payment_id: str, *, by: str, reason: str) -> None:
    """The same for what the bank refused: a controller, who did not record that, agrees to it."""
    _cancel(work, payment_id, c.CancelFailedPayment(by=by, now=work.now, reason=reason))


def _cancel(work: Work, payment_id: str, command: c.CancelPayment) -> None:
    plan = plan_to_act_on(work, payment_id)
    take_out_of_batch(work, payment_id, by=command.by)
    work.decide(PAYMENT, payment_id, command)
    unschedule = UnscheduleTranche(
        by=command.by, now=work.now, tranche=plan.tranche, payment_id=payment_id
    )
    work.decide(AWARD, plan.award_id, unschedule)


def fail_payment(work: Work, payment_id: str, *, by: str, ground: FailureGround) -> None:
    """The bank refused it without a debit."""
    plan_to_act_on(work, payment_id)
    work.decide(PAYMENT, payment_id, c.RecordFailure(by=by, now=work.now, ground=ground))


def reissue_payment(work: Work, payment_id: str, *, by: str) -> None:
    """Pay it again under another end-to-end id, after it failed or came back."""
    plan_to_act_on(work, payment_id)
    work.decide(PAYMENT, payment_id, c.ReissuePayment(by=by, now=work.now))
