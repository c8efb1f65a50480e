"""Pages of courses and their versions; under ``/trainings``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("courses", __name__, url_prefix="/trainings")
