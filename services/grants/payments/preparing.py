"""Payments on their way to the bank: put into a batch, authorised, released, freed again.

    batch_id = prepare_batch(work, ["0192…", "0193…"], by=actor())
    authorise_batch(work, batch_id, by=another)
    release_batch(work, batch_id, by=third)

Who scored an application, or is paid, has no part in paying it, so every step asks for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.grants.awards.award import AWARD
from services.grants.awards.award_state import payable, payee_account
from services.grants.awards.payee_account import PayeeAccount
from services.grants.awards.views import one_award
from services.grants.committee.review import REVIEW, NoReview
from services.grants.payments import payment_commands as c
from services.grants.payments.batch import (
    BATCH,
    LINES_MAX,
    AuthoriseBatch,
    BatchLine,
    DissolveBatch,
    NoBatch,
    PrepareBatch,
    Prepared,
    RebuildBatch,
    ReleaseBatch,
)
from services.grants.payments.batch_views import open_batch_of
from services.grants.payments.duties import check_authoriser, check_releaser
from services.grants.payments.payment import PAYMENT
from services.grants.payments.payment_state import (
    Authorised,
    Held,
    NoPayment,
    Plan,
    Released,
    Requested,
)
from shared.access.own import is_own, own_case
from shared.errors import Invalid, Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_


def plan_of(work: Work, payment_id: str) -> Plan:
    """What a payment pays. Raises Missing."""
    state = work.load(PAYMENT, payment_id)
    if isinstance(state, NoPayment):
        raise Missing("payment-missing", N_("There is no such payment."))
    return state.plan


def known_now(work: Work, plan: Plan, *, by: str) -> dict[str, Any]:
    """What a step towards the bank must know now.

    The account, whether it is payable, and whether ``by`` scored the application or is paid.
    """
    # Only rested on: a step is decided again when the award changes at the same moment.
    award = work.guard(AWARD, plan.award_id)
    return {
        "by": by,
        "now": work.now,
        "account": payee_account(award),
        "award_payable": payable(award),
        "scored": scored(work, plan.award_id, by=by),
        "own": by == work.context.actor and is_payee(work, plan),
    }


def is_payee(work: Work, plan: Plan) -> bool:
    """Whether whoever acts in this work is the one who is paid."""
    row = one_award(work.connection, plan.award_id)
    return row is not None and is_own(row.registration_id, work.context.own)


def plan_to_act_on(work: Work, payment_id: str) -> Plan:
    """What a payment pays. Raises Missing, or Forbidden for whoever is paid by it."""
    plan = plan_of(work, payment_id)
    if is_payee(work, plan):
        raise own_case()
    return plan


def scored(work: Work, award_id: str, *, by: str) -> bool:
    """Whether ``by`` scored the application of an award."""
    row = one_award(work.connection, award_id)
    if row is None:
        return False
    review = work.load(REVIEW, row.application_id)
    return not isinstance(review, NoReview) and by in review.sheets


def _claim(batch_id: str, payment_id: str) -> Claim:
    return Claim(
        "batch_payment",
        payment_id,
        BATCH.stream(batch_id),
        "payment-in-batch",
        N_("A payment is in another batch already."),
    )


def prepare_batch(work: Work, payment_ids: Sequence[str], *, by: str) -> str:
    """Put payments together; the batch's id. Each is requested for its payee's account now."""
    if len(payment_ids) > LINES_MAX:
        raise Invalid(
            "batch-too-long",
            N_("A batch holds at most {lines_max} payments."),
            lines_max=LINES_MAX,
        )
    batch_id = work.new_id()
    lines, any_scored, any_own = [], False, False
    for payment_id in dict.fromkeys(payment_ids):
        plan = plan_of(work, payment_id)
        known = known_now(work, plan, by=by)
        state, account = work.load(PAYMENT, payment_id), known["account"]
        # Freed from another batch, or prepared by itself, a payment is requested already.
        if not isinstance(state, Requested) or state.account_version != account.version:
            work.decide(PAYMENT, payment_id, c.RequestPayment(**known))
        any_scored = any_scored or known["scored"]
        any_own = any_own or known["own"]
        lines.append(_line(plan, account))
        work.claim(_claim(batch_id, payment_id))
    command = PrepareBatch(
        by=by,
        now=work.now,
        batch_id=batch_id,
        lines=tuple(lines),
        scored=any_scored,
        own=any_own,
    )
    work.decide(BATCH, batch_id, command)
    return batch_id


def _line(plan: Plan, account: PayeeAccount) -> BatchLine:
    return BatchLine(
        payment_id=plan.payment_id,
        end_to_end_id=plan.end_to_end_id,
        amount=plan.amount,
        account_version=account.version,
    )


def lines_of(work: Work, batch_id: str) -> tuple[BatchLine, ...]:
    """The batch's lines; none once it is dissolved. Raises Missing."""
    state = work.load(BATCH, batch_id)
    if isinstance(state, NoBatch):
        raise Missing("batch-missing", N_("There is no such batch."))
    return state.lines if isinstance(state, Prepared) else ()


def lines_to_act_on(work: Work, batch_id: str) -> tuple[BatchLine, ...]:
    """The batch's lines. Raises Missing, or Forbidden for whoever is paid by one of them."""
    lines = lines_of(work, batch_id)
    for line in lines:
        plan_to_act_on(work, line.payment_id)
    return lines


