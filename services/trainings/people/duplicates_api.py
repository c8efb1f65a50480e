"""JSON routes of likely duplicates, under ``/trainings/api/v1``.

GET  /people/duplicates               pairs that wait for a decision, the likeliest first
GET  /people/duplicates/recognised    who was registered twice under one national number
GET  /people/<id>/duplicates/<other>  two side by side, and what will follow
POST /people/<id>/duplicates          the same person, or not
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.trainings.asking import LIST_SIZE_MAX, programmes, record_reading
from services.trainings.people import acting, duplicates_acting, merging_views
from services.trainings.people.acting import RESOLVE, found, shown
from services.trainings.people.duplicates_schemas import (
    ComparisonSchema,
    DecideDuplicateSchema,
    DuplicatesArguments,
    PairPageSchema,
    RecognisedArguments,
    RecognisedListSchema,
)
from services.trainings.people.merging_views import Pair
from shared.web.access import ensure, requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
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
    within, after = _within(arguments["programme"]), page.after(int, str, str)
    duplicates_acting.up_to_date()
    with service().database.reading() as connection:
        pairs = merging_views.open_pairs(
            connection,
            within,
            least=arguments["at_least"],
            most=100,
            after=None if after is None else (after[0], after[1], after[2]),
            limit=page.limit + 1,
        )
    answer = page.answer(pairs, _key)
    _record({pair.one.programme for pair in answer["items"]})
    return {"items": [_pair(one) for one in answer["items"]], "next": answer["next"]}


@blueprint.route("/people/duplicates/recognised", methods=["GET"])
@requires(RESOLVE)
@blueprint.arguments(RecognisedArguments, location="query")
@blueprint.response(200, RecognisedListSchema)
def list_recognised(arguments: dict[str, Any]) -> dict[str, Any]:
    """List people who were registered more than once under one national number."""
    within = _within(arguments["programme"])
    with service().database.reading() as connection:
        groups = merging_views.recognised(connection, within, limit=LIST_SIZE_MAX)
    _record({row.programme for group in groups for row in group})
    return {"items": [{"registrations": [shown(row) for row in group]} for group in groups]}


@blueprint.route("/people/<registration_id>/duplicates/<other_id>", methods=["GET"])
@requires(RESOLVE)
@blueprint.response(200, ComparisonSchema)
def compare(registration_id: str, other_id: str) -> dict[str, Any]:
    """Show two registrations side by side, and what moves when they are put together or apart."""
    comparison = duplicates_acting.compared(registration_id, other_id)
    _record({comparison.pair.one.programme})
    return {
        **_pair(comparison.pair),
        "together": comparison.together,
        "follows": comparison.follows,
    }


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


def _within(programme: str | None) -> list[str]:
    if programme:
        ensure(RESOLVE, programme)
        return [programme]
    return programmes(RESOLVE)


def _key(pair: Pair) -> tuple[int, str, str]:
    return pair.compared.score, pair.one.registration_id, pair.other.registration_id


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "one": shown(pair.one),
        "other": shown(pair.other),
        "score": pair.compared.score,
        "reasons": list(pair.compared.reasons),
    }


def _record(within: set[str]) -> None:
    record_reading(within, what="likely_duplicates", subject="/trainings/people")
