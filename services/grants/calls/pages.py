"""Pages of calls and their budgets; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("calls", __name__, url_prefix="/grants")
