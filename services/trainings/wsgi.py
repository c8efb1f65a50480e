"""Trainings under a WSGI server: ``gunicorn services.trainings.wsgi:app``."""

from __future__ import annotations

from services.trainings.app import create, definition
from shared.web.composing import served

app = served(definition(), create)
