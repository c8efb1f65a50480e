"""Pages of batches of payments; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("batches", __name__, url_prefix="/grants")
