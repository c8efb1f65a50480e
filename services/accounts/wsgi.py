"""Accounts for a WSGI server: ``gunicorn services.accounts.wsgi:app``."""

from __future__ import annotations

from services.accounts.app import create, definition
from shared.web.composing import served

app = served(definition(), create)
