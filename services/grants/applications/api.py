"""JSON routes of applications: drafting, submitting, checking; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("applications_api", __name__, url_prefix="/grants/api/v1")
