"""JSON routes of payments, under ``/grants/api/v1``.

GET  /payments                      payments, by end-to-end id, also of one state
GET  /payments/<id>                 one
POST /payments/<id>/request         prepare it (first person)
POST /payments/<id>/authorise       agree (second person)
POST /payments/<id>/release         let it go (third person)
POST /payments/<id>/hold, lift, cancel, cancel-failed, fail, reissue

Most payments take these steps together, as a batch. Waivers are the award's.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.grants.awards.acting import (
    account_shown,
    note_names_read,
    note_read,
    reach,
    reads_accounts,
)
from services.grants.awards.schemas import ReasonSchema
from services.grants.payments import handling, views
from services.grants.payments.acting import payment_of, payment_step
from services.grants.payments.schemas import (
    FailureSchema,
    PaymentArguments,
    PaymentPageSchema,
    PaymentSchema,
    payment_out,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, perform, service
from shared.web.etag import set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("payments_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/payments", methods=["GET"])
@requires("grants.payments.read")
@blueprint.arguments(PaymentArguments, location="query")
@blueprint.response(200, PaymentPageSchema)
def list_payments(arguments: dict[str, Any]) -> dict[str, Any]:
    """List payments by end-to-end id; account numbers show their last digits only."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = views.payment_list(
            connection,
            reach("grants.payments.read"),
            statuses=(arguments["state"],) if arguments["state"] else (),
            award_id=arguments["award_id"] or None,
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.end_to_end_id, row.payment_id))
    note_names_read(answer["items"], subject="/grants/payments")
    answer["items"] = [payment_out(row, account_shown(row, whole=False)) for row in answer["items"]]
    return answer


@blueprint.route("/payments/<payment_id>", methods=["GET"])
@requires("grants.payments.read")
@blueprint.response(200, PaymentSchema)
def show_payment(payment_id: str) -> Response:
    """Show a payment, with its payee as they are now."""
    row = payment_of(payment_id, "grants.payments.read")
    whole = reads_accounts(row.programme)
    note_read(
        "name_and_account" if whole else "name",
        subject=f"payment/{payment_id}",
        programme=row.programme,
    )
    # The payee's account belongs to the award, so the payment's version alone says too little.
    shown = payment_out(row, account_shown(row, whole=whole))
    return set_version(jsonify(PaymentSchema().dump(shown)), row.version)


@blueprint.route("/payments/<payment_id>/request", methods=["POST"])
@requires("grants.payments.prepare")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def request_payment(payment_id: str) -> Response:
    """Prepare it for its payee's account as it is now."""
    step = payment_step(payment_id, "grants.payments.prepare")
    return perform(step.programme, lambda work: step.take(work, handling.request_payment))


@blueprint.route("/payments/<payment_id>/authorise", methods=["POST"])
@requires("grants.payments.authorise")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def authorise_payment(payment_id: str) -> Response:
    """Agree to it; never who prepared it, or typed the account."""
    step = payment_step(payment_id, "grants.payments.authorise")
    return perform(step.programme, lambda work: step.take(work, handling.authorise_payment))


@blueprint.route("/payments/<payment_id>/release", methods=["POST"])
@requires("grants.payments.release", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def release_payment(payment_id: str) -> Response:
    """Let it go; never who prepared or authorised it, or typed the account."""
    step = payment_step(payment_id, "grants.payments.release")
    return perform(step.programme, lambda work: step.take(work, handling.release_payment))


@blueprint.route("/payments/<payment_id>/hold", methods=["POST"])
@requires("grants.payments.hold")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def hold_payment(payment_id: str) -> Response:
    """Stop it: what was agreed to is void, its batch goes on without it."""
    step = payment_step(payment_id, "grants.payments.hold")
    return perform(step.programme, lambda work: step.take(work, handling.hold_payment))


@blueprint.route("/payments/<payment_id>/lift", methods=["POST"])
@requires("grants.payments.hold")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def lift_hold(arguments: dict[str, Any], payment_id: str) -> Response:
    """Let a held payment start again."""
    step = payment_step(payment_id, "grants.payments.hold")
    return perform(step.programme, lambda work: step.take(work, handling.lift_hold, **arguments))


@blueprint.route("/payments/<payment_id>/cancel", methods=["POST"])
@requires("grants.payments.write")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def cancel_payment(arguments: dict[str, Any], payment_id: str) -> Response:
    """Do not pay it; its tranche may be scheduled again."""
    step = payment_step(payment_id, "grants.payments.write")
    return perform(
        step.programme, lambda work: step.take(work, handling.cancel_payment, **arguments)
    )


@blueprint.route("/payments/<payment_id>/cancel-failed", methods=["POST"])
@requires("grants.payments.authorise")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def cancel_failed_payment(arguments: dict[str, Any], payment_id: str) -> Response:
    """Do not pay what the bank refused; never who recorded the refusal."""
    step = payment_step(payment_id, "grants.payments.authorise")
    return perform(
        step.programme, lambda work: step.take(work, handling.cancel_failed_payment, **arguments)
    )


@blueprint.route("/payments/<payment_id>/fail", methods=["POST"])
@requires("grants.payments.write")
@command(versioned=True)
@blueprint.arguments(FailureSchema)
@blueprint.response(200, ReceiptSchema)
def fail_payment(arguments: dict[str, Any], payment_id: str) -> Response:
    """Note that the bank refused it without a debit."""
    step = payment_step(payment_id, "grants.payments.write")
    return perform(step.programme, lambda work: step.take(work, handling.fail_payment, **arguments))


@blueprint.route("/payments/<payment_id>/reissue", methods=["POST"])
@requires("grants.payments.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def reissue_payment(payment_id: str) -> Response:
    """Pay it again under another end-to-end id, after it failed or came back."""
    step = payment_step(payment_id, "grants.payments.write")
    return perform(step.programme, lambda work: step.take(work, handling.reissue_payment))
