"""JSON routes of awards, under ``/grants/api/v1``.

GET  /awards                          awards, by application number
GET  /awards/<id>                     one with its tranches
POST /awards/<id>/sign                the agreement is signed
POST /awards/<id>/decline, cancel, suspend, resume, terminate, complete, close
POST /awards/<id>/account             pay to another account; open payments are held
POST /awards/<id>/account/confirm     a second person called the grantee back
GET  /tranches/due                    tranches that could be paid now
POST /awards/<id>/tranches/<n>/schedule, receipts, waivers, waivers/confirm
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.grants.awards import handling, views
from services.grants.awards import schemas as s
from services.grants.awards.acting import (
    account_shown,
    award_of,
    award_step,
    note_names_read,
    note_read,
    reach,
    reads_accounts,
    tranche_number,
)
from services.grants.payments.payment import PAYMENT
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, perform, receipt, service
from shared.web.etag import not_modified, set_version
from shared.web.pagination import PageArguments, PageRequest

blueprint = ApiBlueprint("awards_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/awards", methods=["GET"])
@requires("grants.awards.read")
@blueprint.arguments(s.AwardArguments, location="query")
@blueprint.response(200, s.AwardPageSchema)
def list_awards(arguments: dict[str, Any]) -> dict[str, Any]:
    """List awards by application number; account numbers show their last digits only."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = views.award_list(
            connection,
            reach("grants.awards.read"),
            status=arguments["status"] or None,
            call_id=arguments["call_id"] or None,
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.application_no, row.award_id))
    note_names_read(answer["items"], subject="/grants/awards")
    answer["items"] = [s.award_out(row, account_shown(row, whole=False)) for row in answer["items"]]
    return answer


@blueprint.route("/awards/<award_id>", methods=["GET"])
@requires("grants.awards.read")
@blueprint.response(200, s.WholeAwardSchema)
def show_award(award_id: str) -> Response:
    """Show an award with its tranches."""
    row = award_of(award_id, "grants.awards.read")
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    with service().database.reading() as connection:
        tranches = views.tranches_of(connection, award_id)
    whole = reads_accounts(row.programme)
    note_read(
        "name_and_account" if whole else "name",
        subject=f"award/{award_id}",
        programme=row.programme,
    )
    shown = s.award_out(row, account_shown(row, whole=whole))
    shown["tranches"] = [s.tranche_out(one) for one in tranches]
    return set_version(jsonify(s.WholeAwardSchema().dump(shown)), row.version)


@blueprint.route("/awards/<award_id>/sign", methods=["POST"])
@requires("grants.awards.accept")
@command(versioned=True)
@blueprint.arguments(s.SignSchema)
@blueprint.response(200, ReceiptSchema)
def sign(arguments: dict[str, Any], award_id: str) -> Response:
    """Record the signed agreement: its money becomes obligated."""
    step = award_step(award_id, "grants.awards.accept")
    return perform(
        step.programme, lambda work: step.take(work, handling.sign_agreement, **arguments)
    )


@blueprint.route("/awards/<award_id>/decline", methods=["POST"])
@requires("grants.awards.accept")
@command(versioned=True)
@blueprint.arguments(s.DeclineSchema)
@blueprint.response(200, ReceiptSchema)
def decline(arguments: dict[str, Any], award_id: str) -> Response:
    """Record that the applicant does not want it: its money goes back to the call."""
    step = award_step(award_id, "grants.awards.accept")
    return perform(
        step.programme, lambda work: step.take(work, handling.decline_award, **arguments)
    )


@blueprint.route("/awards/<award_id>/cancel", methods=["POST"])
@requires("grants.awards.terminate")
@command(versioned=True)
@blueprint.arguments(s.CancelSchema)
@blueprint.response(200, ReceiptSchema)
def cancel(arguments: dict[str, Any], award_id: str) -> Response:
    """End it with nothing paid: its money goes back to the call."""
    step = award_step(award_id, "grants.awards.terminate")
    return perform(step.programme, lambda work: step.take(work, handling.cancel_award, **arguments))


@blueprint.route("/awards/<award_id>/suspend", methods=["POST"])
@requires("grants.awards.suspend")
@command(versioned=True)
@blueprint.arguments(s.SuspendSchema)
@blueprint.response(200, ReceiptSchema)
def suspend(arguments: dict[str, Any], award_id: str) -> Response:
    """Stop payments; those on their way are held and leave their batches."""
    step = award_step(award_id, "grants.awards.suspend")
    return perform(
        step.programme, lambda work: step.take(work, handling.suspend_award, **arguments)
    )


