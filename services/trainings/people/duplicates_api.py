"""JSON routes of likely duplicates, under ``/trainings/api/v1``.

GET  /people/duplicates         pairs that wait for a decision
POST /people/<id>/duplicates    the same person, or not
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.trainings.asking import programmes, record_reading
from services.trainings.people import acting, views
from services.trainings.people.acting import RESOLVE, found, shown
from services.trainings.people.schemas import (
    DecideDuplicateSchema,
    DuplicatesArguments,
    PairPageSchema,
)
from shared.web.access import ensure, requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform
from shared.web.etag import required_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("duplicates_api", __name__, url_prefix=BASE)


@blueprint.route("/people/duplicates", methods=["GET"])
@requires(RESOLVE)
@blueprint.arguments(DuplicatesArguments, location="query")
@blueprint.response(200, PairPageSchema)
def list_duplicates(arguments: dict[str, Any]) -> dict[str, Any]:
    """List pairs of registrations that may be of one person and wait for a decision."""
    page: PageRequest = arguments["page"]
    given, after = arguments["programme"], page.after(str, str)
    if given:
        ensure(RESOLVE, given)
    waiting = acting.pairs([given] if given else programmes(RESOLVE))
    rows = [pair for pair in waiting if after is None or views.pair_key(pair) > after]
    answer = page.answer(rows[: page.limit + 1], views.pair_key)
    record_reading(
        {one.programme for one, _ in answer["items"]},
        what="likely_duplicates",
        subject="/trainings/people",
    )
    items = [{"one": shown(one), "other": shown(other)} for one, other in answer["items"]]
    return {"items": items, "next": answer["next"]}


@blueprint.route("/people/<registration_id>/duplicates", methods=["POST"])
@requires(RESOLVE)
@command(versioned=True)
@blueprint.arguments(DecideDuplicateSchema)
@blueprint.response(200, ReceiptSchema)
def decide_duplicate(arguments: dict[str, Any], registration_id: str) -> Response:
    """Say whether this registration and another are of one person."""
    row = found(registration_id, RESOLVE)
    handler = acting.decide_duplicate(row, by=actor(), version=required_version(), given=arguments)
    return perform(row.programme, handler)
