"""Pages of education outcomes; under ``/trainings``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("education", __name__, url_prefix="/trainings")
