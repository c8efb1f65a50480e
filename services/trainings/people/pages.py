"""Pages of people: registering, confirming, likely duplicates; under ``/trainings``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("people", __name__, url_prefix="/trainings")
