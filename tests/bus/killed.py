"""A process that relays and consumes until it kills itself at a chosen moment.

    python -m tests.bus.killed HOME DATABASE_URL BROKER_URL INSTALLATION committed

``committed``: after the commit, before the acknowledgement. ``middle``: in the transaction, after
some events of the batch. Nothing is cleaned up: it ends by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import shared.bus.consumer as consuming
from shared.bus.applying import apply_batch, cursors_of
from shared.bus.relay import Relay
from shared.events.projection import Projecting, Projection, Recorded
from shared.log.sequencer import Sequencer
from shared.service import Service
from shared.settings import Settings
from tests.store.domain import BERTHS, BOATS, HARBOURS, BoatSailed

AFTER_EVENTS = 20


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def after_the_commit(
    service: Service, ahead: dict[str, dict[int, bytes]], known: dict[str, int]
) -> dict[str, int]:
    """Apply as ever, and die with the messages not yet acknowledged."""
    with service.database.reading() as connection:
        before = cursors_of(connection)
    after = apply_batch(service, ahead, known)
    if after != before and after.get("trainings", -1) >= AFTER_EVENTS:
        die()
    return after


def in_the_middle() -> Projection:
    """A projection that dies in the transaction of a batch."""
    seen: list[str] = []

    def project(_at: Projecting, recorded: Recorded) -> None:
        seen.append(recorded.stream)
        if len(seen) == AFTER_EVENTS:
            die()

    return Projection("dying", 1, (BERTHS,), project, (BoatSailed,))


def main(home: str, database_url: str, broker_url: str, installation: str, moment: str) -> None:
    settings = Settings(
        home=Path(home), database_url=database_url, broker_url=broker_url, installation=installation
    )
    definition = HARBOURS
    if moment == "committed":
        consuming.apply_batch = after_the_commit  # type: ignore[attr-defined, assignment]
    else:
        definition = replace(HARBOURS, projections=(*HARBOURS.projections, in_the_middle()))
    boats, harbours = Service.open(BOATS, settings), Service.open(definition, settings)
    runs = [Relay(boats).run, consuming.ServiceConsumer(harbours).run]
    if database_url:
        runs.append(Sequencer(harbours.database, harbours.store.notify).run)
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
