"""The thread that lets a service's tree grow and signs a checkpoint about every second.

    checkpointer = Checkpointer(service, on_made=relay.wake.set)
    thread = Thread(target=checkpointer.run); ...; checkpointer.stop()

Several may run. What cannot be signed is said in the log of the process and counted; the thread
goes on trying, since a restored row or a following leaf may be all that lacks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from shared import metrics
from shared.log.checkpoints import RefusedToSign, make_checkpoint
from shared.log.hashes import OtherHash, grow_in_batches
from shared.log.tree import MissingHashes
from shared.service import Service

CHECKPOINT_SECONDS = 1.0

_log = structlog.get_logger("checkpointer")


class Checkpointer:
    """One a worker. ``on_made`` is called after each checkpoint, to have it published."""

    def __init__(self, service: Service, on_made: Callable[[], None]) -> None:
        self._service = service
        self._on_made = on_made
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until stopped; a lost database is waited for."""
        while not self._stop.is_set():
            self.turn()
            self._stop.wait(CHECKPOINT_SECONDS)

    def stop(self) -> None:
        self._stop.set()

    def turn(self) -> bytes | None:
        """Grow, and sign what is new; the note, or None."""
        name = self._service.name
        try:
            grow_in_batches(self._service.database, name, own=True)
            made = make_checkpoint(self._service)
        except (RefusedToSign, MissingHashes, OtherHash) as error:
            metrics.checkpoints_refused.labels(name).inc()
            _log.error("checkpoint refused", service=name, reason=str(error))
            return None
        except Exception as error:  # noqa: BLE001 (whatever a lost database or file raises)
            metrics.checkpoints_refused.labels(name).inc()
            _log.error("checkpoint not made", service=name, error=type(error).__name__)
            return None
        if made is not None:
            metrics.checkpoints.labels(name).inc()
            self._on_made()
        return made
