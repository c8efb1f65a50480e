"""Appends by ``Store.commit`` beside `eventsourcing` and beside bare rows, all of them durable.

On PostgreSQL each append writes its pending row and a sequencer works in a process beside. Sixteen
clients are threads in two processes, the same for every side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.load.measure import Measure
from tests.load.peer import Peer

if TYPE_CHECKING:
    from shared.settings import Settings

CLIENTS = 16
PROCESSES = 2
BATCH = 100
BEHIND_SECONDS = 30.0


@dataclass
class Stage:
    """What both sides write to. ``where``: the address or file of the peer's."""

    settings: Settings
    peers: dict[str, Peer]
    where: dict[str, Any]

    def ours(self, *, clients: int, appends: int, batch: int = 1, processes: int = 1) -> float:
        """Events a second; the sequencer must not stay behind."""
        from tests.load.appended import all_in_place, appending

        found = appending(
            self.settings, clients=clients, processes=processes, appends=appends, batch=batch
        )
        end = time.monotonic() + BEHIND_SECONDS
        while not all_in_place(self.settings):
            if time.monotonic() > end:
                raise RuntimeError("the sequencer stayed behind")
            time.sleep(0.02)
        return found

    def peer(self, name: str, action: str = "append", **arguments: Any) -> float:
        """Events a second of a peer."""
        return float(self.peers[name].ask(action, **self.where, **arguments))


@contextmanager
def on_postgresql() -> Iterator[Stage]:
    """Two databases on one server."""
    from tests import servers
    from tests.load.appended import installed, sequencing
    from tests.load.databases import database, folder

    server = servers.ensure("postgresql").url
    with ExitStack() as stack:
        home = stack.enter_context(folder("appending"))
        settings = stack.enter_context(installed(home, server))
        stack.enter_context(sequencing(settings))
        url = stack.enter_context(database("bench_append"))
        names = ("eventsourcing_store", "psycopg_rows")
        peers = {name: stack.enter_context(Peer(name)) for name in names}
        yield Stage(settings, peers, {"url": url})


@contextmanager
def on_sqlite() -> Iterator[Stage]:
    """Two files on one disk."""
    from tests.load.appended import installed
    from tests.load.databases import folder

    with ExitStack() as stack:
        home = stack.enter_context(folder("appending"))
        settings = stack.enter_context(installed(home / "ours"))
        peer = stack.enter_context(Peer("eventsourcing_store"))
        yield Stage(settings, {"eventsourcing_store": peer}, {"path": str(home / "peer.sqlite3")})


def ours(appends: int, **how: int) -> Callable[[Stage], float]:
    return lambda stage: stage.ours(appends=appends, **how)


def library(events: int, **how: Any) -> Callable[[Stage], float]:
    how = {"clients": 1, "processes": 1} | how
    return lambda stage: stage.peer("eventsourcing_store", events=events, **how)


ONE = Measure(
    name="append-one-client-postgresql",
    order=1,
    row="append of one event (the product's own append: pending row written, sequencer running),"
    " one client, PostgreSQL",
    against="`eventsourcing` `app.save`",
    unit="events/s",
    at_least=1.5,
    aim=2.5,
    stage=on_postgresql,
    ours=ours(2_000, clients=1),
    peer=library(1_000),
    beside=(("`eventsourcing` with its database functions", library(1_000, functions=True)),),
)
SIXTEEN = Measure(
    name="append-sixteen-clients-postgresql",
    order=2,
    row="the same, 16 clients in two processes",
    against="`eventsourcing`, 16 clients",
    unit="events/s",
    at_least=6,
    aim=12,
    stage=on_postgresql,
    ours=ours(16_000, clients=CLIENTS, processes=PROCESSES),
    peer=library(1_600, clients=CLIENTS, processes=PROCESSES),
    # Two processes that make its functions at once get in each other's way.
    beside=(
        (
            "`eventsourcing` with its database functions, in one process",
            library(1_600, clients=CLIENTS, functions=True),
        ),
    ),
)
ROWS = Measure(
    name="append-sixteen-clients-rows",
    order=3,
    row="the same, 16 clients in two processes",
    against="raw psycopg single-row commits, 16 clients",
    unit="events/s",
    at_least=0.5,
    aim=1,
    stage=on_postgresql,
    ours=ours(16_000, clients=CLIENTS, processes=PROCESSES),
    peer=lambda stage: stage.peer(
        "psycopg_rows", clients=CLIENTS, processes=PROCESSES, events=16_000
    ),
)
ONE_ON_FILE = Measure(
    name="append-one-client-sqlite",
    order=4,
    row="the same, one client, SQLite file, synchronous FULL",
    against="`eventsourcing` on SQLite",
    unit="events/s",
    at_least=1,
    aim=1.3,
    stage=on_sqlite,
    ours=ours(3_000, clients=1),
    peer=library(3_000),
)
SIXTEEN_ON_FILE = Measure(
    name="append-sixteen-clients-sqlite",
    order=5,
    row="the same, 16 threads, SQLite file, synchronous FULL",
    against="`eventsourcing` on SQLite, 16 threads",
    unit="events/s",
    at_least=3,
    aim=4.5,
    stage=on_sqlite,
    ours=ours(16_000, clients=CLIENTS),
    peer=library(3_200, clients=CLIENTS),
)
BATCHES = Measure(
    name="append-batches-postgresql",
    order=6,
    row="the same in batches of 100, PostgreSQL",
    against="`eventsourcing`, batches of 100",
    unit="events/s",
    at_least=2,
    aim=3.4,
    stage=on_postgresql,
    ours=ours(400, clients=1, batch=BATCH),
    peer=lambda stage: stage.peer(
        "eventsourcing_store", "append_batches", batch=BATCH, batches=200
    ),
)
