"""JSON routes of the ledger and its exports; under ``/grants/api/v1``."""

from __future__ import annotations

from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("ledger_api", __name__, url_prefix="/grants/api/v1")
