"""An award: offered, signed, paid tranche by tranche, completed and closed, or ended early.

>>> AWARD.stream("0192"), AWARD.fold([])
('award/0192', NoAward())

Nothing is paid while an award is offered or suspended, and tranche n+1 waits until tranche n is
paid, its receipts are accepted and its visit is made, unless two people waive that on record.
Tranches of imported awards count as judged outside this system. Source: domain, "Award" and
"Money rules". Events, states and commands: the three files beside this one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from services.grants.awards import award_commands as c
from services.grants.awards import award_events as e
from services.grants.awards.award_state import (
    Accepted,
    Active,
    Closed,
    Completed,
    NoAward,
    Offered,
    State,
    Suspended,
    Terminated,
    Tranche,
    evolve,
    not_in,
    payable,
    signed,
)
from services.grants.awards.reasons import stated
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_
from shared.money import split, total

TRANCHES_MAX: Final = 12


def decide(state: State, command: Any) -> tuple[Event, ...]:
    """Events that follow, none when nothing changes. Raises Refused, Invalid, Forbidden."""
    match command, state:
        case c.OfferAward() | c.ImportAward(), NoAward():
            return _offer(command)
        case c.OfferAward() | c.ImportAward(), _:
            return ()
        case _, NoAward():
            raise Missing("award-missing", N_("There is no such award."))
        case c.DeclineAward() | c.LapseAward() | c.SignAgreement(), _:
            return _answer(state, command)
        case c.CancelAward() | c.TerminateAward(), _:
            return _end(state, command)
        case c.SuspendAward() | c.ResumeAward() | c.CompleteAward() | c.CloseAward(), _:
            return _move(signed(state), command)
        case c.ChangeAccount() | c.ConfirmAccount(), _:
            return _account(signed(state), command)
        case c.AcceptReceipts() | c.RecordTrancheVisit(), _:
            return _account_for(signed(state), command)
        case c.RequestWaiver() | c.ConfirmWaiver(), _:
            return _waive(signed(state), command)
        case c.AwardCommand(), _:
            return _pay(signed(state), command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of an award")


def _offer(command: c.OfferAward | c.ImportAward) -> tuple[Event, ...]:
    percents = command.tranche_percents
    if sum(percents) != 100 or min(percents) <= 0 or len(percents) > TRANCHES_MAX:
        raise Invalid("tranches-wrong", N_("Tranche percents must be positive and sum to 100."))
    if command.amount.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be more than zero."))
    imported = isinstance(command, c.ImportAward)
    if isinstance(command, c.ImportAward):
        offered_on, lapses_on = command.offered_on, None
    else:
        offered_on = day_in(command.now, command.zone)
        lapses_on = offered_on + timedelta(days=command.open_days)
    offered = e.AwardOffered(
        award_id=command.award_id,
        application_id=command.application_id,
        application_no=command.application_no,
        call_id=command.call_id,
        registration_id=command.registration_id,
        person_id=command.person_id,
        kind=command.kind,
        amount=command.amount,
        tranche_percents=percents,
        tranche_amounts=split(command.amount, percents),
        zone=command.zone,
        offered_on=offered_on,
        lapses_on=lapses_on,
        imported=imported,
    )
    if not isinstance(command, c.ImportAward):
        return (offered,)
    signed = e.AgreementSigned(
        award_id=command.award_id,
        registration_id=command.registration_id,
        call_id=command.call_id,
        amount=command.amount,
        full_name=command.full_name,
        account_number=command.account_number,
        agreement_no=command.agreement_no,
        signed_on=command.signed_on,
        document=None,
        imported=True,
    )
    return (offered, signed)


def _answer(
    state: State, command: c.DeclineAward | c.LapseAward | c.SignAgreement
) -> tuple[Event, ...]:
    if type(state) is not Offered:
        if isinstance(command, c.LapseAward):
            return ()
        raise not_in(state, "offer-not-open", N_("The offer is not open: it is {status}."))
    terms, today = state.terms, day_in(command.now, state.terms.zone)
    late = terms.lapses_on is not None and today > terms.lapses_on
    match command:
        case c.LapseAward():
            return (e.AwardLapsed(award_id=terms.award_id, lapsed_on=today),) if late else ()
        case c.DeclineAward():
            return (
                e.AwardDeclined(award_id=terms.award_id, ground=command.ground, declined_on=today),
            )
    if late:
        raise Refused(
            "offer-lapsed",
            N_("The offer could be signed until {lapses_on}."),
            lapses_on=str(terms.lapses_on),
        )
    return (
        e.AgreementSigned(
            award_id=terms.award_id,
            registration_id=terms.registration_id,
            call_id=terms.call_id,
            amount=terms.amount,
            full_name=command.full_name,
            account_number=command.account_number,
            agreement_no=command.agreement_no,
            signed_on=today,
            document=command.document,
            recorded_by=command.by,
        ),
    )


def _account(state: Accepted, command: c.ChangeAccount | c.ConfirmAccount) -> tuple[Event, ...]:
    terms, account = state.terms, state.account
    if isinstance(command, c.ChangeAccount):
        if isinstance(state, (Closed, Terminated)):
            raise not_in(state, "award-ended", N_("The award has ended: {status}."))
        return (
            e.AccountChanged(
                award_id=terms.award_id,
                registration_id=terms.registration_id,
                account_number=command.account_number,
                version=account.version + 1,
                changed_by=command.by,
                changed_at=command.now,
            ),
        )
    if not account.changed or account.called_back_by is not None:
        return ()
    if command.by == account.changed_by:
        raise Forbidden(
            "same-person-calls-back",
            N_("Whoever changed the account does not confirm it: somebody else calls back."),
        )
    return (
        e.AccountConfirmed(
            award_id=terms.award_id, version=account.version, called_back_by=command.by
        ),
    )


def _pay(state: Accepted, command: Any) -> tuple[Event, ...]:
    tranche = _tranche(state, command.tranche)
    ours = tranche.payment_id == command.payment_id
    which: dict[str, Any] = {
        "award_id": state.terms.award_id,
        "tranche": tranche.number,
        "payment_id": command.payment_id,
    }
    match command:
        case c.ScheduleTranche() | c.ImportTranche():
            if ours:
                return ()
            if tranche.payment_id is not None:
                raise Refused(
                    "tranche-scheduled",
                    N_("Tranche {tranche} has a payment."),
                    tranche=tranche.number,
                )
            imported = isinstance(command, c.ImportTranche)
            if not imported:
                _check_due(state, tranche)
            return (e.TrancheScheduled(**which, amount=tranche.amount, imported=imported),)
        case c.UnscheduleTranche():
            return (e.TrancheUnscheduled(**which),) if ours and not tranche.paid else ()
    if not ours:
        raise Refused(
            "payment-not-of-tranche",
            N_("The payment is not the one of tranche {tranche}."),
            tranche=tranche.number,
        )
    which |= {"booked_on": command.booked_on, "imported": tranche.outside}
    match command:
        case c.RecordTranchePaid():
            if tranche.paid:
                return ()
            paid = e.TranchePaid(**which)
            if type(state) is not Accepted:
                return (paid,)
            activated = e.AwardActivated(
                award_id=state.terms.award_id,
                handed_over_on=command.booked_on,
                imported=tranche.outside,
            )
            return (paid, activated)
        case c.RecordTrancheReturned():
            return (e.TrancheReturned(**which),) if tranche.paid else ()
        case _:
            raise TypeError(f"{type(command).__name__} is no command of an award")


def _tranche(state: Offered, number: int) -> Tranche:
    if not 1 <= number <= len(state.tranches):
        raise Missing("tranche-missing", N_("There is no tranche {tranche}."), tranche=number)
    return state.tranches[number - 1]


def _check_due(state: Accepted, tranche: Tranche) -> None:
    if not payable(state):
        raise not_in(state, "award-not-payable", N_("Nothing is paid: the award is {status}."))
    for earlier in state.tranches[: tranche.number - 1]:
        if not earlier.paid:
            raise Refused(
                "tranche-before-unpaid",
                N_("Tranche {earlier} is not paid yet."),
                earlier=earlier.number,
            )
        if earlier.unmet:
            raise Refused(
                "tranche-before-unaccounted",
                N_("Tranche {earlier} still needs: {unmet}."),
                earlier=earlier.number,
                unmet=", ".join(earlier.unmet),
            )


def _account_for(
    state: Accepted, command: c.AcceptReceipts | c.RecordTrancheVisit
) -> tuple[Event, ...]:
    tranche = _tranche(state, command.tranche)
    if not tranche.paid:
        raise Refused(
            "tranche-unpaid", N_("Tranche {tranche} is not paid."), tranche=tranche.number
        )
    award_id = state.terms.award_id
    if isinstance(command, c.RecordTrancheVisit):
        if "visit" in tranche.met:
            return ()
        done = e.TrancheVisitDone(
            award_id=award_id, tranche=tranche.number, visit_id=command.visit_id
        )
        return (done,)
    if "receipts" in tranche.met:
        return ()
    if not command.receipts:
        raise Invalid("receipts-missing", N_("Attach the receipts."))
    if command.amount.currency != tranche.amount.currency or command.amount < tranche.amount:
        raise Refused(
            "receipts-short",
            N_("The receipts do not account for the whole tranche of {amount_minor} {currency}."),
            amount_minor=tranche.amount.minor,
            currency=tranche.amount.currency,
        )
    return (
        e.ReceiptsAccepted(
            award_id=award_id,
            tranche=tranche.number,
            amount=command.amount,
            receipts=command.receipts,
            accepted_on=day_in(command.now, state.terms.zone),
        ),
    )


def _waive(state: Accepted, command: c.RequestWaiver | c.ConfirmWaiver) -> tuple[Event, ...]:
    tranche = _tranche(state, command.tranche)
    if command.requirement not in tranche.unmet:
        return ()
    asked = next((a for a in tranche.asked if a[0] == command.requirement), None)
    which: dict[str, Any] = {
        "award_id": state.terms.award_id,
        "tranche": tranche.number,
        "requirement": command.requirement,
        "registration_id": state.terms.registration_id,
    }
    if isinstance(command, c.RequestWaiver):
        if asked is not None:
            return ()
        why = stated(command.reason)
        return (e.WaiverRequested(**which, reason=why, requested_by=command.by),)
    if asked is None:
        raise Refused("waiver-not-requested", N_("Nobody has asked for this waiver."))
    _, requested_by, reason = asked
    if requested_by == command.by:
        raise Forbidden("same-person-waives", N_("A waiver needs a second person."))
    waived = e.RequirementWaived(
        **which, reason=reason, requested_by=requested_by, confirmed_by=command.by
    )
    return (waived,)


def _move(state: Accepted, command: Any) -> tuple[Event, ...]:
    award_id, today = state.terms.award_id, day_in(command.now, state.terms.zone)
    whose = {"award_id": award_id, "registration_id": state.terms.registration_id}
    match command, state:
        case c.SuspendAward(), Suspended():
            return ()
        case c.SuspendAward(), _ if payable(state):
            return (e.AwardSuspended(**whose, ground=command.ground, note=command.note),)
        case c.ResumeAward(), Suspended():
            return (e.AwardResumed(**whose, reason=stated(command.reason)),)
        case c.CompleteAward(), Active():
            for tranche in state.tranches:
                if not tranche.paid or tranche.unmet:
                    raise Refused(
                        "award-incomplete",
                        N_("Tranche {tranche} is not paid and accounted for."),
                        tranche=tranche.number,
                    )
            return (e.AwardCompleted(award_id=award_id, completed_on=today),)
        case c.CloseAward(), Completed():
            return (e.AwardClosed(award_id=award_id, closed_on=today),)
        case (c.CompleteAward(), Completed()) | (c.CloseAward(), Closed()):
            return ()
        case _:
            raise not_in(
                state, "award-state-forbids", N_("The award is {status}; this cannot be done.")
            )


def _end(state: State, command: c.CancelAward | c.TerminateAward) -> tuple[Event, ...]:
    if not isinstance(state, Offered) or isinstance(state, (Completed, Closed, Terminated)):
        raise not_in(state, "award-ended", N_("The award has ended: {status}."))
    terms, today = state.terms, day_in(command.now, state.terms.zone)
    if any(t.payment_id is not None and not t.paid for t in state.tranches):
        raise Refused(
            "payment-under-way", N_("A payment is under way: cancel it or await the bank first.")
        )
    paid = total((t.amount for t in state.tranches if t.paid), currency=terms.amount.currency)
    if isinstance(command, c.CancelAward):
        if paid.minor:
            raise Refused(
                "award-paid", N_("Something was paid: the award is terminated, not cancelled.")
            )
        cancelled = e.AwardCancelled(
            award_id=terms.award_id,
            call_id=terms.call_id,
            amount=terms.amount,
            ground=command.ground,
            cancelled_on=today,
        )
        return (cancelled,)
    if not paid.minor:
        raise Refused(
            "award-unpaid", N_("Nothing was paid: the award is cancelled, not terminated.")
        )
    terminated = e.AwardTerminated(
        award_id=terms.award_id,
        registration_id=terms.registration_id,
        call_id=terms.call_id,
        ground=command.ground,
        paid=paid,
        unpaid=terms.amount - paid,
        terminated_on=today,
        note=command.note,
    )
    return (terminated,)


AWARD: Final[Decider[State]] = Decider(
    kind="award", initial=NoAward(), evolve=evolve, decide=decide, events=e.AWARD_EVENTS
)