@blueprint.route("/awards/<award_id>/resume", methods=["POST"])
@requires("grants.awards.suspend")
@command(versioned=True)
@blueprint.arguments(s.ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def resume(arguments: dict[str, Any], award_id: str) -> Response:
    """Let payments go on; each held one is let go by itself."""
    step = award_step(award_id, "grants.awards.suspend")
    return perform(step.programme, lambda work: step.take(work, handling.resume_award, **arguments))


@blueprint.route("/awards/<award_id>/terminate", methods=["POST"])
@requires("grants.awards.terminate")
@command(versioned=True)
@blueprint.arguments(s.TerminateSchema)
@blueprint.response(200, ReceiptSchema)
def terminate(arguments: dict[str, Any], award_id: str) -> Response:
    """End it with something paid: what is not paid goes back to the call."""
    step = award_step(award_id, "grants.awards.terminate")
    return perform(
        step.programme, lambda work: step.take(work, handling.terminate_award, **arguments)
    )


@blueprint.route("/awards/<award_id>/complete", methods=["POST"])
@requires("grants.awards.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def complete(award_id: str) -> Response:
    """Say that everything is paid and accounted for."""
    step = award_step(award_id, "grants.awards.write")
    return perform(step.programme, lambda work: step.take(work, handling.complete_award))


@blueprint.route("/awards/<award_id>/close", methods=["POST"])
@requires("grants.awards.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def close(award_id: str) -> Response:
    """Close the file of a completed award."""
    step = award_step(award_id, "grants.awards.write")
    return perform(step.programme, lambda work: step.take(work, handling.close_award))


@blueprint.route("/awards/<award_id>/account", methods=["POST"])
@requires("grants.bank_accounts.write")
@command(versioned=True)
@blueprint.arguments(s.AccountSchema)
@blueprint.response(200, ReceiptSchema)
def change_account(arguments: dict[str, Any], award_id: str) -> Response:
    """Pay to another account: open payments are held until a second person confirms it."""
    step = award_step(award_id, "grants.bank_accounts.write")
    return perform(
        step.programme, lambda work: step.take(work, handling.change_account, **arguments)
    )


@blueprint.route("/awards/<award_id>/account/confirm", methods=["POST"])
@requires("grants.bank_accounts.confirm")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_account(award_id: str) -> Response:
    """Say that the grantee was called back and the account is theirs."""
    step = award_step(award_id, "grants.bank_accounts.confirm")
    return perform(step.programme, lambda work: step.take(work, handling.confirm_account))


@blueprint.route("/tranches/due", methods=["GET"])
@requires("grants.payments.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, s.DueTranchePageSchema)
def list_due_tranches(page: PageRequest) -> dict[str, Any]:
    """List tranches that could be paid now and have no payment yet."""
    with service().database.reading() as connection:
        rows = views.due_tranches(
            connection,
            reach("grants.payments.read"),
            after=page.after(str, str, int),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.application_no, row.award_id, row.tranche))
    note_names_read(answer["items"], subject="/grants/payments")
    answer["items"] = [s.tranche_out(row) for row in answer["items"]]
    return answer


@blueprint.route("/awards/<award_id>/tranches/<tranche>/schedule", methods=["POST"])
@requires("grants.payments.prepare")
@command(versioned=True)
@blueprint.response(201, ReceiptSchema)
def schedule_tranche(award_id: str, tranche: str) -> Response:
    """Make the payment of a tranche; the receipt names the payment."""
    number, step = tranche_number(tranche), award_step(award_id, "grants.payments.prepare")

    def schedule(work: Work) -> Answer:
        work.expect(step.decider, award_id, step.version)
        payment_id = handling.schedule_tranche(work, award_id, by=step.by, tranche=number)
        location = f"/grants/api/v1/payments/{payment_id}"
        return receipt(work, PAYMENT, payment_id, status=201, location=location)

    return perform(step.programme, schedule)


@blueprint.route("/awards/<award_id>/tranches/<tranche>/receipts", methods=["POST"])
@requires("grants.awards.write")
@command(versioned=True)
@blueprint.arguments(s.ReceiptsSchema)
@blueprint.response(200, ReceiptSchema)
def accept_receipts(arguments: dict[str, Any], award_id: str, tranche: str) -> Response:
    """Accept receipts that account for a paid tranche."""
    number, step = tranche_number(tranche), award_step(award_id, "grants.awards.write")
    receipts = tuple(arguments["receipts"])
    return perform(
        step.programme,
        lambda work: step.take(
            work,
            handling.accept_receipts,
            tranche=number,
            amount=arguments["amount"],
            receipts=receipts,
        ),
    )


@blueprint.route("/awards/<award_id>/tranches/<tranche>/waivers", methods=["POST"])
@requires("grants.payments.waive", fresh=True)
@command(versioned=True)
@blueprint.arguments(s.WaiverSchema)
@blueprint.response(200, ReceiptSchema)
def ask_waiver(arguments: dict[str, Any], award_id: str, tranche: str) -> Response:
    """Ask to pay the next tranche without a requirement of this one."""
    number, step = tranche_number(tranche), award_step(award_id, "grants.payments.waive")
    return perform(
        step.programme,
        lambda work: step.take(work, handling.ask_waiver, tranche=number, **arguments),
    )


@blueprint.route("/awards/<award_id>/tranches/<tranche>/waivers/confirm", methods=["POST"])
@requires("grants.payments.waive", fresh=True)
@command(versioned=True)
@blueprint.arguments(s.RequirementSchema)
@blueprint.response(200, ReceiptSchema)
def confirm_waiver(arguments: dict[str, Any], award_id: str, tranche: str) -> Response:
    """Agree to a waiver, as a second person."""
    number, step = tranche_number(tranche), award_step(award_id, "grants.payments.waive")
    return perform(
        step.programme,
        lambda work: step.take(work, handling.confirm_waiver, tranche=number, **arguments),
    )
