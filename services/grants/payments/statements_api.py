"""JSON routes of bank statements and their matching; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("statements_api", __name__, url_prefix="/grants/api/v1")
