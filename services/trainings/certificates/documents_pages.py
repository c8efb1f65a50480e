"""Pages of documents of certificates, under ``/trainings``.

GET /certificates/<id>/documents/<version>/<duplicate>   one, as it was handed out
GET /certificates/<id>/print                             the newest one
GET /cohorts/<id>/certificates/documents                 how many of a cohort's are ready
GET /cohorts/<id>/certificates/folder                    all of them in one ZIP
GET /cohorts/<id>/certificates/print                     all of them in one PDF, to be printed
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.trainings.certificates import acting, documents
from services.trainings.certificates.documents import READ
from services.trainings.certificates.wording import document_of
from services.trainings.cohorts import acting as cohorts
from shared.web.access import requires

blueprint = Blueprint("documents", __name__)

FOLDER: Final = "certificates"


@blueprint.get("/certificates/<certificate_id>/documents/<int:version>/<int:duplicate>")
@requires(READ)
def show(certificate_id: str, version: int, duplicate: int) -> ResponseReturnValue:
    """One document, as it was handed out."""
    row = acting.found(certificate_id, READ)
    document = documents.found(row.certificate_id, version, duplicate)
    documents.record(row.programme, f"certificate/{row.certificate_id}")
    return documents.given(document)


@blueprint.get("/certificates/<certificate_id>/print")
@requires(READ)
def newest(certificate_id: str) -> ResponseReturnValue:
    """The newest document of a certificate."""
    row = acting.found(certificate_id, READ)
    document = documents.listed(row.certificate_id)[0]
    documents.record(row.programme, f"certificate/{row.certificate_id}")
    return documents.given(document)


@blueprint.get("/cohorts/<cohort_id>/certificates/documents")
@requires(READ)
def of_cohort(cohort_id: str) -> ResponseReturnValue:
    """How many of a cohort's documents are ready, and where they are to be had."""
    row = cohorts.found(cohort_id, READ)
    found = documents.latest(row.cohort_id)
    if not found:
        return redirect(cohorts.address(row.cohort_id), 303)
    to_be_had = [one for one in found if one.state not in ("erased", "unmakeable")]
    facts = {
        "row": row,
        "ready": sum(one.state == "kept" for one in to_be_had),
        "total": len(to_be_had),
        "awaited": any(one.state == "waiting" for one in found),
        "missing": [one for one in found if one.state == "unmakeable"],
        "documents": [(one, document_of(one.state)) for one in found],
    }
    if request.headers.get("HX-Request"):
        return render_template("trainings/certificates/documents_progress.html", **facts)
    return render_template("trainings/certificates/documents.html", **facts)


@blueprint.get("/cohorts/<cohort_id>/certificates/folder")
@requires(READ)
def folder(cohort_id: str) -> ResponseReturnValue:
    """All documents of a cohort in one ZIP."""
    row = cohorts.found(cohort_id, READ)
    documents.record(row.programme, f"cohort/{row.cohort_id}")
    return documents.folder(documents.latest(row.cohort_id), name=FOLDER)


@blueprint.get("/cohorts/<cohort_id>/certificates/print")
@requires(READ)
def to_print(cohort_id: str) -> ResponseReturnValue:
    """All documents of a cohort in one PDF."""
    row = cohorts.found(cohort_id, READ)
    found = documents.latest(row.cohort_id)
    if not found:
        return redirect(url_for("cohorts.show", cohort_id=row.cohort_id), 303)
    documents.record(row.programme, f"cohort/{row.cohort_id}")
    return documents.to_print(found, name=FOLDER)
