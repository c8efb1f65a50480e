"""The service whose appends and replays are measured, and its sequencer's process.

    with installed(folder, database_url) as settings:     # databases made, dropped at the end
        with sequencing(settings): ...                    # a process of its own, as in production
        opened(settings).store.commit(drafted(7))

An event has the fields that the peer's has; each append makes a new stream, as the peer makes a new
aggregate. ``python -m tests.load.appended '{"home": ...}'`` is the sequencer: it ends
with its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shared.database import database_name, server_url
from shared.events.append import Append, Context, StreamWrite
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.log.sequencer import Sequencer
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import Settings
from tests.load.payload import fields
from tests.load.peer import ROOT
from tests.load.peers.clients import Act, rate


@event_type("grants.draft.created.v1")
class Created(Event, frozen=True, kw_only=True):
    """As ``payload.fields`` has it."""

    reference: str
    applicant_id: str
    trade: str
    amount_minor: int
    currency: str
    summary: str


DRAFT: Decider[int] = Decider(
    kind="draft",
    initial=0,
    evolve=lambda state, _event: state + 1,
    decide=lambda _state, command: (command,),
    events=(Created,),
)
DRAFTS = Definition(name="grants", deciders=(DRAFT,))
CONTEXT = Context(actor="clerk", programme="rs", correlation="request-1", causation="request-1")


def drafted(first: int, count: int = 1) -> Append:
    """An append of so many events to a new stream."""
    make: Any = Created
    events = tuple(make(**fields(first + n)) for n in range(count))
    write = StreamWrite(f"draft/{uuid.uuid4()}", 0, events)
    return Append(context=CONTEXT, now=datetime.now(UTC), writes=(write,))


@contextmanager
def installed(folder: Path, database_url: str = "") -> Iterator[Settings]:
    """An installation of that one service."""
    settings = Settings(
        home=folder,
        database_url=database_url,
        broker_url="memory://",
        installation=f"l{uuid.uuid4().hex[:10]}",
    )
    migrate(settings, (DRAFTS,))
    try:
        yield settings
    finally:
        if database_url:
            _drop(settings)


def opened(settings: Settings) -> Service:
    """The service in this process."""
    return Service.open(DRAFTS, settings)


def appending(
    settings: Settings, *, clients: int, processes: int, appends: int, batch: int = 1
) -> float:
    """Events a second of clients that append at once."""

    def open_process() -> Callable[[], Act]:
        commit = opened(settings).store.commit
        return lambda: lambda number: commit(drafted(number * batch, batch))

    return batch * rate(open_process, clients=clients, processes=processes, events=appends)


def fill(settings: Settings, events: int) -> None:
    """Make a log of so many events, with their positions."""
    service = opened(settings)
    for first in range(0, events, 1_000):
        service.store.commit(drafted(first, min(1_000, events - first)))
    service.close()


def replay(settings: Settings, events: int) -> float:
    """Events a second of reading the whole log as event objects."""
    import time

    service = opened(settings)
    begun = time.perf_counter()
    seen = sum(1 for _ in service.store.replay())
    seconds = time.perf_counter() - begun
    service.close()
    if seen != events:
        raise RuntimeError(f"{seen} events, not {events}")
    return seen / seconds


@contextmanager
def sequencing(settings: Settings) -> Iterator[None]:
    """A sequencer at work in a process of its own."""
    values = {
        "home": str(settings.home),
        "database_url": settings.database_url,
        "installation": settings.installation,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.appended", json.dumps(values)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the sequencer did not begin")
        yield
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def all_in_place(settings: Settings) -> bool:
    """Whether every event has its position."""
    service = opened(settings)
    with service.database.reading() as connection:
        left = connection.exec_driver_sql("select count(*) from pending").scalar()
    service.close()
    return left == 0


def _drop(settings: Settings) -> None:
    engine = sa.create_engine(
        server_url(settings), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        for name in ("grants", "keyring"):
            database = database_name(settings, name)
            connection.exec_driver_sql(f"drop database if exists {database} with (force)")
        connection.exec_driver_sql(f"drop role if exists {database_name(settings, 'grants')}")


def main(values: dict[str, Any]) -> None:
    """Sequence until the input ends."""
    import threading

    service = opened(Settings(broker_url="memory://", **values | {"home": Path(values["home"])}))
    sequencer = Sequencer(service.database, lambda: None)
    thread = threading.Thread(target=sequencer.run)
    thread.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    sequencer.stop()
    thread.join(20)
    service.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
