"""Pages of follow-up visits; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("visits", __name__, url_prefix="/grants")