def authorise_batch(work: Work, batch_id: str, *, by: str) -> None:
    """Agree to a batch and to every payment in it."""
    steps = [(line, plan_of(work, line.payment_id)) for line in lines_of(work, batch_id)]
    known = {line.payment_id: known_now(work, plan, by=by) for line, plan in steps}
    command = AuthoriseBatch(
        by=by,
        now=work.now,
        scored=any(facts["scored"] for facts in known.values()),
        own=any(facts["own"] for facts in known.values()),
        typed_account=_typed_accounts(known),
    )
    work.decide(BATCH, batch_id, command)
    for payment_id, facts in known.items():
        state = work.load(PAYMENT, payment_id)
        if isinstance(state, Authorised):
            # Agreed to by itself; the batch's authoriser must not be who prepared it either.
            check_authoriser(
                by=by,
                prepared_by={state.requested_by},
                typed_account=facts["account"].typed_by,
                scored=facts["scored"],
                own=facts["own"],
            )
            continue
        work.decide(PAYMENT, payment_id, c.AuthorisePayment(**facts))


def release_batch(work: Work, batch_id: str, *, by: str) -> None:
    """Let a batch go and every payment in it."""
    steps = [(line, plan_of(work, line.payment_id)) for line in lines_of(work, batch_id)]
    known = {line.payment_id: known_now(work, plan, by=by) for line, plan in steps}
    command = ReleaseBatch(
        by=by,
        now=work.now,
        scored=any(facts["scored"] for facts in known.values()),
        own=any(facts["own"] for facts in known.values()),
        typed_account=_typed_accounts(known),
    )
    work.decide(BATCH, batch_id, command)
    for payment_id, facts in known.items():
        state = work.load(PAYMENT, payment_id)
        if isinstance(state, Released):
            check_releaser(
                by=by,
                prepared_by={state.requested_by},
                authorised_by=state.authorised_by,
                typed_account=facts["account"].typed_by,
                scored=facts["scored"],
                own=facts["own"],
                amount=state.plan.amount,
                one_controller=None,
            )
            continue
        work.decide(PAYMENT, payment_id, c.ReleasePayment(**facts))


def _typed_accounts(known: Mapping[str, dict[str, Any]]) -> frozenset[str]:
    """Everybody who typed an account that is paid to, by what is known of each payment."""
    return frozenset().union(*(facts["account"].typed_by for facts in known.values()))


def rebuild_batch(
    work: Work, batch_id: str, *, by: str, without: Sequence[str], reason: str
) -> None:
    """Go on without some payments, which are scheduled again; what stays is agreed to anew."""
    before = lines_to_act_on(work, batch_id)
    command = RebuildBatch(by=by, now=work.now, without=frozenset(without), reason=reason)
    work.decide(BATCH, batch_id, command)
    kept = {line.payment_id for line in lines_of(work, batch_id)}
    for line in before:
        if line.payment_id not in kept:
            free_payment(work, batch_id, line.payment_id)
            _start_over(work, line.payment_id, by=by)
    if len(kept) < len(before):
        renew_requests(work, batch_id, by=by)


def dissolve_batch(work: Work, batch_id: str, *, by: str, reason: str) -> None:
    """Give a batch up: what was agreed to is void and its payments are scheduled again."""
    lines = lines_to_act_on(work, batch_id)
    work.decide(BATCH, batch_id, DissolveBatch(by=by, now=work.now, reason=reason))
    for line in lines:
        free_payment(work, batch_id, line.payment_id)
        _start_over(work, line.payment_id, by=by)


def free_payment(work: Work, batch_id: str, payment_id: str) -> None:
    """The payment is in this batch no more."""
    work.release(_claim(batch_id, payment_id))


def take_out_of_batch(work: Work, payment_id: str, *, by: str) -> None:
    """The batch that holds the payment and is not with the bank yet goes on without it."""
    batch_id = open_batch_of(work.connection, payment_id)
    if batch_id is None:
        return
    rebuild = RebuildBatch(
        by=by,
        now=work.now,
        without=frozenset({payment_id}),
        reason="A payment in it was held.",
    )
    work.decide(BATCH, batch_id, rebuild)
    free_payment(work, batch_id, payment_id)
    # What stays in the batch is authorised anew, for nobody agreed to this batch as it is now.
    renew_requests(work, batch_id, by=by)


def renew_requests(work: Work, batch_id: str, *, by: str) -> None:
    """Void what was agreed to for payments that stay in a rebuilt batch; they wait for it anew.

    Whoever prepared them stays their preparer, so that they can never authorise or release them.
    """
    for line in lines_of(work, batch_id):
        state = work.load(PAYMENT, line.payment_id)
        if type(state) is Requested or not isinstance(state, Requested):
            continue
        _start_over(work, line.payment_id, by=by)
        known = known_now(work, state.plan, by=state.requested_by)
        work.decide(PAYMENT, line.payment_id, c.RequestPayment(**known))


def _start_over(work: Work, payment_id: str, *, by: str) -> None:
    """Scheduled again, unless something else holds it."""
    work.decide(PAYMENT, payment_id, c.HoldForReview(by=by, now=work.now))
    state = work.load(PAYMENT, payment_id)
    if isinstance(state, Held) and state.ground == "under_review":
        facts = known_now(work, state.plan, by=by)
        if facts["award_payable"]:
            del facts["scored"], facts["own"]
            reason = "Its batch was given up."
            work.decide(PAYMENT, payment_id, c.LiftHold(**facts, reason=reason))
