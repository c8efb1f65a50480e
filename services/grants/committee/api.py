"""JSON routes of the committee's meetings: ranking, votes, decisions; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("meetings_api", __name__, url_prefix="/grants/api/v1")
