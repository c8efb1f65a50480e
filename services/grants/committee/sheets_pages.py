"""Pages of reviews: conflicts declared and score sheets; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("reviews", __name__, url_prefix="/grants")
