"""Pages of bank statements and their matching; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("statements", __name__, url_prefix="/grants")
