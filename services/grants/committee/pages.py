"""Pages of the committee's meetings: ranking, votes, decisions; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("meetings", __name__, url_prefix="/grants")
