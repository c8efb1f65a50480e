"""JSON routes of outreach, under ``/trainings/api/v1``.

GET  /activities                 the latest first; ?kind= ?partner= ?year=
POST /activities                 record one
GET  /activities/<id>            one of them
PUT  /activities/<id>            write it as it should have been
POST /activities/<id>/follow-up  what came of it
POST /activities/<id>/withdraw   it was recorded in error
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.trainings.asking import programme_of, reach
from services.trainings.education.acting import after
from services.trainings.outreach import acting, handling, views
from services.trainings.outreach.acting import READ, WRITE, found
from services.trainings.outreach.schemas import (
    ActivityArguments,
    ActivityContentSchema,
    ActivityPageSchema,
    ActivitySchema,
    FollowUpSchema,
    RecordActivitySchema,
    WithdrawActivitySchema,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("outreach_api", __name__, url_prefix=BASE)


@blueprint.route("/activities", methods=["GET"])
@requires(READ)
@blueprint.arguments(ActivityArguments, location="query")
@blueprint.response(200, ActivityPageSchema)
def list_activities(arguments: dict[str, Any]) -> dict[str, Any]:
    """List activities, the latest first; withdrawn ones too."""
    page: PageRequest = arguments["page"]
    search = views.Search(
        kind=arguments["kind"], partner=arguments["partner"], year=arguments["year"]
    )
    last = after(page)
    with service().database.reading() as connection:
        rows = views.activities(connection, reach(READ), search, after=last, limit=page.limit + 1)
        partners = views.partners(connection, [row.activity_id for row in rows])
    answer = page.answer(rows, views.key_of)
    items = [_whole(row, partners.get(row.activity_id, [])) for row in answer["items"]]
    return {**answer, "items": items}


@blueprint.route("/activities", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(RecordActivitySchema)
@blueprint.response(201, ReceiptSchema)
def record_activity(arguments: dict[str, Any]) -> Response:
    """Record what was held; institutions are named, people are counted."""
    programme = programme_of(WRITE, arguments.pop("programme"))
    handler = acting.recording(
        acting.content_of(arguments),
        by=actor(),
        location=lambda activity_id: f"{BASE}/activities/{activity_id}",
    )
    return perform(programme, handler)


@blueprint.route("/activities/<activity_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, ActivitySchema)
def show_activity(activity_id: str) -> Response:
    """Show one activity."""
    row = found(activity_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    with service().database.reading() as connection:
        partners = views.partners(connection, [activity_id]).get(activity_id, [])
    return set_version(jsonify(ActivitySchema().dump(_whole(row, partners))), row.version)


@blueprint.route("/activities/<activity_id>", methods=["PUT"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(ActivityContentSchema)
@blueprint.response(200, ReceiptSchema)
def correct_activity(arguments: dict[str, Any], activity_id: str) -> Response:
    """Write it as it should have been, whole."""
    row, by, content = found(activity_id, WRITE), actor(), acting.content_of(arguments)
    handler = acting.on(
        row,
        version=required_version(),
        act=lambda work: handling.correct(work, by=by, activity_id=activity_id, content=content),
    )
    return perform(row.programme, handler)


@blueprint.route("/activities/<activity_id>/follow-up", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(FollowUpSchema)
@blueprint.response(200, ReceiptSchema)
def follow_up(arguments: dict[str, Any], activity_id: str) -> Response:
    """Record what came of it."""
    row, by = found(activity_id, WRITE), actor()
    handler = acting.on(
        row,
        version=required_version(),
        act=lambda work: handling.follow_up(
            work, by=by, activity_id=activity_id, country=row.country, **arguments
        ),
    )
    return perform(row.programme, handler)


@blueprint.route("/activities/<activity_id>/withdraw", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(WithdrawActivitySchema)
@blueprint.response(200, ReceiptSchema)
def withdraw_activity(arguments: dict[str, Any], activity_id: str) -> Response:
    """Take back what was recorded in error; it stays in the list and counts no more."""
    row, by = found(activity_id, WRITE), actor()
    handler = acting.on(
        row,
        version=required_version(),
        act=lambda work: handling.withdraw(
            work,
            by=by,
            activity_id=activity_id,
            country=row.country,
            reason=arguments["reason"],
        ),
    )
    return perform(row.programme, handler)


def _whole(row: Row[Any], partners: list[Row[Any]]) -> dict[str, Any]:
    named = [{"kind": one.kind, "name": one.name} for one in partners]
    return {**row._asdict(), "partners": named}
