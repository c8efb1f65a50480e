"""From a commit in one service to its effect in another, beside kombu alone with the same bytes.

As in production each part is a process: one commits, as a web process does, one sequences and
relays, one consumes into its own database; PostgreSQL and RabbitMQ are real. A round's clock runs
from before the first commit to after the commit of the last effect, one row an event. For latency
one event travels at a time, after an idle moment: from after its commit to after its effect's.
"""

from __future__ import annotations

import base64
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.load.measure import Measure
from tests.load.peer import ROOT, Peer

if TYPE_CHECKING:
    from shared.service import Service

EVENTS = 8_000
A_COMMIT = 100
SINGLES = 200
IDLE_SECONDS = 0.02
PATIENCE_SECONDS = 120.0


class Carrying:
    """Two services of an installation of its own with a worker process each, and the peer."""

    def __init__(self, folder: Path, broker_url: str, peer: Peer, *, single: bool) -> None:
        from shared.bus.consumer import PREFETCH
        from shared.bus.relay import WINDOW
        from shared.migrations.migrating import migrate
        from shared.service import Service
        from tests import servers
        from tests.load.carried import LISTENING, TELLING, noted, settings_of

        self.peer = peer
        installation = f"l{uuid.uuid4().hex[:10]}"
        values: dict[str, Any] = {
            "home": str(folder),
            "database_url": servers.ensure("postgresql").url,
            "broker_url": broker_url,
            "installation": installation,
            "timed": single,
        }
        settings = settings_of(values)
        migrate(settings, (TELLING, LISTENING))
        self._telling: Service = Service.open(TELLING, settings)
        self._listening: Service = Service.open(LISTENING, settings)
        self._noted = noted
        self._sent = 0
        self._log = folder / "workers.log"
        prepared = self._telling.store.prepare(noted(SINGLES if single else EVENTS))
        raws = [base64.b64encode(one.raw).decode() for one in prepared]
        peer.ask(
            "prepare", url=broker_url, name=f"{installation}-bare", raws=raws, window=WINDOW,
            prefetch=PREFETCH, single=single,
        )  # fmt: skip
        self._workers = [self._begin(part, values) for part in ("telling", "listening")]

    def throughput(self) -> float:
        """Events a second."""
        began = time.monotonic()
        for _ in range(EVENTS // A_COMMIT):
            self._commit(A_COMMIT)
        self._await_all()
        return EVENTS / (time.monotonic() - began)

    def times(self) -> list[float]:
        """Milliseconds of each of SINGLES events."""
        found = []
        for _ in range(SINGLES):
            time.sleep(IDLE_SECONDS)
            self._commit(1)
            committed = time.monotonic()
            position = -1
            while position < self._sent - 1:
                words = _line(self._workers[1]).split()
                position, moment = int(words[0]), float(words[1])
            found.append((moment - committed) * 1000)
        return found

    def close(self) -> None:
        self.peer.ask("finish")
        for worker in self._workers:
            assert worker.stdin
            worker.stdin.close()
            worker.wait(30)
        self._telling.close()
        self._listening.close()

    def _commit(self, count: int) -> None:
        self._telling.store.commit(self._noted(count))
        self._sent += count

    def _await_all(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while (at := self._cursor()) < self._sent - 1:
            if time.monotonic() > end:
                raise TimeoutError(f"{at + 1} of {self._sent} arrived")
            time.sleep(0.01)

    def _cursor(self) -> int:
        from shared.bus.reading import read_cursor

        return read_cursor(self._listening.database, "trainings")

    def _begin(self, part: str, values: dict[str, Any]) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.load.carried", part, json.dumps(values)]
        with self._log.open("ab") as errors:
            worker = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, bufsize=1,
            )  # fmt: skip
        if _line(worker) != "ready":
            raise RuntimeError(self._log.read_text()[-2000:])
        return worker


def _line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


@contextmanager
def _staged(*, single: bool) -> Iterator[Carrying]:
    from tests import servers

    broker = servers.ensure("rabbitmq")
    name = f"load-{uuid.uuid4().hex[:8]}"
    url = servers.fresh_virtual_host(broker, name)
    try:
        with tempfile.TemporaryDirectory() as folder, Peer("kombu_alone") as peer:
            staged = Carrying(Path(folder), url, peer, single=single)
            try:
                yield staged
            finally:
                staged.close()
    finally:
        servers.remove_virtual_host(broker, name)


@contextmanager
def many() -> Iterator[Carrying]:
    """For throughput."""
    with _staged(single=False) as staged:
        yield staged


@contextmanager
def one_by_one() -> Iterator[Carrying]:
    """For latency."""
    with _staged(single=True) as staged:
        yield staged


def _peers_times(stage: Carrying) -> list[float]:
    times: list[float] = stage.peer.ask("round_trips", idle_seconds=IDLE_SECONDS)
    return times


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


THROUGHPUT = Measure(
    name="carrying-throughput",
    order=130,
    row="event committed to its effect committed in another service, RabbitMQ, throughput",
    against="kombu alone with windowed confirms and a bare consumer",
    unit="events/s",
    at_least=0.5,
    stage=many,
    ours=Carrying.throughput,
    peer=lambda stage: float(stage.peer.ask("throughput")),
)
LATENCY_P50 = Measure(
    name="carrying-latency-p50",
    order=140,
    row="the same, one event, latency p50",
    against="kombu publish-and-consume round trip alone",
    unit="ms",
    at_most=4,
    stage=one_by_one,
    ours=lambda stage: statistics.median(stage.times()),
    peer=lambda stage: statistics.median(_peers_times(stage)),
)
LATENCY_P99 = Measure(
    name="carrying-latency-p99",
    order=141,
    row="the same, one event, latency p99",
    against="kombu publish-and-consume round trip alone",
    unit="ms",
    at_most=4,
    stage=one_by_one,
    ours=lambda stage: _p99(stage.times()),
    peer=lambda stage: _p99(_peers_times(stage)),
)
