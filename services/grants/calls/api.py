"""JSON routes of calls and their budgets; under ``/grants/api/v1``.

GET  /calls                    by state and programme; drafts for staff only
POST /calls                    draft one
GET  /calls/<id>               with its terms
GET  /calls/<id>/budget        where its money is, once it has opened
POST /calls/<id>/terms         title and terms, until it opens
POST /calls/<id>/publish, /open, /close, /cancel, /archive
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from flask import Response, jsonify

from services.grants.calls import handling, views
from services.grants.calls.schemas import (
    CallArguments,
    CallBudgetSchema,
    CallPageSchema,
    CallSchema,
    ChangedCallSchema,
    NewCallSchema,
)
from services.grants.programmes.schemas import EndReasonSchema
from shared.access.reader import may
from shared.errors import Missing
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

PREFIX = "/grants/api/v1"
blueprint = ApiBlueprint("calls_api", __name__, url_prefix=PREFIX)


@blueprint.route("/calls", methods=["GET"])
@requires("grants.calls.read")
@blueprint.arguments(CallArguments, location="query")
@blueprint.response(200, CallPageSchema)
def list_calls(arguments: dict[str, Any]) -> dict[str, Any]:
    """List calls by code, with where their money is."""
    page: PageRequest = arguments["page"]
    reader = signed_in()
    with service().database.reading() as connection:
        rows = views.calls(
            connection,
            within=reader.programmes("grants.calls.read"),
            drafts_within=handling.drafts_within(reader),
            states=(arguments["state"],) if arguments["state"] else (),
            programme=arguments["programme"],
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row["code"], row["call_id"]))
    items = [{**row, "money": views.money_of(row)} for row in answer["items"]]
    return {"items": items, "next": answer["next"]}


@blueprint.route("/calls", methods=["POST"])
@requires("grants.calls.write")
@command()
@blueprint.arguments(NewCallSchema)
@blueprint.response(201, ReceiptSchema)
def draft_call(arguments: dict[str, Any]) -> Response:
    """Draft a call."""
    programme = arguments.pop("programme")
    by = ensure("grants.calls.write", programme).account_id

    def handler(work: Work) -> Answer:
        answer = handling.draft_call(work, by=by, **arguments)
        return replace(answer, location=f"{PREFIX}/calls/{answer.body['id']}")

    return perform(programme, handler)


@blueprint.route("/calls/<call_id>", methods=["GET"])
@requires("grants.calls.read")
@blueprint.response(200, CallSchema)
def show_call(call_id: str) -> Response:
    """Show a call with its terms; committee members to those who may read meetings."""
    row = handling.call_row(call_id)
    if not_modified(row["version"]):
        return set_version(Response(status=304), row["version"])
    terms = views.terms(row)
    if not may(signed_in(), "grants.meetings.read", row["programme"]):
        terms = msgspec.structs.replace(terms, member_ids=())
    return set_version(jsonify(CallSchema().dump({**row, "terms": terms})), row["version"])


@blueprint.route("/calls/<call_id>/budget", methods=["GET"])
@requires("grants.calls.read")
@blueprint.response(200, CallBudgetSchema)
def show_call_budget(call_id: str) -> Response:
    """Show where a call's money is. Its ETag is the budget's, which no command here takes."""
    row = handling.call_row(call_id)
    with service().database.reading() as connection:
        balance = views.budget(connection, call_id)
    if balance is None:
        raise Missing("budget-missing", N_("This call has no budget yet."))
    if not_modified(balance["version"]):
        return set_version(Response(status=304), balance["version"])
    version, money = balance["version"], views.money_of(balance) or {}
    shown = {**money, "call_id": row["call_id"], "version": version}
    return set_version(jsonify(CallBudgetSchema().dump(shown)), version)


@blueprint.route("/calls/<call_id>/terms", methods=["POST"])
@requires("grants.calls.write")
@command(versioned=True)
@blueprint.arguments(ChangedCallSchema)
@blueprint.response(200, ReceiptSchema)
def amend_call(arguments: dict[str, Any], call_id: str) -> Response:
    """Give a call that is not open yet another title and other terms, whole."""
    programme, facts = _acting(call_id, "grants.calls.write")
    return perform(programme, lambda work: handling.amend_call(work, call_id, **facts, **arguments))


@blueprint.route("/calls/<call_id>/publish", methods=["POST"])
@requires("grants.calls.publish")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def publish_call(call_id: str) -> Response:
    """Let everybody read the call."""
    programme, facts = _acting(call_id, "grants.calls.publish")
    return perform(programme, lambda work: handling.publish_call(work, call_id, **facts))


@blueprint.route("/calls/<call_id>/open", methods=["POST"])
@requires("grants.calls.open")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def open_call(call_id: str) -> Response:
    """Let applications come in, on or after its first day; the call gets its money with it."""
    programme, facts = _acting(call_id, "grants.calls.open")
    return perform(programme, lambda work: handling.open_call(work, call_id, **facts))


@blueprint.route("/calls/<call_id>/close", methods=["POST"])
@requires("grants.calls.close")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def close_call(call_id: str) -> Response:
    """Close the call after its deadline and grace."""
    programme, facts = _acting(call_id, "grants.calls.close")
    return perform(programme, lambda work: handling.close_call(work, call_id, **facts))


@blueprint.route("/calls/<call_id>/cancel", methods=["POST"])
@requires("grants.calls.cancel")
@command(versioned=True)
@blueprint.arguments(EndReasonSchema)
@blueprint.response(200, ReceiptSchema)
def cancel_call(arguments: dict[str, Any], call_id: str) -> Response:
    """Cancel a call that is not decided."""
    programme, facts = _acting(call_id, "grants.calls.cancel")
    return perform(
        programme, lambda work: handling.cancel_call(work, call_id, **facts, **arguments)
    )


@blueprint.route("/calls/<call_id>/archive", methods=["POST"])
@requires("grants.calls.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def archive_call(call_id: str) -> Response:
    """Put a decided call away."""
    programme, facts = _acting(call_id, "grants.calls.write")
    return perform(programme, lambda work: handling.archive_call(work, call_id, **facts))


def _acting(call_id: str, permission: str) -> tuple[str, dict[str, Any]]:
    """The call's programme; who acts, on which version."""
    row = handling.call_row(call_id, permission)
    return row["programme"], {"by": actor(), "version": required_version()}
