"""Accounts for a WSGI server: ``gunicorn services.accounts.wsgi:app``."""

from __future__ import annotations

from services.accounts.app import create, definition
from shared.service import Service
from shared.settings import Settings

app = create(Service.open(definition(), Settings.from_environment()))
