"""JSON routes of reviews: conflicts declared and score sheets; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("reviews_api", __name__, url_prefix="/grants/api/v1")
