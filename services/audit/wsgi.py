"""The audit service's web: ``gunicorn services.audit.wsgi:app``."""

from __future__ import annotations

from services.audit.app import create, definition
from shared.web.composing import served

app = served(definition(), create)
