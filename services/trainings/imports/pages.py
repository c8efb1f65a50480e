"""Pages of imports, under ``/trainings/imports``: one step a page, all of it without scripts.

GET      /                    the imports, the newest first
GET POST /new                 the sheet, and whether its rows are of the past
GET POST /<id>/sheet          what it holds, on which tab, under how many rows of headers
GET POST /<id>/columns        which column is what; the first rows as they are understood
GET      /<id>                what was found; how far it is; what came of it
POST     /<id>/enter          have it entered
GET POST /<id>/discard        enter nothing
GET      /<id>/progress       how far it is, a piece of the page
GET      /<id>/report/<form>  what was found, as xlsx or csv
GET POST /certificates        certificates from before, once everything else is in
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    page_request,
    programme_of,
    programmes,
    reach,
    record_reading,
    typed,
)
from services.trainings.imports import acting, handling, shelving, showing, views
from services.trainings.imports.acting import HISTORY, READ, WRITE, discardable, found, mine
from services.trainings.imports.importing import CERTIFICATES, IMPORT
from services.trainings.imports.reportfiles import report_file
from services.trainings.imports.wording import KIND_WORDS, LABELS, PHASE_WORDS
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.app import body_bytes_max
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.uploads import UPLOAD_BYTES_MAX, received_sheet

SHOWN_MAX: Final = 100

blueprint = Blueprint("imports", __name__, url_prefix="/trainings/imports")


@blueprint.get("")
@requires(READ)
def list_imports() -> ResponseReturnValue:
    """The imports that the reader may know of."""
    page, within = page_request(), reach(READ)
    with service().database.reading() as connection:
        rows = views.imports(
            connection,
            whole=within.whole,
            own=within.own,
            account_id=within.account_id,
            after=page.after(datetime, str),
            limit=page.limit + 1,
        )
        names = staff_names(connection)
        waiting = {one: views.to_certify(connection, one) for one in acting.history_programmes()}
    answer = page.answer(rows, views.key_of)
    return render_template(
        "trainings/imports/list.html",
        imports=[showing.line(row, names.get(row.kept_by, row.kept_by)) for row in answer["items"]],
        following=url_for(".list_imports", cursor=answer["next"]) if answer["next"] else "",
        may_send=may(signed_in(), WRITE),
        to_certify=sum(map(len, waiting.values())),
    )


@blueprint.get("/new")
@requires(WRITE)
def new() -> ResponseReturnValue:
    """Ask for the sheet."""
    return _new_page()


@blueprint.post("/new")
@requires(WRITE)
@body_bytes_max(UPLOAD_BYTES_MAX)
def send() -> ResponseReturnValue:
    """Keep a sheet that can be read."""

    def run() -> Response:
        history = typed("when") == "history"
        programme = programme_of(HISTORY if history else WRITE, typed("programme"))
        there = url_for(".sheet", import_id="0").replace("/0/", "/{id}/")
        cleaned = received_sheet("file")
        return acting.keep(programme, cleaned, history=history, location=there, page=True)

    return attempt(run, _new_page, labels=LABELS)


@blueprint.get("/<import_id>")
@requires(READ)
def show(import_id: str) -> ResponseReturnValue:
    """What was found, how far it is, what came of it."""
    return _show_page(found(import_id, READ))


@blueprint.get("/<import_id>/progress")
@requires(READ)
def progress(import_id: str) -> ResponseReturnValue:
    """How far it is, as a piece of the page that asks for it again and again."""
    row = found(import_id, READ)
    return render_template("trainings/imports/progress.html", row=row, line=_line(row), polled=True)


@blueprint.post("/<import_id>/enter")
@requires(WRITE)
def enter(import_id: str) -> ResponseReturnValue:
    """Have it entered; whoever said so need not stay."""
    row = mine(import_id)

    def run() -> Response:
        if row.kind != CERTIFICATES:
            acting.ensure_kind(row.kind, row.programme, history=row.history)
            acting.ensure_reach(row)
        by, version = actor(), required_version()

        def begin(work: Work) -> Answer:
            work.expect(IMPORT, import_id, version)
            handling.begin(work, by=by, import_id=import_id)
            return receipt(work, IMPORT, import_id, location=_there(import_id))

        return perform_page(row.programme, begin)

    return attempt(run, lambda errors: _show_page(found(import_id, WRITE), errors))


@blueprint.get("/<import_id>/discard")
@requires(WRITE)
def ask_discard(import_id: str) -> ResponseReturnValue:
    """Say what follows."""
    return _discard_page(discardable(import_id))


@blueprint.post("/<import_id>/discard")
@requires(WRITE)
def discard(import_id: str) -> ResponseReturnValue:
    """Enter nothing, and let the file go."""
    row = discardable(import_id)

    def run() -> Response:
        by = actor()

        def discarded(work: Work) -> Answer:
            handling.discard(work, by=by, import_id=import_id)
            return receipt(work, IMPORT, import_id, location=url_for(".list_imports"))

        response = perform_page(row.programme, discarded)
        after = found(import_id, WRITE)
        said = N_("No more of it is entered. The file is destroyed.")
        if not after.entered:
            said = N_("Nothing was entered. The file is destroyed.")
        flash(say(said), "info")
        return response

    return attempt(run, lambda errors: _discard_page(found(import_id, WRITE), errors))


@blueprint.get("/<import_id>/report/<form>")
@requires(WRITE)
def report(import_id: str, form: str) -> ResponseReturnValue:
    """What was found, as a file."""
    row = mine(import_id)
    findings = shelving.report(service(), row.report)
    record_reading([row.programme], what="import_report", subject=f"import/{import_id}")
    return report_file(findings, form)


@blueprint.get("/certificates")
@requires(HISTORY)
def ask_certificates() -> ResponseReturnValue:
    """Which cohorts from before wait for their certificates."""
    return _certificates_page(())


@blueprint.post("/certificates")
@requires(HISTORY)
def certificates() -> ResponseReturnValue:
    """Have them entered."""

    def run() -> Response:
        programme, by = programme_of(HISTORY, typed("programme")), actor()

        def asked(work: Work) -> Answer:
            import_id = handling.ask_certifying(work, by=by)
            handling.begin(work, by=by, import_id=import_id)
            return receipt(work, IMPORT, import_id, location=_there(import_id))

        return perform_page(programme, asked)

    return attempt(run, _certificates_page, labels=LABELS)


def _there(import_id: str) -> str:
    return url_for(".show", import_id=import_id)


def _line(row: Row[Any]) -> dict[str, Any]:
    with service().database.reading() as connection:
        names = staff_names(connection)
    return showing.line(row, names.get(row.kept_by, row.kept_by))


def _new_page(errors: Errors = ()) -> str:
    history = acting.history_programmes()
    daily = programmes(WRITE)
    return render_template(
        "trainings/imports/new.html",
        programmes=daily,
        programme_options=[(one, one) for one in daily],
        history=bool(history),
        typed=request.form,
        labels={name: say(words) for name, words in LABELS.items()},
        errors=errors,
        wrong=dict(errors),
        key=new_key(),
    )


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    own = row.kept_by == actor()
    only = request.args.get("only", "")
    findings = shelving.report(service(), row.report) if own else []
    shown = [
        one
        for one in findings
        if only not in ("errors", "warnings") or one.error == (only == "errors")
    ]
    if findings:
        record_reading([row.programme], what="import_report", subject=f"import/{row.import_id}")
    start = min(_number(request.args.get("from", "")), max(0, len(shown) - 1))
    return render_template(
        "trainings/imports/show.html",
        row=row,
        line=_line(row),
        own=own,
        kind=say(KIND_WORDS[row.kind]),
        phase=say(PHASE_WORDS[row.phase]),
        findings=[showing.told(one) for one in shown[start : start + SHOWN_MAX]],
        shown=len(shown),
        start=start,
        following=start + SHOWN_MAX if start + SHOWN_MAX < len(shown) else 0,
        previous=max(0, start - SHOWN_MAX) if start else None,
        only=only,
        total=len(findings),
        errors=errors,
        key=new_key(),
        stuck=handling.is_stuck(row, service().clock.now()),
        left_rows=", ".join(map(str, msgspec.json.decode(row.left_rows, type=list[int]))),
        to_certify=_to_certify(row),
    )


def _to_certify(row: Row[Any]) -> int:
    if not row.history or not acting.may_history(row.programme):
        return 0
    with service().database.reading() as connection:
        return len(views.to_certify(connection, row.programme))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0


def _discard_page(row: Row[Any], errors: Errors = ()) -> str:
    return render_template(
        "trainings/imports/discard.html", row=row, line=_line(row), errors=errors, key=new_key()
    )


def _certificates_page(errors: Errors = ()) -> str:
    of = acting.history_programmes()
    with service().database.reading() as connection:
        waiting = {one: views.to_certify(connection, one) for one in of}
    return render_template(
        "trainings/imports/certificates.html",
        cohorts=[row for rows in waiting.values() for row in rows],
        programmes=[one for one, rows in waiting.items() if rows],
        programme_options=[(one, one) for one, rows in waiting.items() if rows],
        errors=errors,
        labels={name: say(words) for name, words in LABELS.items()},
        typed=request.form,
        key=new_key(),
    )
