"""JSON routes of histories, under ``/audit/api/v1``.

GET /histories/<kind>/<id>   everything that happened to a record and what belongs to it, in words
"""

from __future__ import annotations

from typing import Any

from services.audit.histories.reading import history_of
from services.audit.histories.schemas import HistoryArguments, HistoryPageSchema
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("histories_api", __name__, url_prefix="/audit/api/v1")


@blueprint.route("/histories/<kind>/<identifier>", methods=["GET"])
@requires("audit.log.read")
@blueprint.arguments(HistoryArguments, location="query")
@blueprint.response(200, HistoryPageSchema)
def show_history(arguments: dict[str, Any], kind: str, identifier: str) -> dict[str, Any]:
    """Tell the history of a record across services: kinds such as application, payment, person."""
    found = history_of(
        kind, identifier, arguments["page"], newest_first=arguments["order"] == "newest"
    )
    return {"items": found.entries, "next": found.next}
