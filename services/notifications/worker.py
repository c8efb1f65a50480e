"""The notifications service's worker: ``python -m services.notifications.worker``."""

from __future__ import annotations

from services.notifications.app import definition
from shared.worker import run_for_ever

if __name__ == "__main__":
    run_for_ever(definition())
