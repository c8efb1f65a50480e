"""JSON routes of imports, under ``/trainings/api/v1``. Files come in by the pages alone.

GET  /imports                  the newest first
GET  /imports/<id>             one, and how far it is
GET  /imports/<id>/findings    what was found in the rows; ?severity=errors|warnings
POST /imports/<id>/enter       have it entered
POST /imports/<id>/discard     enter nothing
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify

from services.trainings.asking import reach, record_reading
from services.trainings.imports import acting, handling, shelving, views
from services.trainings.imports.acting import READ, WRITE, discardable, found, mine
from services.trainings.imports.importing import CERTIFICATES, IMPORT
from services.trainings.imports.reporting import to_do
from services.trainings.imports.schemas import (
    FindingArguments,
    FindingPageSchema,
    ImportPageSchema,
    ImportSchema,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.language import say
from shared.web.pagination import PageArguments, PageRequest

blueprint = ApiBlueprint("imports_api", __name__, url_prefix="/trainings/api/v1")


@blueprint.route("/imports", methods=["GET"])
@requires(READ)
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, ImportPageSchema)
def list_imports(page: PageRequest) -> dict[str, Any]:
    """List imports, the newest first."""
    within = reach(READ)
    with service().database.reading() as connection:
        rows = views.imports(
            connection,
            whole=within.whole,
            own=within.own,
            account_id=within.account_id,
            after=page.after(datetime, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, views.key_of)
    return {**answer, "items": [row._asdict() for row in answer["items"]]}


@blueprint.route("/imports/<import_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, ImportSchema)
def show_import(import_id: str) -> Response:
    """Show one import and how far it is."""
    row = found(import_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    return set_version(jsonify(ImportSchema().dump(row._asdict())), row.version)


@blueprint.route("/imports/<import_id>/findings", methods=["GET"])
@requires(WRITE)
@blueprint.arguments(FindingArguments, location="query")
@blueprint.response(200, FindingPageSchema)
def list_findings(arguments: dict[str, Any], import_id: str) -> dict[str, Any]:
    """List what was found in the rows, errors first; for who sent the sheet."""
    row, page, only = mine(import_id), arguments["page"], arguments["severity"]
    findings = [
        (place, one)
        for place, one in enumerate(shelving.report(service(), row.report))
        if only not in ("errors", "warnings") or one.error == (only == "errors")
    ]
    record_reading([row.programme], what="import_report", subject=f"import/{import_id}")
    after = page.after(int)
    if after is not None:
        findings = [one for one in findings if one[0] > after[0]]
    answer = page.answer(findings[: page.limit + 1], lambda one: (one[0],))
    items = [
        {
            "row": one.row,
            "column": one.column,
            "error": one.error,
            "code": one.code,
            "detail": say(one.sentence, one.facts),
            "to_do": say(to_do(one)),
        }
        for _, one in answer["items"]
    ]
    return {**answer, "items": items}


@blueprint.route("/imports/<import_id>/enter", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def enter(import_id: str) -> Response:
    """Have it entered, whole or not at all; the work goes on by itself."""
    row, by, version = mine(import_id), actor(), required_version()
    if row.kind != CERTIFICATES:
        acting.ensure_kind(row.kind, row.programme, history=row.history)
        acting.ensure_reach(row)

    def begin(work: Work) -> Answer:
        work.expect(IMPORT, import_id, version)
        handling.begin(work, by=by, import_id=import_id)
        return receipt(work, IMPORT, import_id)

    return perform(row.programme, begin)


@blueprint.route("/imports/<import_id>/discard", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def discard(import_id: str) -> Response:
    """Enter nothing, and let the file go."""
    row, by, version = discardable(import_id), actor(), required_version()

    def discarded(work: Work) -> Answer:
        work.expect(IMPORT, import_id, version)
        handling.discard(work, by=by, import_id=import_id)
        return receipt(work, IMPORT, import_id)

    return perform(row.programme, discarded)
