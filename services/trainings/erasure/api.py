"""JSON routes of erasures, under ``/trainings/api/v1``.

GET  /erasures                       the newest first; ?state=
POST /erasures                       ask for one; every service is asked what it holds
POST /erasures/own                   an applicant asks for their own data
POST /erasures/own/<id>/cancel       and calls it off, before it is confirmed
GET  /erasures/<id>                  what would go or went, what stays, what each service answered
POST /erasures/<id>/confirm          by a second person, with a factor just proved
POST /erasures/<id>/cancel           before it is confirmed
GET  /erasures/<id>/certificate      once all is erased
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify

from services.trainings.erasure import acting, views
from services.trainings.erasure.acting import (
    CONFIRM,
    READ,
    REQUEST,
    REQUEST_OWN,
    certificate,
    found,
    listed,
    whole,
)
from services.trainings.erasure.schemas import (
    ErasureArguments,
    ErasureCertificateSchema,
    ErasurePageSchema,
    ErasureRequestSchema,
    ErasureWholeSchema,
    OwnErasureSchema,
)
from shared.web.access import requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("erasures_api", __name__, url_prefix=BASE)


@blueprint.route("/erasures", methods=["GET"])
@requires(READ)
@blueprint.arguments(ErasureArguments, location="query")
@blueprint.response(200, ErasurePageSchema)
def list_erasures(arguments: dict[str, Any]) -> dict[str, Any]:
    """List erasures, the newest first; cancelled ones too."""
    page: PageRequest = arguments["page"]
    with service().database.reading() as connection:
        rows = views.erasures(
            connection,
            signed_in().programmes(READ),
            state=arguments["state"],
            after=page.after(datetime, str),
            limit=page.limit + 1,
        )
    answer = page.answer(rows, views.key_of)
    return {"items": [listed(row) for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/erasures", methods=["POST"])
@requires(REQUEST)
@command()
@blueprint.arguments(ErasureRequestSchema)
@blueprint.response(201, ReceiptSchema)
def request_erasure(arguments: dict[str, Any]) -> Response:
    """Ask for data of a person to be erased; nothing goes before a second person confirms."""
    row = acting.person_to_erase(arguments["registration_id"])
    handler = acting.requesting(
        row,
        by=actor(),
        classes=arguments["classes"],
        ground=arguments["ground"],
        location=lambda one: f"{BASE}/erasures/{one}",
    )
    return perform(row.programme, handler)


@blueprint.route("/erasures/own", methods=["POST"])
@requires(REQUEST_OWN)
@command()
@blueprint.arguments(OwnErasureSchema)
@blueprint.response(201, ReceiptSchema)
def request_own_erasure(arguments: dict[str, Any]) -> Response:
    """Ask for one's own data to be erased; a programme officer confirms it."""
    row = acting.own_registration(arguments["registration_id"])
    handler = acting.requesting(
        row,
        by=actor(),
        classes=arguments["classes"],
        ground="request_of_the_person",
        by_the_person=True,
        location=lambda one: f"{BASE}/erasures/{one}",
    )
    return perform(row.programme, handler)


@blueprint.route("/erasures/own/<erasure_id>/cancel", methods=["POST"])
@requires(REQUEST_OWN)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def cancel_own_erasure(erasure_id: str) -> Response:
    """Call off what one asked for about oneself, before it is confirmed."""
    row, version = acting.own_erasure(erasure_id), required_version()
    return perform(row.programme, acting.cancelling(erasure_id, by=actor(), version=version))


@blueprint.route("/erasures/<erasure_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, ErasureWholeSchema)
def show_erasure(erasure_id: str) -> Response:
    """Show what would go or went, what stays and why, and what each service answered."""
    row = found(erasure_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    return set_version(jsonify(ErasureWholeSchema().dump(whole(row))), row.version)


@blueprint.route("/erasures/<erasure_id>/confirm", methods=["POST"])
@requires(CONFIRM, fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_erasure(erasure_id: str) -> Response:
    """Confirm an erasure that somebody else asked for; nothing stops it after that."""
    row, version = found(erasure_id, CONFIRM), required_version()
    return perform(row.programme, acting.confirming(erasure_id, by=actor(), version=version))


@blueprint.route("/erasures/<erasure_id>/cancel", methods=["POST"])
@requires(REQUEST)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def cancel_erasure(erasure_id: str) -> Response:
    """Call an erasure off before it is confirmed."""
    row, version = found(erasure_id, REQUEST), required_version()
    return perform(row.programme, acting.cancelling(erasure_id, by=actor(), version=version))


@blueprint.route("/erasures/<erasure_id>/certificate", methods=["GET"])
@requires(READ)
@blueprint.response(200, ErasureCertificateSchema)
def show_certificate(erasure_id: str) -> Response:
    """Show the certificate of a completed erasure, without any personal data."""
    row = found(erasure_id, READ)
    return set_version(jsonify(ErasureCertificateSchema().dump(certificate(row))), row.version)
