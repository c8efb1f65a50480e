"""JSON routes of certificates: issuing, correcting, revoking; under ``/trainings/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("certificates_api", __name__, url_prefix="/trainings/api/v1")
