"""JSON routes of awards: agreements, accounts, tranches; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("awards_api", __name__, url_prefix="/grants/api/v1")
