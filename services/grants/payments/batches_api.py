"""JSON routes of batches, under ``/grants/api/v1``.

GET  /batches                       batches, newest first
GET  /batches/<id>                  one with its lines
POST /batches                       put payments together (first person)
POST /batches/<id>/authorise        agree (second person)
POST /batches/<id>/release          let it go (third person)
POST /batches/<id>/export           make the file for the bank, once
GET  /batches/<id>/file             that file, the same bytes each time
POST /batches/<id>/rebuild          go on without some payments
POST /batches/<id>/dissolve         give it up
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.grants.awards.acting import account_shown, note_read, reach, reads_accounts
from services.grants.awards.schemas import ReasonSchema
from services.grants.payments import batch_views, preparing
from services.grants.payments.acting import batch_of, batch_step, one_programme
from services.grants.payments.batch import BATCH
from services.grants.payments.batch_export import export_step, file_answer
from services.grants.payments.schemas import (
    BatchArguments,
    BatchPageSchema,
    PrepareSchema,
    RebuildSchema,
    WholeBatchSchema,
    batch_line_out,
    batch_out,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("batches_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/batches", methods=["GET"])
@requires("grants.batches.read")
@blueprint.arguments(BatchArguments, location="query")
@blueprint.response(200, BatchPageSchema)
def list_batches(arguments: dict[str, Any]) -> dict[str, Any]:
    """List batches, newest first."""
    page: PageRequest = arguments["page"]
    before = page.after(str)
    with service().database.reading() as connection:
        rows = batch_views.batch_list(
            connection,
            reach("grants.batches.read"),
            statuses=(arguments["state"],) if arguments["state"] else (),
            before=before[0] if before else None,
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.batch_id,))
    answer["items"] = [batch_out(row) for row in answer["items"]]
    return answer


@blueprint.route("/batches", methods=["POST"])
@requires("grants.batches.write")
@command()
@blueprint.arguments(PrepareSchema)
@blueprint.response(201, ReceiptSchema)
def prepare_batch(arguments: dict[str, Any]) -> Response:
    """Put payments together; each is prepared for its payee's account as it is now."""
    payment_ids, by = arguments["payments"], actor()

    def prepare(work: Work) -> Answer:
        batch_id = preparing.prepare_batch(work, payment_ids, by=by)
        location = f"/grants/api/v1/batches/{batch_id}"
        return receipt(work, BATCH, batch_id, status=201, location=location)

    return perform(one_programme(payment_ids, "grants.batches.write"), prepare)


@blueprint.route("/batches/<batch_id>", methods=["GET"])
@requires("grants.batches.read")
@blueprint.response(200, WholeBatchSchema)
def show_batch(batch_id: str) -> Response:
    """Show a batch with its lines, payees as they are now."""
    row = batch_of(batch_id, "grants.batches.read")
    with service().database.reading() as connection:
        lines = batch_views.batch_lines(connection, batch_id)
    whole = reads_accounts(row.programme)
    note_read(
        "names_and_accounts" if whole else "names",
        subject=f"batch/{batch_id}",
        programme=row.programme,
    )
    shown = batch_out(row)
    shown["lines"] = [batch_line_out(line, account_shown(line, whole=whole)) for line in lines]
    return set_version(jsonify(WholeBatchSchema().dump(shown)), row.version)


@blueprint.route("/batches/<batch_id>/authorise", methods=["POST"])
@requires("grants.batches.authorise")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def authorise_batch(batch_id: str) -> Response:
    """Agree to a batch and every payment in it; never who prepared one of them."""
    step = batch_step(batch_id, "grants.batches.authorise")
    return perform(step.programme, lambda work: step.take(work, preparing.authorise_batch))


@blueprint.route("/batches/<batch_id>/release", methods=["POST"])
@requires("grants.batches.release", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def release_batch(batch_id: str) -> Response:
    """Let a batch go; never who prepared or authorised it, or changed an account in it."""
    step = batch_step(batch_id, "grants.batches.release")
    return perform(step.programme, lambda work: step.take(work, preparing.release_batch))


@blueprint.route("/batches/<batch_id>/export", methods=["POST"])
@requires("grants.batches.export", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def export_batch(batch_id: str) -> Response:
    """Make the file for the bank; a second time it is the same file."""
    step, export = export_step(batch_id)
    return perform(step.programme, lambda work: step.take(work, export))


@blueprint.route("/batches/<batch_id>/file", methods=["GET"])
@requires("grants.batches.export", fresh=True)
@blueprint.response(200, content_type="text/csv")
def show_file(batch_id: str) -> Response:
    """Give the file of an exported batch, the same bytes each time."""
    return file_answer(batch_id)


@blueprint.route("/batches/<batch_id>/rebuild", methods=["POST"])
@requires("grants.batches.write")
@command(versioned=True)
@blueprint.arguments(RebuildSchema)
@blueprint.response(200, ReceiptSchema)
def rebuild_batch(arguments: dict[str, Any], batch_id: str) -> Response:
    """Take payments out; what stays is authorised and released anew."""
    step = batch_step(batch_id, "grants.batches.write")
    return perform(
        step.programme, lambda work: step.take(work, preparing.rebuild_batch, **arguments)
    )


@blueprint.route("/batches/<batch_id>/dissolve", methods=["POST"])
@requires("grants.batches.write")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def dissolve_batch(arguments: dict[str, Any], batch_id: str) -> Response:
    """Give a batch up: its payments are scheduled again."""
    step = batch_step(batch_id, "grants.batches.write")
    return perform(
        step.programme, lambda work: step.take(work, preparing.dissolve_batch, **arguments)
    )
