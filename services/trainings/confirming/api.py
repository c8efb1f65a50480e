"""JSON routes of confirming, under ``/trainings/api/v1``.

GET  /people/to-confirm        who waits for the one who asks
POST /people/confirm           many at once, each by itself
GET  /people/without-papers    whose papers are missing
GET  /people/<id>/papers       what is missing of somebody's; POST notes it
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.trainings.asking import record_reading
from services.trainings.confirming import acting
from services.trainings.confirming.acting import CONFIRM, WRITE
from services.trainings.confirming.schemas import (
    ConfirmedManySchema,
    ConfirmManySchema,
    PapersSchema,
    ToConfirmSchema,
    WithoutPapersSchema,
)
from services.trainings.people.acting import READ, found, shown
from services.trainings.people.handling import Papers
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, perform
from shared.web.etag import required_version, set_version

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("confirming_api", __name__, url_prefix=BASE)


@blueprint.route("/people/to-confirm", methods=["GET"])
@requires(CONFIRM)
@blueprint.response(200, ToConfirmSchema)
def to_confirm() -> dict[str, Any]:
    """List who waits to be confirmed by the one who asks: nobody whom they wrote themself."""
    rows, _, of_own = acting.to_confirm()
    return {"items": [shown(row) for row in rows], "of_own": of_own}


@blueprint.route("/people/confirm", methods=["POST"])
@requires(CONFIRM)
@command(idempotent=False)
@blueprint.arguments(ConfirmManySchema)
@blueprint.response(200, ConfirmedManySchema)
def confirm_many(arguments: dict[str, Any]) -> dict[str, Any]:
    """Confirm many people; whoever was confirmed before stays so, and none keeps another back."""
    seen = [(one["id"], one["version"]) for one in arguments["people"]]
    done = acting.confirm_many(seen, means=arguments["means"])
    people = [
        {"id": one.registration_id, "confirmed": one.confirmed, "detail": one.detail or None}
        for one in done
    ]
    return {"confirmed": sum(one.confirmed for one in done), "people": people}


@blueprint.route("/people/without-papers", methods=["GET"])
@requires(READ)
@blueprint.response(200, WithoutPapersSchema)
def without_papers() -> dict[str, Any]:
    """List people whose papers are missing, the most urgent first."""
    return {"items": [shown(row) for row in acting.without_papers()]}


@blueprint.route("/people/<registration_id>/papers", methods=["GET"])
@requires(READ)
@blueprint.response(200, PapersSchema)
def show_papers(registration_id: str) -> Response:
    """Show which papers somebody has not got yet."""
    row = found(registration_id, READ)
    record_reading([row.programme], what="identity", subject=f"registration/{registration_id}")
    noted = acting.papers_of(registration_id)
    body = {
        "missing": (noted.missing or "").split() if noted else [],
        "why": noted.why if noted else None,
        "note": noted.note if noted else None,
        "ask_again_on": noted.ask_again_on if noted else None,
    }
    return set_version(jsonify(PapersSchema().dump(body)), row.version)


@blueprint.route("/people/<registration_id>/papers", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(PapersSchema)
@blueprint.response(200, ReceiptSchema)
def note_papers(arguments: dict[str, Any], registration_id: str) -> Response:
    """Note which papers somebody has not got yet; an empty list: they are complete."""
    row, version = found(registration_id, WRITE), required_version()
    papers = Papers(**{**arguments, "missing": tuple(arguments["missing"])})

    def handler(work: Work) -> Answer:
        return acting.note_papers(work, row, version, papers)

    return perform(row.programme, handler)
