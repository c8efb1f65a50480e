"""JSON routes of consents, under ``/trainings/api/v1/people/<id>/consents``.

GET  …    how it stands with each purpose, and what happened before
POST …    a consent is given or withdrawn, today
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.trainings.asking import record_reading
from services.trainings.consents import acting
from services.trainings.consents.acting import READ, WRITE, found
from services.trainings.consents.schemas import ConsentSchema, ConsentsSchema
from services.trainings.people.registration import REGISTRATION
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform
from shared.web.etag import required_version, set_version

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("consents_api", __name__, url_prefix=BASE)


@blueprint.route("/people/<registration_id>/consents", methods=["GET"])
@requires(READ)
@blueprint.response(200, ConsentsSchema)
def show(registration_id: str) -> Response:
    """Show for what somebody consents, and since when."""
    row = found(registration_id, READ)
    record_reading([row.programme], what="consents", subject=f"registration/{registration_id}")
    body = {
        "registration_id": registration_id,
        "consents": acting.told(row),
        "history": acting.history(row),
    }
    return set_version(jsonify(ConsentsSchema().dump(body)), row.version)


@blueprint.route("/people/<registration_id>/consents", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ConsentSchema)
@blueprint.response(200, ReceiptSchema)
def change(arguments: dict[str, Any], registration_id: str) -> Response:
    """Note that a consent is given or withdrawn; without that about origin, its erasure follows."""
    row, by, version = found(registration_id, WRITE), actor(), required_version()

    def handler(work: Work) -> Answer:
        work.expect(REGISTRATION, registration_id, version)
        return acting.change(work, row, by=by, given=arguments)

    response = perform(row.programme, handler)
    acting.follow(row, arguments)
    return response
