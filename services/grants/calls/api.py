"""JSON routes of calls and their budgets; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("calls_api", __name__, url_prefix="/grants/api/v1")
