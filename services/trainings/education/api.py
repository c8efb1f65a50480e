"""JSON routes of education outcomes; under ``/trainings/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("education_api", __name__, url_prefix="/trainings/api/v1")
