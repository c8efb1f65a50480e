"""JSON routes of batches of payments; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("batches_api", __name__, url_prefix="/grants/api/v1")
