"""JSON routes of programmes, partners, donors and budget lines; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("programmes_api", __name__, url_prefix="/grants/api/v1")
