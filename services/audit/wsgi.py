"""The audit service's web: ``gunicorn services.audit.wsgi:app``."""

from __future__ import annotations

from services.audit.app import create, definition
from shared.service import Service
from shared.settings import Settings

app = create(Service.open(definition(), Settings.from_environment()))
