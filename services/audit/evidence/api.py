"""JSON routes of evidence, under ``/audit/api/v1``.

GET /evidence    a bundle (zip) of the entries that are asked for
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.audit.entries.views import Search
from services.audit.evidence.leaving import CONTENT_TYPE, download
from services.audit.evidence.schemas import EvidenceArguments
from services.audit.evidence.selection import Selection, history_of, positions_of
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("evidence_api", __name__, url_prefix="/audit/api/v1")


@blueprint.route("/evidence", methods=["GET"])
@requires("audit.evidence.export", fresh=True)
@blueprint.arguments(EvidenceArguments, location="query")
@blueprint.response(200, content_type=CONTENT_TYPE)
def give_bundle(arguments: dict[str, Any]) -> Response:
    """Give entries with their proofs, checkpoints and keys, to be verified anywhere."""
    history = history_of(arguments.pop("history"))
    positions = positions_of(arguments.pop("positions"))
    return download(Selection(search=Search(**arguments), history=history, positions=positions))
