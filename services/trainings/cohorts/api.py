"""JSON routes of cohorts: sessions, attendance, tests, closing; under ``/trainings/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("cohorts_api", __name__, url_prefix="/trainings/api/v1")
