"""The notifications service's web: ``gunicorn services.notifications.wsgi:app``."""

from __future__ import annotations

from services.notifications.app import create, definition
from shared.web.composing import served

app = served(definition(), create)
