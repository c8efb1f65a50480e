"""JSON routes of people: registering, confirming, likely duplicates; under ``/trainings/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("people_api", __name__, url_prefix="/trainings/api/v1")
