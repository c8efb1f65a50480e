"""Pages of the ledger and its exports; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("ledger", __name__, url_prefix="/grants")
