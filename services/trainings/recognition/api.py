"""JSON routes of certificates from elsewhere, under ``/trainings/api/v1/recognitions``.

GET  /                              the latest first
GET  /<id>                          one
GET  /<id>/document                 the copy of the paper
POST /<id>/withdrawal               propose it; …/confirm and …/decline by a second person

One is recognised on the page, where the copy of the paper is sent along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.asking import reach
from services.trainings.education.acting import after
from services.trainings.recognition import acting, handling, views
from services.trainings.recognition.acting import READ, WITHDRAW
from services.trainings.recognition.schemas import (
    RecognitionArguments,
    RecognitionPageSchema,
    RecognitionSchema,
    WithdrawalSchema,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

API = "/trainings/api/v1/recognitions"

blueprint = ApiBlueprint("recognitions_api", __name__, url_prefix=API)


@blueprint.route("", methods=["GET"])
@requires(READ)
@blueprint.arguments(RecognitionArguments, location="query")
@blueprint.response(200, RecognitionPageSchema)
def list_recognitions(arguments: dict[str, Any]) -> dict[str, Any]:
    """List certificates from elsewhere, the latest recognised first."""
    page: PageRequest = arguments.pop("page")
    with service().database.reading() as connection:
        rows = views.recognitions(
            connection, reach(READ), **arguments, after=after(page), limit=page.limit + 1
        )
    answer = page.answer(rows, views.key_of)
    acting.read(answer["items"], "recognitions")
    return {"items": [row._asdict() for row in answer["items"]], "next": answer["next"]}


@blueprint.route("/<recognition_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, RecognitionSchema)
def show_recognition(recognition_id: str) -> Response:
    """Show one as it stands."""
    row = acting.found(recognition_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    acting.read([row], f"recognition/{row.recognition_id}")
    return set_version(jsonify(RecognitionSchema().dump(row._asdict())), row.version)


@blueprint.route("/<recognition_id>/document", methods=["GET"])
@requires(READ)
@blueprint.response(200, content_type="application/octet-stream")
def show_paper(recognition_id: str) -> Response:
    """Hand out the copy of the paper, by which it was recognised."""
    return acting.copy_of(acting.found(recognition_id, READ))


@blueprint.route("/<recognition_id>/withdrawal", methods=["POST"])
@requires(WITHDRAW)
@command(versioned=True)
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(200, ReceiptSchema)
def propose_withdrawal(arguments: dict[str, Any], recognition_id: str) -> Response:
    """Propose that it must not count; a second person decides."""
    row, by = acting.found(recognition_id, WITHDRAW), actor()
    return _perform(
        row,
        lambda work: handling.propose_withdrawal(
            work, by=by, recognition_id=row.recognition_id, reason=arguments["reason"]
        ),
    )


@blueprint.route("/<recognition_id>/withdrawal/confirm", methods=["POST"])
@requires(WITHDRAW)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_withdrawal(recognition_id: str) -> Response:
    """Agree to the proposal, as somebody who did not make it: it counts no more."""
    row, by = acting.found(recognition_id, WITHDRAW), actor()
    return _perform(
        row,
        lambda work: handling.withdraw(
            work, by=by, recognition_id=row.recognition_id, country=row.country
        ),
    )


@blueprint.route("/<recognition_id>/withdrawal/decline", methods=["POST"])
@requires(WITHDRAW)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def decline_withdrawal(recognition_id: str) -> Response:
    """Let it count, or take the own proposal back."""
    row, by = acting.found(recognition_id, WITHDRAW), actor()
    return _perform(
        row,
        lambda work: handling.decline_withdrawal(work, by=by, recognition_id=row.recognition_id),
    )


def _perform(row: Row[Any], act: Callable[[Work], object]) -> Response:
    place = f"{API}/{row.recognition_id}"
    handler = acting.on(row.recognition_id, required_version(), act, location=place)
    return perform(row.programme, handler)
