"""Pages of awards: agreements, accounts, tranches; under ``/grants``."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("awards", __name__, url_prefix="/grants")
