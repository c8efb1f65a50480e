"""The same route around the library `eventsourcing`, with nothing but its save.

gunicorn tests.load.peers.flask_eventsourcing:app, with BENCH_DATABASE_URL
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from flask import Flask, request

from tests.load.peers.eventsourcing_store import environment

app = Flask(__name__)
# Two workers that make its tables and functions at once get in each other's way.
with (Path(tempfile.gettempdir()) / f"bench-{os.getppid()}.lock").open("w") as turn:
    fcntl.flock(turn, fcntl.LOCK_EX)
    outcomes = Application(
        env=environment(
            url=os.environ["BENCH_DATABASE_URL"],
            clients=16,
            functions=os.environ.get("BENCH_FUNCTIONS") == "1",
        )
    )
Path(turn.name).unlink(missing_ok=True)


class Outcome(Aggregate):  # type: ignore[misc]
    """What somebody completed."""

    @event("Recorded")
    def __init__(
        self,
        registration_id: str,
        outcome: str,
        completed_on: str,
        institution: str,
        evidence: str,
    ) -> None:
        self.registration_id = registration_id
        self.outcome = outcome
        self.completed_on = completed_on
        self.institution = institution
        self.evidence = evidence


@app.post("/outcomes")
def record() -> tuple[dict[str, str], int]:
    """Save what came."""
    made = Outcome(**request.get_json())
    outcomes.save(made)
    return {"id": str(made.id)}, 201
