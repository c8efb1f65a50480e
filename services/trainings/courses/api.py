"""JSON routes of courses and their versions; under ``/trainings/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("courses_api", __name__, url_prefix="/trainings/api/v1")
