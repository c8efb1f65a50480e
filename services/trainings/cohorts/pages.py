"""Pages of cohorts: sessions, attendance, tests, closing; under ``/trainings``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cohorts", __name__, url_prefix="/trainings")
