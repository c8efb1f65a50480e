"""JSON routes of sheets that are taken out, under ``/trainings/api/v1``.

POST /exports     a sheet as XLSX or CSV; on record, by a second factor that was just proved
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.trainings.exports.handling import EXPORT, Wanted, download, programme_wanted
from services.trainings.exports.making import CONTENT_TYPES, XLSX
from services.trainings.exports.schemas import ExportSchema
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("exports_api", __name__, url_prefix="/trainings/api/v1")


@blueprint.route("/exports", methods=["POST"])
@requires(EXPORT, fresh=True)
@blueprint.arguments(ExportSchema)
@blueprint.response(
    200,
    content_type=CONTENT_TYPES[XLSX],
    headers={
        "Zanat-Control-Count": {
            "description": "How many rows the sheet has below its headers.",
            "schema": {"type": "integer"},
        },
    },
)
def take_out(arguments: dict[str, Any]) -> Response:
    """Give a sheet as a file that an import takes as well; that it leaves is recorded.

    A search stands in the body, since no address may carry a name.
    """
    programme = programme_wanted(arguments.pop("programme"), arguments["cohort"])
    return download(Wanted(programme=programme, **arguments))
