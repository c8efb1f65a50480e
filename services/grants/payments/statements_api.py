"""JSON routes of the bank's statement, under ``/grants/api/v1``.

POST /statements                                take a statement in: each line has one effect
GET  /statements/lines                          lines, by end-to-end id, also of one state
GET  /statements/lines/<id>                     one
POST /statements/lines/<id>/match               it is about this payment
POST /statements/lines/<id>/unmatch             say that a match was a mistake
POST /statements/lines/<id>/unmatch/confirm     undo it, as a second person
POST /statements/lines/<id>/dismiss             it is about no grant
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.grants.awards.acting import reach
from services.grants.awards.schemas import ReasonSchema
from services.grants.payments import line_views, matching
from services.grants.payments.acting import line_of, line_step
from services.grants.payments.importing import check_programme, import_statement, read_or_refuse
from services.grants.payments.schemas import (
    DismissSchema,
    LineArguments,
    LinePageSchema,
    LineSchema,
    MatchSchema,
    OutcomeSchema,
    StatementSchema,
    line_out,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("statements_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/statements", methods=["POST"])
@requires("grants.statements.import")
@command()
@blueprint.arguments(StatementSchema)
@blueprint.response(200, OutcomeSchema)
def take_statement(arguments: dict[str, Any]) -> Response:
    """Take a statement in, whole or not at all; the same line again has no effect."""
    programme, by = check_programme(arguments["programme"]), actor()
    lines = read_or_refuse(arguments["csv"])
    return perform(programme, lambda work: Answer(dict(import_statement(work, lines, by=by))))


@blueprint.route("/statements/lines", methods=["GET"])
@requires("grants.statements.read")
@blueprint.arguments(LineArguments, location="query")
@blueprint.response(200, LinePageSchema)
def list_lines(arguments: dict[str, Any]) -> dict[str, Any]:
    """List the statement's lines by end-to-end id."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = line_views.line_list(
            connection,
            reach("grants.statements.read"),
            status=arguments["state"] or None,
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.end_to_end_id, row.line_id))
    answer["items"] = [line_out(row) for row in answer["items"]]
    return answer


@blueprint.route("/statements/lines/<line_id>", methods=["GET"])
@requires("grants.statements.read")
@blueprint.response(200, LineSchema)
def show_line(line_id: str) -> Response:
    """Show a line of the statement."""
    row = line_of(line_id, "grants.statements.read")
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    return set_version(jsonify(LineSchema().dump(line_out(row))), row.version)


@blueprint.route("/statements/lines/<line_id>/match", methods=["POST"])
@requires("grants.statements.match")
@command(versioned=True)
@blueprint.arguments(MatchSchema)
@blueprint.response(200, ReceiptSchema)
def match_line(arguments: dict[str, Any], line_id: str) -> Response:
    """Say which payment it is about: the payment is paid, or came back."""
    step = line_step(line_id, "grants.statements.match")
    return perform(
        step.programme, lambda work: step.take(work, matching.match_by_hand, **arguments)
    )


@blueprint.route("/statements/lines/<line_id>/unmatch", methods=["POST"])
@requires("grants.statements.match")
@command(versioned=True)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ReceiptSchema)
def ask_unmatch(arguments: dict[str, Any], line_id: str) -> Response:
    """Say that a debit was matched to the wrong payment; a second person undoes it."""
    step = line_step(line_id, "grants.statements.match")
    return perform(step.programme, lambda work: step.take(work, matching.ask_unmatch, **arguments))


@blueprint.route("/statements/lines/<line_id>/unmatch/confirm", methods=["POST"])
@requires("grants.payments.authorise")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_unmatch(line_id: str) -> Response:
    """Undo a match, as a second person: payment, budget and tranche are as before."""
    step = line_step(line_id, "grants.payments.authorise")
    return perform(step.programme, lambda work: step.take(work, matching.confirm_unmatch))


@blueprint.route("/statements/lines/<line_id>/dismiss", methods=["POST"])
@requires("grants.statements.match")
@command(versioned=True)
@blueprint.arguments(DismissSchema)
@blueprint.response(200, ReceiptSchema)
def dismiss_line(arguments: dict[str, Any], line_id: str) -> Response:
    """Say that a line is about no grant."""
    step = line_step(line_id, "grants.statements.match")
    return perform(step.programme, lambda work: step.take(work, matching.dismiss_line, **arguments))
