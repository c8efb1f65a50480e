"""JSON routes of the officer's view, under ``/trainings/api/v1``.

GET  /people/waiting    how much waits for the one who asks
GET  /people/chosen     people by what they have in common, in an order that is chosen
"""

from __future__ import annotations

from typing import Any

from services.trainings.asking import record_reading
from services.trainings.officer import acting
from services.trainings.officer.acting import READ, WRITE
from services.trainings.officer.schemas import (
    PeopleChosenArguments,
    PeopleChosenPageSchema,
    WaitingSchema,
)
from services.trainings.officer.views import Chosen
from services.trainings.people.acting import refuse_number_in_address, shown
from shared.web.access import requires
from shared.web.api import ApiBlueprint

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("officer_api", __name__, url_prefix=BASE)


@blueprint.route("/people/waiting", methods=["GET"])
@requires(WRITE)
@blueprint.response(200, WaitingSchema)
def waiting() -> dict[str, int]:
    """Count what waits for the one who asks."""
    return acting.waiting()


@blueprint.route("/people/chosen", methods=["GET"])
@requires(READ)
@blueprint.arguments(PeopleChosenArguments, location="query")
@blueprint.response(200, PeopleChosenPageSchema)
def chosen_people(arguments: dict[str, Any]) -> dict[str, Any]:
    """List people by what they have in common."""
    page = arguments.pop("page")
    refuse_number_in_address(arguments["municipality"])
    rows = acting.chosen_people(Chosen(**arguments), page)
    answer = page.answer(rows, lambda row: (row.registration_id,))
    record_reading(
        {row.programme for row in answer["items"]}, what="people", subject="/trainings/people"
    )
    return {"items": [shown(row) for row in answer["items"]], "next": answer["next"]}
