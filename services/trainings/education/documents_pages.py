"""Pages of the documents of an education outcome, under ``/trainings/outcomes/<id>/documents``.

GET  /new                  choose a file; POST to the folder itself sends it
GET  /<sha256>             the file, to be saved; on record
GET  /<sha256>/remove      ask before it goes; POST takes it away
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import Errors, attempt, new_key, record_reading
from services.trainings.education import documents
from services.trainings.education.acting import READ, WRITE, found
from services.trainings.education.wording import FILE_WORDS, OUTCOME_WORDS
from services.trainings.people.wording import ERASED
from shared.errors import Missing, Refused
from shared.files.kinds import DOCUMENTS, ENDINGS
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.app import body_bytes_max
from shared.web.commands import actor
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.uploads import UPLOAD_BYTES_MAX, handed_out, received

LABELS: Final = {"file": N_("File")}

blueprint = Blueprint(
    "documents", __name__, url_prefix="/trainings/outcomes/<outcome_id>/documents"
)


@blueprint.get("/new")
@requires(WRITE)
def new(outcome_id: str) -> ResponseReturnValue:
    """Ask for the file."""
    row = found(outcome_id, WRITE)
    if row.withdrawn:
        raise Refused("outcome-withdrawn", N_("This outcome is withdrawn. Record it anew."))
    return _new_page(row)


@blueprint.post("")
@requires(WRITE)
@body_bytes_max(UPLOAD_BYTES_MAX)
def add(outcome_id: str) -> ResponseReturnValue:
    """Open it, look through it, keep it sealed for the person."""
    row = found(outcome_id, WRITE)

    def run() -> Response:
        version, cleaned = required_version(), received("file")
        there = url_for("education.show", outcome_id=outcome_id)
        response = documents.add(row, cleaned, by=actor(), version=version, location=there)
        flash(say(N_("The document is kept.")), "info")
        return response

    def again(errors: Errors) -> str:
        return _new_page(row, errors)

    return attempt(run, again, labels=LABELS)


@blueprint.get("/<sha256>")
@requires(READ)
def show(outcome_id: str, sha256: str) -> ResponseReturnValue:
    """The file, to be saved; who read it is on record before it leaves."""
    row = found(outcome_id, READ)
    document = documents.found(outcome_id, sha256)
    content = documents.content_of(document)
    if content is None:
        raise Missing("document-erased", N_("This document was erased."))
    record_reading([row.programme], what="document", subject=f"outcome/{outcome_id}")
    return handed_out(content, document.row.media_type, name=f"document-{document.number}")


@blueprint.get("/<sha256>/remove")
@requires(WRITE)
def ask(outcome_id: str, sha256: str) -> ResponseReturnValue:
    """Say what follows, before it does."""
    row = found(outcome_id, WRITE)
    return _remove_page(row, documents.found(outcome_id, sha256))


@blueprint.post("/<sha256>/remove")
@requires(WRITE)
def remove(outcome_id: str, sha256: str) -> ResponseReturnValue:
    """Take a document away for good."""
    row, there = found(outcome_id, WRITE), url_for("education.show", outcome_id=outcome_id)
    try:
        document = documents.found(outcome_id, sha256)
    except Missing:
        # A second click: it is gone, as was wished.
        return redirect(there, 303)

    def run() -> Response:
        response = documents.remove(
            row, document, by=actor(), version=required_version(), location=there
        )
        flash(say(N_("The document is removed.")), "info")
        return response

    return attempt(run, lambda errors: _remove_page(row, document, errors))


def _new_page(row: Row[Any], errors: Errors = ()) -> str:
    record_reading([row.programme], what="outcome", subject=f"outcome/{row.outcome_id}")
    return render_template(
        "trainings/education/document.html",
        outcome=row,
        what=say(OUTCOME_WORDS[row.outcome]),
        name=row.full_name or say(ERASED),
        accept=",".join((*DOCUMENTS, *(f".{ending}" for ending in ENDINGS.values()))),
        errors=errors,
        wrong=dict(errors).get("file", ""),
        key=new_key(),
    )


def _remove_page(row: Row[Any], document: documents.Document, errors: Errors = ()) -> str:
    return render_template(
        "trainings/education/remove_document.html",
        outcome=row,
        document=document,
        kind=say(FILE_WORDS[document.row.media_type]),
        errors=errors,
        key=new_key(),
    )
