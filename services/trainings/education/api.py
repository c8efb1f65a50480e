"""JSON routes of education outcomes, under ``/trainings/api/v1``.

GET  /outcomes                  the latest first; ?outcome=
POST /outcomes                  record one of a person
GET  /outcomes/<id>             one of them
POST /outcomes/<id>/withdraw    it was recorded in error
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.trainings.asking import reach, record_reading
from services.trainings.education import acting, views
from services.trainings.education.acting import READ, WRITE, found
from services.trainings.education.schemas import (
    OutcomeArguments,
    OutcomePageSchema,
    OutcomeSchema,
    RecordSchema,
    WithdrawSchema,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("education_api", __name__, url_prefix=BASE)


@blueprint.route("/outcomes", methods=["GET"])
@requires(READ)
@blueprint.arguments(OutcomeArguments, location="query")
@blueprint.response(200, OutcomePageSchema)
def list_outcomes(arguments: dict[str, Any]) -> dict[str, Any]:
    """List outcomes, the latest first; withdrawn ones too."""
    page: PageRequest = arguments["page"]
    after = acting.after(page)
    with service().database.reading() as connection:
        rows = views.outcomes(
            connection,
            reach(READ),
            outcome=arguments["outcome"],
            after=after,
            limit=page.limit + 1,
        )
    answer = page.answer(rows, views.key_of)
    record_reading(
        {row.programme for row in answer["items"]}, what="outcomes", subject="/trainings/outcomes"
    )
    return answer


@blueprint.route("/outcomes", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(RecordSchema)
@blueprint.response(201, ReceiptSchema)
def record_outcome(arguments: dict[str, Any]) -> Response:
    """Record what somebody completed, by the school's paper."""
    person = acting.person_of(arguments["registration_id"])
    handler = acting.recording(
        person,
        by=actor(),
        outcome=acting.new_outcome(arguments),
        location=lambda outcome_id: f"{BASE}/outcomes/{outcome_id}",
    )
    return perform(person.programme, handler)


@blueprint.route("/outcomes/<outcome_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, OutcomeSchema)
def show_outcome(outcome_id: str) -> Response:
    """Show an outcome with its evidence."""
    row = found(outcome_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    record_reading([row.programme], what="outcome", subject=f"outcome/{outcome_id}")
    return set_version(jsonify(OutcomeSchema().dump(row._asdict())), row.version)


@blueprint.route("/outcomes/<outcome_id>/withdraw", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(WithdrawSchema)
@blueprint.response(200, ReceiptSchema)
def withdraw_outcome(arguments: dict[str, Any], outcome_id: str) -> Response:
    """Take back what was recorded in error; it stays in the list and counts no more."""
    row, version = found(outcome_id, WRITE), required_version()
    handler = acting.withdrawing(
        outcome_id, by=actor(), version=version, reason=arguments["reason"]
    )
    return perform(row.programme, handler)
