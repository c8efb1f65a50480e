"""JSON routes of follow-up visits; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("visits_api", __name__, url_prefix="/grants/api/v1")
