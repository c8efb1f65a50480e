"""Pages of reports and indicators; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("reports", __name__, url_prefix="/grants")
