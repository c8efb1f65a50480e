"""Pages of programmes, partners, donors and budget lines; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("programmes", __name__, url_prefix="/grants")
