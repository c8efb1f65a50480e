"""JSON routes of certificates, under ``/trainings/api/v1``.

POST /cohorts/<id>/certificates                 issue to chosen participants of a cohort
GET  /certificates                              certificates in reach, newest number first
GET  /certificates/<id>                         one
GET  /certificates/<id>/documents               its documents; …/<version>/<duplicate>: as PDF
POST /certificates/<id>/corrections             the same number, the next version
POST /certificates/<id>/duplicates              replace a lost document
POST /certificates/<id>/revocation              propose it; …/confirm and …/decline by a second
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.asking import reach
from services.trainings.certificates import acting, documents, handling, views
from services.trainings.certificates.handling import Content
from services.trainings.certificates.schemas import (
    CertificateArguments,
    CertificatePageSchema,
    CertificateSchema,
    CorrectionSchema,
    DocumentsSchema,
    IssueReceiptSchema,
    IssueSchema,
    RevocationSchema,
)
from services.trainings.certificates.views import Search
from services.trainings.cohorts import acting as cohorts
from shared.files.kinds import PDF
from shared.web.access import requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

API = "/trainings/api/v1"

blueprint = ApiBlueprint("certificates_api", __name__, url_prefix=API)


@blueprint.route("/cohorts/<cohort_id>/certificates", methods=["POST"])
@requires("trainings.certificates.issue")
@command(versioned=True)
@blueprint.arguments(IssueSchema)
@blueprint.response(201, IssueReceiptSchema)
def issue(arguments: dict[str, Any], cohort_id: str) -> Response:
    """Issue to these participants in this order, or to nobody; who has one keeps it.

    If-Match names the cohort's version, on which it was seen who qualifies.
    """
    cohort = cohorts.found(cohort_id, "trainings.certificates.issue")
    handler = acting.issuing(
        cohort,
        version=required_version(),
        people=arguments["registrations"],
        issuer=arguments["issuer"],
        language=arguments["language"],
        location=lambda _: f"{API}/certificates?cohort_id={cohort.cohort_id}",
    )
    return acting.once_more(lambda: perform(cohort.programme, handler))


@blueprint.route("/certificates", methods=["GET"])
@requires("trainings.certificates.read")
@blueprint.arguments(CertificateArguments, location="query")
@blueprint.response(200, CertificatePageSchema)
def list_certificates(arguments: dict[str, Any]) -> dict[str, Any]:
    """List certificates, newest number first; a trainer's are of cohorts that they train."""
    page: PageRequest = arguments.pop("page")
    with service().database.reading() as connection:
        rows = views.certificates(
            connection,
            reach("trainings.certificates.read"),
            Search(**arguments),
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, lambda row: (row.number, row.certificate_id))
    acting.read(answer["items"], "certificates")
    return {"items": [_told(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/certificates/<certificate_id>", methods=["GET"])
@requires("trainings.certificates.read")
@blueprint.response(200, CertificateSchema)
def show_certificate(certificate_id: str) -> Response:
    """Show one certificate as it stands."""
    row = acting.found(certificate_id, "trainings.certificates.read")
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    acting.read([row], f"certificate/{row.certificate_id}")
    return set_version(jsonify(CertificateSchema().dump(_told(row))), row.version)


@blueprint.route("/certificates/<certificate_id>/documents", methods=["GET"])
@requires("trainings.certificates.read")
@blueprint.response(200, DocumentsSchema)
def list_documents(certificate_id: str) -> dict[str, Any]:
    """List what was handed out: every version and duplicate, and whether its bytes are kept."""
    row = acting.found(certificate_id, "trainings.certificates.read")
    found = documents.listed(row.certificate_id)
    return {
        "items": [
            {**one.row._asdict(), "current": one.current, "state": one.state} for one in found
        ]
    }


@blueprint.route(
    "/certificates/<certificate_id>/documents/<int:version>/<int:duplicate>", methods=["GET"]
)
@requires(documents.READ)
@blueprint.response(200, content_type=PDF)
def show_document(certificate_id: str, version: int, duplicate: int) -> Response:
    """Hand out a document as it was handed out before; one that is not yet made is made now."""
    row = acting.found(certificate_id, documents.READ)
    document = documents.found(row.certificate_id, version, duplicate)
    documents.record(row.programme, f"certificate/{row.certificate_id}")
    return documents.given(document)


@blueprint.route("/certificates/<certificate_id>/corrections", methods=["POST"])
@requires("trainings.certificates.supersede")
@command(versioned=True)
@blueprint.arguments(CorrectionSchema)
@blueprint.response(200, ReceiptSchema)
def correct(arguments: dict[str, Any], certificate_id: str) -> Response:
    """Correct what it says: the number stays, the version is the next, the code is new."""
    row, by = acting.found(certificate_id, "trainings.certificates.supersede"), actor()
    reason, own = arguments.pop("reason"), signed_in().registrations
    language = arguments.pop("language")
    content = Content(**{**acting.content_of(row), **_frozen(arguments)})
    return _perform(
        row,
        lambda work: handling.supersede(
            work,
            by=by,
            row=row,
            content=content,
            reason=reason,
            own_registrations=own,
            language=language,
        ),
    )


@blueprint.route("/certificates/<certificate_id>/duplicates", methods=["POST"])
@requires("trainings.certificates.duplicate")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def duplicate(certificate_id: str) -> Response:
    """Replace a lost document by one of its own, marked as a duplicate."""
    row, by = acting.found(certificate_id, "trainings.certificates.duplicate"), actor()
    return _perform(row, lambda work: handling.duplicate(work, by=by, row=row))


@blueprint.route("/certificates/<certificate_id>/revocation", methods=["POST"])
@requires("trainings.certificates.revoke")
@command(versioned=True)
@blueprint.arguments(RevocationSchema)
@blueprint.response(200, ReceiptSchema)
def propose_revocation(arguments: dict[str, Any], certificate_id: str) -> Response:
    """Propose that it must not stand; a second person decides."""
    row, by = acting.found(certificate_id, "trainings.certificates.revoke"), actor()
    return _perform(
        row,
        lambda work: handling.propose_revocation(
            work, by=by, certificate_id=row.certificate_id, reason=arguments["reason"]
        ),
    )


@blueprint.route("/certificates/<certificate_id>/revocation/confirm", methods=["POST"])
@requires("trainings.certificates.revoke")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_revocation(certificate_id: str) -> Response:
    """Agree to the proposal, as somebody who did not make it: it stands no more."""
    row, by = acting.found(certificate_id, "trainings.certificates.revoke"), actor()
    return _perform(
        row,
        lambda work: handling.revoke(
            work, by=by, certificate_id=row.certificate_id, country=row.country
        ),
    )


@blueprint.route("/certificates/<certificate_id>/revocation/decline", methods=["POST"])
@requires("trainings.certificates.revoke")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def decline_revocation(certificate_id: str) -> Response:
    """Let it stand, or take the own proposal back."""
    row, by = acting.found(certificate_id, "trainings.certificates.revoke"), actor()
    return _perform(
        row,
        lambda work: handling.decline_revocation(work, by=by, certificate_id=row.certificate_id),
    )


def _perform(row: Row[Any], act: Any) -> Response:
    place = f"{API}/certificates/{row.certificate_id}"
    handler = acting.on(row.certificate_id, required_version(), act, location=place)
    return perform(row.programme, handler)


def _frozen(arguments: dict[str, Any]) -> dict[str, Any]:
    if "session_dates" in arguments:
        return {**arguments, "session_dates": tuple(sorted(set(arguments["session_dates"])))}
    return arguments


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        **row._asdict(),
        "full_name": row.full_name if acting.names_whom(row) else None,
        "code": row.code if acting.sees_code(row) else None,
        "session_dates": handling.days_of(row),
        "recorded_at": acting.recorded_at(row),
    }
