"""Pages of payments: preparing, authorising, releasing; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("payments", __name__, url_prefix="/grants")
