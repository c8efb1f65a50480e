"""Pages of applications: drafting, submitting, checking; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("applications", __name__, url_prefix="/grants")
