"""One tranche's payment on its way to the bank and back: the life cycle and its duties.

>>> PAYMENT.stream("0192"), PAYMENT.fold([])
('payment/0192', NoPayment())

scheduled → requested → authorised → released → exported → paid → reconciled; held, failed,
returned, cancelled, reversed. A hold and a re-issue start over with a new request, so that no
authorisation outlives what it was given for. Source: domain, "Disbursement" and "Money rules".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.grants.awards.payee_account import HOLD_HOURS_DEFAULT, PayeeAccount
from services.grants.awards.reasons import stated
from services.grants.payments import payment_commands as c
from services.grants.payments import payment_events as e
from services.grants.payments.duties import check_authoriser, check_preparer, check_releaser
from services.grants.payments.payment_state import (
    Authorised,
    Ended,
    Exported,
    Held,
    NoPayment,
    Paid,
    Plan,
    Reconciled,
    Released,
    Requested,
    Scheduled,
    State,
    evolve,
    status,
)
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_


def decide(state: State, command: Any) -> tuple[Event, ...]:
    """Events that follow, none when nothing changes. Raises Refused, Invalid, Forbidden."""
    if isinstance(command, (c.SchedulePayment, c.ImportPayment)):
        return _schedule(command) if isinstance(state, NoPayment) else ()
    if isinstance(state, NoPayment):
        raise Missing("payment-missing", N_("There is no such payment."))
    match command:
        case c.RequestPayment() | c.AuthorisePayment() | c.ReleasePayment():
            return _step(state, command)
        case c.ExportPayment():
            return _export(state, command)
        case c.RecordDebit() | c.RecordReturn():
            return _bank(state, command)
        case c.HoldForChangedAccount() | c.HoldForSuspendedAward() | c.HoldForReview():
            return _hold(state, command)
        case c.LiftHold():
            return _lift(state, command)
        case c.ReissuePayment() | c.ImportReissue() | c.CancelPayment() | c.RecordHandover():
            return _plan_again(state, command)
        case c.ReconcilePayment() | c.RequestReversal() | c.ConfirmReversal():
            return _settle(state, command)
        case c.RecordFailure():
            if isinstance(state, Exported):
                plan = state.plan
                failed = e.PaymentFailed(
                    **plan.which,
                    end_to_end_id=plan.end_to_end_id,
                    ground=command.ground,
                    failed_by=command.by,
                )
                return (failed,)
            raise _forbidden_now(state)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a payment")


def _forbidden_now(state: State) -> Refused:
    return Refused(
        "payment-state-forbids",
        N_("The payment is {status}; this cannot be done."),
        status=status(state),
    )


def _schedule(command: c.SchedulePayment | c.ImportPayment) -> tuple[Event, ...]:
    if command.amount.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be more than zero."))
    imported = isinstance(command, c.ImportPayment)
    reissue = 0 if isinstance(command, c.ImportPayment) else command.reissue
    which: dict[str, Any] = {
        "payment_id": command.payment_id,
        "call_id": command.call_id,
        "award_id": command.award_id,
        "tranche": command.tranche,
        "end_to_end_id": c.end_to_end_id(
            command.application_no, tranche=command.tranche, reissue=reissue
        ),
        "amount": command.amount,
        "imported": imported,
    }
    scheduled = e.PaymentScheduled(
        **which,
        application_no=command.application_no,
        registration_id=command.registration_id,
        person_id=command.person_id,
        mode="cash" if isinstance(command, c.ImportPayment) else command.mode,
        due_on=None if isinstance(command, c.ImportPayment) else command.due_on,
        reissue=reissue,
    )
    if not imported:
        return (scheduled,)
    return (scheduled, e.PaymentExported(**which, batch_id=None))


def _step(
    state: Scheduled, command: c.RequestPayment | c.AuthorisePayment | c.ReleasePayment
) -> tuple[Event, ...]:
    _check_award(command.award_payable)
    plan = state.plan
    if isinstance(command, c.RequestPayment):
        if type(state) is not Scheduled:
            raise _forbidden_now(state)
        check_preparer(scored=command.scored, own=command.own)
        if plan.mode == "in_kind" and not plan.handed_over:
            raise Refused("handover-missing", N_("Record invoice and handover first."))
        requested = e.PaymentRequested(
            **plan.which, account_version=command.account.version, requested_by=command.by
        )
        return (requested,)
    if isinstance(command, c.AuthorisePayment):
        if type(state) is not Requested:
            raise _forbidden_now(state)
        check_authoriser(
            by=command.by,
            prepared_by={state.requested_by},
            typed_account=command.account.typed_by,
            scored=command.scored,
            own=command.own,
        )
        _check_version(state, command.account)
        return (e.PaymentAuthorised(**plan.which, authorised_by=command.by),)
    if type(state) is not Authorised:
        raise _forbidden_now(state)
    account = command.account
    one_controller = check_releaser(
        by=command.by,
        prepared_by={state.requested_by},
        authorised_by=state.authorised_by,
        typed_account=account.typed_by,
        scored=command.scored,
        own=command.own,
        amount=plan.amount,
        one_controller=command.one_controller,
    )
    _check_version(state, account)
    check_hold(account, now=command.now, hold_hours=command.hold_hours)
    released = e.PaymentReleased(
        **plan.which, released_by=command.by, one_controller=one_controller
    )
    return (released,)


def _check_award(award_payable: bool) -> None:
    if not award_payable:
        raise Refused("award-not-payable", N_("Nothing is paid: the award is not active."))


def _check_version(state: Requested, account: PayeeAccount) -> None:
    if account.version != state.account_version:
        raise Refused(
            "account-changed-since", N_("The account changed: the payment must be requested again.")
        )


def check_hold(
    account: PayeeAccount, *, now: datetime, hold_hours: int = HOLD_HOURS_DEFAULT
) -> None:
    """Raises Refused while a changed account is held or nobody independent has called back."""
    held_until = account.held_until(hold_hours)
    if held_until is None:
        return
    if account.called_back_by is None:
        raise Refused(
            "account-not-confirmed", N_("Nobody has called the grantee back about the account.")
        )
    if account.called_back_by == account.changed_by:
        raise Forbidden(
            "same-person-calls-back",
            N_("Whoever changed the account does not confirm it: somebody else calls back."),
        )
    if now < held_until:
        raise Refused(
            "account-held",
            N_("The changed account holds payments until {held_until}."),
            held_until=held_until.isoformat(),
        )


def _export(state: Scheduled, command: c.ExportPayment) -> tuple[Event, ...]:
    if type(state) is not Released:
        raise _forbidden_now(state)
    _check_award(command.award_payable)
    _check_version(state, command.account)
    plan = state.plan
    exported = e.PaymentExported(
        **plan.which,
        batch_id=command.batch_id,
        end_to_end_id=plan.end_to_end_id,
        amount=plan.amount,
    )
    return (exported,)


def _bank(state: Scheduled, command: c.RecordDebit | c.RecordReturn) -> tuple[Event, ...]:
    plan = state.plan
    if command.line_id in plan.lines:
        return ()
    if command.end_to_end_id != plan.end_to_end_id:
        raise Refused("end-to-end-id-differs", N_("The line is about another issue."))
    if command.amount != plan.amount:
        raise Refused(
            "amount-differs",
            N_("The line's amount is not the payment's {amount_minor} {currency}."),
            amount_minor=plan.amount.minor,
            currency=plan.amount.currency,
        )
    fact = _bank_fact(plan, command.line_id) | {"booked_on": command.booked_on}
    if isinstance(command, c.RecordReturn):
        if not isinstance(state, Paid):
            raise Refused("payment-not-paid", N_("The payment was not debited before."))
        return (e.PaymentReturned(**fact),)
    at_bank = isinstance(state, Exported) or (
        isinstance(state, Ended) and state.how in ("failed", "reversed")
    )
    if not at_bank:
        raise Refused("payment-not-exported", N_("The payment was not with the bank."))
    return (e.PaymentPaid(**fact),)


def _bank_fact(plan: Plan, line_id: str) -> dict[str, Any]:
    return plan.which | {
        "application_no": plan.application_no,
        "end_to_end_id": plan.end_to_end_id,
        "line_id": line_id,
        "amount": plan.amount,
        "mode": plan.mode,
        "imported": plan.imported,
    }


def _hold(state: Scheduled, command: Any) -> tuple[Event, ...]:
    if type(state) not in (Scheduled, Requested, Authorised, Released, Held):
        return ()
    which = state.plan.which
    match command:
        case c.HoldForChangedAccount():
            held = e.PaymentHeld(
                **which,
                ground="account_changed",
                changed_account_by=command.account.changed_by,
                held_until=command.account.held_until(command.hold_hours),
            )
            return (held,)
        case _ if isinstance(state, Held):
            return ()
        case c.HoldForSuspendedAward():
            return (e.PaymentHeld(**which, ground="award_suspended"),)
        case _:
            return (e.PaymentHeld(**which, ground="under_review"),)


def _lift(state: Scheduled, command: c.LiftHold) -> tuple[Event, ...]:
    if not isinstance(state, Held):
        return ()
    _check_award(command.award_payable)
    if state.held_until is not None:
        if command.by == command.account.changed_by:
            raise Forbidden(
                "account-changer-lifts", N_("Whoever changed the account does not lift its hold.")
            )
        check_hold(command.account, now=command.now, hold_hours=0)
        if command.now < state.held_until:
            raise Refused(
                "account-held",
                N_("The changed account holds payments until {held_until}."),
                held_until=state.held_until.isoformat(),
            )
    return (e.PaymentHoldLifted(**state.plan.which, reason=stated(command.reason)),)


def _plan_again(state: Scheduled, command: Any) -> tuple[Event, ...]:
    plan = state.plan
    how = state.how if isinstance(state, Ended) else ""
    match command:
        case c.RecordHandover():
            return _hand_over(state, command)
        case c.CancelPayment():
            return _cancel(state, command)
    imported = isinstance(command, c.ImportReissue)
    if isinstance(command, c.ImportReissue):
        if command.reissue <= plan.reissue:
            return ()
        if how != "returned" or command.reissue != plan.reissue + 1:
            raise _forbidden_now(state)
    elif how not in ("failed", "returned"):
        raise _forbidden_now(state)
    reissue = plan.reissue + 1
    issue = c.end_to_end_id(plan.application_no, tranche=plan.tranche, reissue=reissue)
    again = e.PaymentReissued(**plan.which, reissue=reissue, end_to_end_id=issue, imported=imported)
    if not imported:
        return (again,)
    exported = e.PaymentExported(
        **plan.which, batch_id=None, end_to_end_id=issue, amount=plan.amount, imported=True
    )
    return (again, exported)


def _cancel(state: Scheduled, command: c.CancelPayment) -> tuple[Event, ...]:
    plan, ended = state.plan, state if isinstance(state, Ended) else None
    if ended and ended.how == "cancelled":
        return ()
    if isinstance(state, (Exported, Paid)) or (plan.mode == "in_kind" and plan.handed_over):
        raise _forbidden_now(state)
    failed = ended is not None and ended.how == "failed"
    if isinstance(command, c.CancelFailedPayment) and not failed:
        raise _forbidden_now(state)
    if failed:
        # The bank may have debited it all the same: one person alone must not make way for another.
        if not isinstance(command, c.CancelFailedPayment):
            raise Forbidden(
                "controller-cancels", N_("A controller cancels what the bank is said to refuse.")
            )
        if ended and ended.failed_by == command.by:
            raise Forbidden(
                "same-person-cancels",
                N_("Whoever recorded the refusal does not cancel the payment."),
            )
    reason = stated(command.reason)
    return (e.PaymentCancelled(**plan.which, amount=plan.amount, reason=reason),)


def _hand_over(state: Scheduled, command: c.RecordHandover) -> tuple[Event, ...]:
    plan = state.plan
    if plan.mode != "in_kind" or type(state) is not Scheduled:
        raise _forbidden_now(state)
    if plan.handed_over:
        return ()
    if command.amount != plan.amount:
        raise Refused(
            "amount-differs",
            N_("The invoice is not over the payment's {amount_minor} {currency}."),
            amount_minor=plan.amount.minor,
            currency=plan.amount.currency,
        )
    handed_over = e.InKindHandedOver(
        **plan.which,
        invoice_no=command.invoice_no,
        amount=command.amount,
        handed_over_on=day_in(command.now, command.zone),
    )
    return (handed_over,)


def _settle(state: Scheduled, command: Any) -> tuple[Event, ...]:
    if not isinstance(state, Paid):
        raise _forbidden_now(state)
    plan = state.plan
    match command:
        case c.ReconcilePayment():
            if isinstance(state, Reconciled):
                return ()
            return (e.PaymentReconciled(**plan.which, reconciled_by=command.by),)
        case c.RequestReversal():
            if state.reversal_by is not None:
                return ()
            reason = stated(command.reason)
            return (e.ReversalRequested(**plan.which, reason=reason, requested_by=command.by),)
    if state.reversal_by is None:
        raise Refused("reversal-not-requested", N_("Nobody has asked for this reversal."))
    if state.reversal_by == command.by:
        raise Forbidden("same-person-reverses", N_("A reversal needs a second person."))
    reversed_ = e.PaymentReversed(
        **_bank_fact(plan, state.line_id),
        booked_on=day_in(command.now, command.zone),
        reason=state.reversal_reason,
        requested_by=state.reversal_by,
        confirmed_by=command.by,
    )
    return (reversed_,)


PAYMENT: Final[Decider[State]] = Decider(
    kind="payment", initial=NoPayment(), evolve=evolve, decide=decide, events=e.PAYMENT_EVENTS
)
