"""Trainings under a WSGI server: ``gunicorn services.trainings.wsgi:app``."""

from __future__ import annotations

from services.trainings.app import create, definition
from shared.service import Service
from shared.settings import Settings

app = create(Service.open(definition(), Settings.from_environment()))
