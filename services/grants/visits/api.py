"""JSON routes of follow-up visits; under ``/grants/api/v1``.

GET  /visits                where they are due, planned or done, by place
POST /visits                plan one for an award
GET  /visits/<id>           one, with every version of what was found
POST /visits/<id>/record    what a device found, as often as it sends it
POST /visits/<id>/accept    somebody else takes it as it is
POST /visits/<id>/correct   findings as they should have been recorded
POST /visits/<id>/resolve   which version holds
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify
from sqlalchemy import Row

from services.grants.visits import handling, reading, views
from services.grants.visits.reading import READ, Told
from services.grants.visits.schemas import (
    CorrectVisitSchema,
    PlanVisitSchema,
    RecordVisitSchema,
    ResolveVisitSchema,
    VisitArguments,
    VisitPageSchema,
    WholeVisitSchema,
)
from services.grants.visits.views import Listing, PlaceKey
from services.grants.visits.visit_events import VisitVersion
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

ADDRESS = "/grants/api/v1/visits/{id}"

blueprint = ApiBlueprint("visits_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/visits", methods=["GET"])
@requires(READ)
@blueprint.arguments(VisitArguments, location="query")
@blueprint.response(200, VisitPageSchema)
def list_visits(arguments: dict[str, Any]) -> dict[str, Any]:
    """List visits where the reader may see them, by place and day; nobody is named."""
    page: PageRequest = arguments.pop("page")
    status = arguments.pop("status")
    listing = Listing(**arguments, statuses=(status,) if status else ())
    with service().database.reading() as connection:
        rows = views.visits_by_place(
            connection,
            reading.sight(READ),
            listing,
            limit=page.limit + 1,
            after=visit_place(page),
        )
    return page.answer(rows, views.place_key)


@blueprint.route("/visits", methods=["POST"])
@requires("grants.visits.plan")
@command()
@blueprint.arguments(PlanVisitSchema)
@blueprint.response(201, ReceiptSchema)
def plan(arguments: dict[str, Any]) -> Response:
    """Plan a visit of an award; the same award and month are the same visit."""
    award = handling.award_of(arguments.pop("award_id"))
    by, award_id = actor(), str(award.award_id)
    return perform(
        str(award.programme),
        lambda work: handling.plan(work, award_id, by=by, address=ADDRESS, **arguments),
    )


@blueprint.route("/visits/<visit_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, WholeVisitSchema)
def show_visit(visit_id: str) -> Response:
    """Show a visit with whom to look for and every version of what was found; on record."""
    row = reading.visit_of(visit_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    body = WholeVisitSchema().dump(_whole(row, reading.told_visit(row)))
    return set_version(jsonify(body), row.version)


@blueprint.route("/visits/<visit_id>/record", methods=["POST"])
@requires("grants.visits.conduct")
@command()
@blueprint.arguments(RecordVisitSchema)
@blueprint.response(200, ReceiptSchema)
def record(arguments: dict[str, Any], visit_id: str) -> Response:
    """Record what was found. The same twice is one; another version stays beside the first.

    It takes no version, so that nothing that was written down offline is ever lost.
    """
    row = reading.visit_of(visit_id, "grants.visits.conduct")
    by = actor()
    version = VisitVersion(
        occurred_at=arguments["occurred_at"],
        recorded_at=arguments["recorded_at"],
        findings=arguments["findings"],
    )
    return perform(
        row.programme,
        lambda work: handling.record(
            work,
            visit_id,
            by=by,
            device_visit_id=arguments["device_visit_id"],
            version=version,
            note=arguments["note"],
            location=ADDRESS.format(id=visit_id),
        ),
    )


@blueprint.route("/visits/<visit_id>/accept", methods=["POST"])
@requires("grants.visits.accept")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def accept(visit_id: str) -> Response:
    """Take a visit as it is; whoever made it does not accept it."""
    row = reading.visit_of(visit_id, "grants.visits.accept")
    by, version, location = actor(), required_version(), ADDRESS.format(id=visit_id)
    return perform(
        row.programme,
        lambda work: handling.accept(work, visit_id, by=by, version=version, location=location),
    )


@blueprint.route("/visits/<visit_id>/correct", methods=["POST"])
@requires("grants.visits.accept")
@command(versioned=True)
@blueprint.arguments(CorrectVisitSchema)
@blueprint.response(200, ReceiptSchema)
def correct(arguments: dict[str, Any], visit_id: str) -> Response:
    """Put findings right, with a reason; they are accepted so."""
    row = reading.visit_of(visit_id, "grants.visits.accept")
    by, version, location = actor(), required_version(), ADDRESS.format(id=visit_id)
    return perform(
        row.programme,
        lambda work: handling.correct(
            work, visit_id, by=by, version=version, location=location, **arguments
        ),
    )


@blueprint.route("/visits/<visit_id>/resolve", methods=["POST"])
@requires("grants.visits.resolve")
@command(versioned=True)
@blueprint.arguments(ResolveVisitSchema)
@blueprint.response(200, ReceiptSchema)
def resolve(arguments: dict[str, Any], visit_id: str) -> Response:
    """Choose the version that holds, with a reason; it then waits to be accepted."""
    row = reading.visit_of(visit_id, "grants.visits.resolve")
    by, version, location = actor(), required_version(), ADDRESS.format(id=visit_id)
    return perform(
        row.programme,
        lambda work: handling.resolve(
            work, visit_id, by=by, version=version, location=location, **arguments
        ),
    )


def visit_place(page: PageRequest) -> PlaceKey | None:
    """The place in a cursor of visits. Raises Invalid."""
    after = page.after(str, str, str)
    if after is None:
        return None
    try:
        date.fromisoformat(after[1])
    except ValueError:
        raise Invalid(
            "cursor-unknown", N_("The cursor is not one of ours. Begin with the first page again.")
        ) from None
    return after[0], after[1], after[2]


def _whole(row: Row[Any], told: Told) -> dict[str, Any]:
    versions = [
        {
            "version_no": one.version_no,
            "occurred_at": one.occurred_at,
            "recorded_at": one.recorded_at,
            "visited_by": one.visited_by,
            "findings": one.findings,
            "note": one.note,
        }
        for one in told.versions
    ]
    return {**vars(reading.shown(row)), "versions": versions, "holds": told.holds}
