"""The audit service's worker: ``python -m services.audit.worker``."""

from __future__ import annotations

from services.audit.app import definition
from shared.worker import run_for_ever

if __name__ == "__main__":
    run_for_ever(definition())
