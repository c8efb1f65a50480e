"""JSON routes of households, under ``/trainings/api/v1``.

GET  /households                 all of them; POST writes one down with its first member
GET  /households/<id>            who lives there, and who lived there
POST /households/<id>/join       somebody lives there from today; also /leave
POST /households/<id>/head       who speaks for it
POST /households/<id>/address    where they live
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from services.trainings.asking import identifier, reach
from services.trainings.households import acting, handling, views
from services.trainings.households.acting import READ, WRITE, found
from services.trainings.households.schemas import (
    HouseholdAddressSchema,
    HouseholdFormSchema,
    HouseholdHeadSchema,
    HouseholdJoinSchema,
    HouseholdLeaveSchema,
    HouseholdPageSchema,
    HouseholdsArguments,
    HouseholdSchema,
)
from shared.events.work import Work
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, perform, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("households_api", __name__, url_prefix=BASE)


@blueprint.route("/households", methods=["GET"])
@requires(READ)
@blueprint.arguments(HouseholdsArguments, location="query")
@blueprint.response(200, HouseholdPageSchema)
def list_households(arguments: dict[str, Any]) -> dict[str, Any]:
    """List households in which somebody lives or lived whom one may see."""
    page: PageRequest = arguments["page"]
    after = page.after(str)
    last = identifier(after[0]) if after else None
    with service().database.reading() as connection:
        rows = views.households(connection, reach(READ), after=last, limit=page.limit + 1)
    return page.answer([row._asdict() for row in rows], lambda row: (row["household_id"],))


@blueprint.route("/households", methods=["POST"])
@requires(WRITE)
@command()
@blueprint.arguments(HouseholdFormSchema)
@blueprint.response(201, ReceiptSchema)
def form_household(arguments: dict[str, Any]) -> Response:
    """Write a household down with its first member."""
    return acting.form(perform, arguments, location=f"{BASE}/households")


@blueprint.route("/households/<household_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, HouseholdSchema)
def show_household(household_id: str) -> Response:
    """Show who lives in a household, and who lived there."""
    row = found(household_id, READ)
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    return set_version(jsonify(HouseholdSchema().dump(acting.shown(row))), row.version)


@blueprint.route("/households/<household_id>/join", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(HouseholdJoinSchema)
@blueprint.response(200, ReceiptSchema)
def join_household(arguments: dict[str, Any], household_id: str) -> Response:
    """Somebody lives there from today, who lives in no other household."""
    person = acting.person_in(arguments["registration_id"], found(household_id, WRITE))
    given = {"registration_id": person.registration_id, "because": arguments["because"]}
    return _on(
        household_id,
        lambda work, by: handling.join(work, by=by, household_id=household_id, **given),
    )


@blueprint.route("/households/<household_id>/leave", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(HouseholdLeaveSchema)
@blueprint.response(200, ReceiptSchema)
def leave_household(arguments: dict[str, Any], household_id: str) -> Response:
    """Somebody lives there no more from today."""
    return _on(
        household_id,
        lambda work, by: handling.leave(work, by=by, household_id=household_id, **arguments),
    )


@blueprint.route("/households/<household_id>/head", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(HouseholdHeadSchema)
@blueprint.response(200, ReceiptSchema)
def choose_household_head(arguments: dict[str, Any], household_id: str) -> Response:
    """Say who speaks for it; null for nobody in particular."""
    return _on(
        household_id,
        lambda work, by: handling.choose_head(work, by=by, household_id=household_id, **arguments),
    )


@blueprint.route("/households/<household_id>/address", methods=["POST"])
@requires(WRITE)
@command(versioned=True)
@blueprint.arguments(HouseholdAddressSchema)
@blueprint.response(200, ReceiptSchema)
def note_household_address(arguments: dict[str, Any], household_id: str) -> Response:
    """Note where they live; it is kept with each member."""
    return _on(
        household_id,
        lambda work, by: handling.note_address(work, by=by, household_id=household_id, **arguments),
    )


def _on(household_id: str, act: Callable[[Work, str], None]) -> Response:
    return acting.change(perform, found(household_id, WRITE), required_version(), act)
