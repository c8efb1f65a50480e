"""The grants service under a WSGI server: ``gunicorn services.grants.wsgi:app``."""

from __future__ import annotations

from services.grants.app import create, definition
from shared.web.composing import served

app = served(definition(), create)
