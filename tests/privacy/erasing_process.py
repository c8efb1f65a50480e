"""A process that erases people's data in an installation, and may be killed while it does.

    python -m tests.privacy.erasing_process '{"people": ["r1"], "classes": ["identity"]}'
    ->  {"r1": "0192…"}  (registration to erasure), once all are completed

``die``: ``destroyed`` kills it when keys are destroyed and that is not on record yet, ``purged``
when a service has emptied its rows and not said so. Without ``people`` it only finishes what was
begun; ``later_minutes`` moves its clock, since what was leased waits until the lease is over. It is
one process, so that nobody else remembers a key and no second purge need be waited for.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import timedelta
from typing import Any

from services.all_in_one import Installation
from services.trainings.erasure import handling, views
from shared import logging as zanat_logging
from shared.clock import SystemClock
from shared.events.append import Context
from shared.log.watching.witnessing import last_witnessed
from shared.privacy import erasures
from shared.privacy.erasures import Erasing
from shared.service import Service
from shared.settings import Settings

WAIT_SECONDS = 60.0


def main(wish: dict[str, Any]) -> None:
    """Do what is wished and print which erasures it made."""
    zanat_logging.configure(service="all", level="DEBUG")
    settings = Settings.from_environment()
    erasures.SETTLED_AFTER = timedelta(0)  # type: ignore[misc]
    _die(wish.get("die", ""))
    if later := wish.get("later_minutes"):
        now = SystemClock.now
        SystemClock.now = lambda self: now(self) + timedelta(minutes=later)  # type: ignore[method-assign]
    with Installation.open(settings) as installation:
        trainings = installation.services["trainings"]
        installation.start_workers()
        made = {}
        for registration_id in wish.get("people", ()):
            made[registration_id] = _erase(trainings, registration_id, tuple(wish["classes"]))
        _wait(trainings, "completed")
        installation.wait_until_caught_up(timeout_seconds=WAIT_SECONDS)
        _witnessed(installation)
    print(json.dumps(made))


def _erase(trainings: Service, registration_id: str, classes: tuple[str, ...]) -> str:
    def ask(work: Any) -> str:
        ids = handling.registrations_of_person(work, registration_id)
        ground = "request_of_the_person"
        return handling.request(
            work, by="officer-1", registration_ids=ids, classes=classes, ground=ground
        )

    erasure_id = trainings.transact(_by("officer-1"), ask)
    _wait(trainings, "counted", erasure_id)
    trainings.transact(
        _by("officer-2"),
        lambda work: handling.confirm(work, by="officer-2", erasure_id=erasure_id),
    )
    return erasure_id


def _by(account: str) -> Context:
    return Context(actor=account, programme="demo", correlation="c", causation="c")


def _wait(trainings: Service, state: str, erasure_id: str = "") -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with trainings.database.reading() as connection:
            rows = views.erasures(connection, ["*"], limit=100)
        if state == "counted":
            rows = [one for one in rows if one.erasure_id == erasure_id]
            if all(one.counted == one.services for one in rows):
                return
        elif all(one.state in ("completed", "cancelled") for one in rows):
            return
        time.sleep(0.05)
    raise TimeoutError(f"not {state} in {WAIT_SECONDS} s")


def _witnessed(installation: Installation) -> None:
    """Wait for a witness of each log: with a clock that moved none may seem to be overdue."""
    audit = installation.services["audit"]
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with audit.database.reading() as connection:
            if all(last_witnessed(connection, log).size for log in audit.definition.follows):
                return
        time.sleep(0.05)
    raise TimeoutError(f"not witnessed in {WAIT_SECONDS} s")


def _die(moment: str) -> None:
    """Let SIGKILL strike at a moment, as a lost machine does."""

    def kill(*_arguments: Any, **_words: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == "destroyed":
        whole = Erasing.destroy_keys

        def destroy(self: Erasing, *arguments: Any) -> list[str]:
            whole(self, *arguments)
            kill()
            return []

        Erasing.destroy_keys = destroy  # type: ignore[method-assign,assignment]
    elif moment == "purged":
        erasures.overwrite = kill  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
