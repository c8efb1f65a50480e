"""The threads behind a service's web: sequencer, checkpointer, relay, consumer, due work.

    worker = Worker(service)
    worker.start(); ...; worker.stop()

``python -m services.<name>.worker`` runs one for ever and answers health and metrics on
``ZANAT_BIND``; the embedded default runs one a service beside its web.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import func, select, text

from shared import logging as zanat_logging
from shared import metrics
from shared.bus.consumer import ServiceConsumer
from shared.bus.reading import RELAY_CURSOR
from shared.bus.relay import Relay
from shared.bus.topology import connect
from shared.due.worker import DueWorker
from shared.events.tables import CURSORS, DEAD_LETTERS, DUE
from shared.log.checkpointer import Checkpointer
from shared.log.sequencer import Sequencer
from shared.log.watching.alarms import measure as measure_alarms
from shared.log.watching.outside import OutsideWitnesses
from shared.log.watching.posting import uncosigned_since
from shared.operations import Operations
from shared.service import Definition, Service
from shared.settings import Settings

MEASURE_SECONDS = 5.0
STOP_SECONDS = 10.0


class Worker:
    """All background threads of one service in this process."""

    def __init__(self, service: Service, *, due: bool = True) -> None:
        """``due``: whether what falls due is done here."""
        self.service = service
        self._parts: list[tuple[str, Callable[[], None], Callable[[], None]]] = []
        relay = Relay(service)
        consumer = ServiceConsumer(service)
        if not service.database.is_sqlite:
            # Whoever follows the log here; what a commit wakes besides has been woken by it.
            sequencer = Sequencer(service.database, relay.wake.set, follower=relay)
            service.store.listeners.append(sequencer.wake.set)
            service.notifier.needless = sequencer.leads
            self._parts.append(("sequencer", sequencer.run, sequencer.stop))
        checkpointer = self._checkpointer = Checkpointer(service, on_made=relay.wake.set)
        self._parts.append(("checkpointer", checkpointer.run, checkpointer.stop))
        self._parts.append(("relay", relay.run, relay.stop))
        self._parts.append(("consumer", consumer.run, consumer.stop))
        if service.settings.witnesses is not None:
            outside = OutsideWitnesses(service)
            self._parts.append(("outside witnesses", outside.run, outside.stop))
        if due:
            on_time = DueWorker(service)
            self._parts.append(("due", on_time.run, on_time.stop))
        self._stop = threading.Event()
        self._parts.append(("measure", self._measure, self._stop.set))
        self._threads: list[threading.Thread] = []
        self._broken: set[str] = set()

    def start(self) -> None:
        for name, run, _ in self._parts:
            thread = threading.Thread(
                target=self._kept,
                args=(name, run),
                name=f"{self.service.name}-{name}",
                daemon=True,
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ask every thread to end and wait for it a while."""
        for _, _, stop in self._parts:
            stop()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        # What the others wrote at last is signed too: a log at rest ends with its checkpoint.
        self._checkpointer.turn()

    def broken(self) -> str | None:
        """Which threads ended with an error, as a reason for not being ready; None when none."""
        return "ended: " + ", ".join(sorted(self._broken)) if self._broken else None

    def _kept(self, name: str, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:
            self._broken.add(name)
            structlog.get_logger("worker").error(
                "thread ended", thread=name, error=type(error).__name__
            )
            raise

    def _measure(self) -> None:
        while not self._stop.wait(MEASURE_SECONDS):
            try:
                measure(self.service)
            except Exception as error:  # noqa: BLE001 (a lost database shows elsewhere)
                structlog.get_logger("worker").warning("not measured", error=type(error).__name__)


def measure(service: Service) -> None:
    """Set the gauges that describe the service's log and queue."""
    with service.database.reading() as connection:
        head = service.store.head(connection)
        relayed = connection.execute(
            select(CURSORS.c.position).where(CURSORS.c.source == RELAY_CURSOR)
        ).scalar()
        parked = connection.execute(
            select(func.count())
            .select_from(DEAD_LETTERS)
            .where(DEAD_LETTERS.c.resolved_at.is_(None))
        ).scalar_one()
        outbound = connection.execute(
            select(func.count()).select_from(DUE).where(DUE.c.done_at.is_(None))
        ).scalar_one()
        uncosigned = uncosigned_since(connection, service.settings, service.name)
    age = timedelta(0) if uncosigned is None else service.clock.now() - uncosigned
    metrics.log_uncosigned.labels(service.name).set(max(0.0, age.total_seconds()))
    metrics.log_position.labels(service.name).set(head)
    metrics.consumer_lag.labels(service.name, "relay").set(
        head - (-1 if relayed is None else relayed)
    )
    metrics.dead_letters.labels(service.name).set(parked)
    metrics.outbound_pending.labels(service.name).set(outbound)
    if service.definition.follows:
        measure_alarms(service)


def run_for_ever(definition: Definition) -> None:
    """A worker as a process of its own: until SIGTERM or SIGINT."""
    settings = Settings.from_environment()
    zanat_logging.configure(service=definition.name, level=settings.log_level)
    service = Service.open(definition, settings)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    worker = Worker(service)
    worker.start()
    checks = {
        "threads": worker.broken,
        "database": lambda: _database(service),
        "queue": lambda: _queue(settings),
    }
    with Operations(settings.bind, checks):
        stopped.wait()
    worker.stop()
    service.close()


def _database(service: Service) -> str | None:
    with service.database.reading() as connection:
        connection.execute(text("select 1"))
    return None


def _queue(settings: Settings) -> str | None:
    with connect(settings) as connection:
        connection.ensure_connection(max_retries=1, timeout=2)
    return None
