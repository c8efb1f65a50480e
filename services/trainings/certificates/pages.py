"""Pages of certificates: issuing, correcting, revoking; under ``/trainings``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certificates", __name__, url_prefix="/trainings")
