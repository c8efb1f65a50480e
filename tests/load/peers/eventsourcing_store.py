"""The library `eventsourcing` with PostgreSQL or SQLite, as its documentation sets it up.

    peer.ask("append", url="postgresql://…", clients=16, processes=1, events=2000)   # events/s
    peer.ask("append", path="…/es.sqlite3", clients=1, processes=1, events=500)
    peer.ask("append_batches", url=…, batch=100, batches=20)                         # events/s
    peer.ask("fill", url=…, events=200_000)
    peer.ask("replay", url=…, events=200_000)                                        # events/s

An append is ``Application.save`` of a new aggregate with one event. Pools are as large as there are
clients. SQLite is in WAL mode with synchronous FULL, which is the library's way.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.load.payload import fields
from tests.load.peers.clients import Act, rate
from tests.load.peers.serving import serve

PAGE = 1_000
OPENING = multiprocessing.get_context("fork").Lock()


class Drafted(Aggregate):  # type: ignore[misc]
    """An application as an aggregate: one event makes it, further ones amend it."""

    @event("Created")
    def __init__(
        self,
        reference: str,
        applicant_id: str,
        trade: str,
        amount_minor: int,
        currency: str,
        summary: str,
    ) -> None:
        self.reference = reference
        self.applicant_id = applicant_id
        self.trade = trade
        self.amount_minor = amount_minor
        self.currency = currency
        self.summary = summary

    @event("Amended")
    def amend(
        self,
        reference: str,
        applicant_id: str,
        trade: str,
        amount_minor: int,
        currency: str,
        summary: str,
    ) -> None:
        self.amount_minor = amount_minor


def environment(
    *, url: str = "", path: str = "", clients: int = 1, functions: bool = False
) -> dict[str, str]:
    """The library's settings. ``functions``: whether it inserts by a function in the database."""
    if path:
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": path,
            "SQLITE_LOCK_TIMEOUT": "30",
            "SQLITE_POOL_SIZE": str(clients),
            "SQLITE_POOL_TIMEOUT": "60",
        }
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": unquote(parts.username or ""),
        "POSTGRES_PASSWORD": unquote(parts.password or ""),
        "POSTGRES_POOL_SIZE": str(clients),
        "POSTGRES_MAX_OVERFLOW": "0",
        "POSTGRES_MAX_WAITING": "1000",
        "POSTGRES_CONNECT_TIMEOUT": "60",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes" if functions else "no",
    }


class Drafts(Application):  # type: ignore[misc]
    """The application, with sections of its log as long as helps replaying it."""

    log_section_size = PAGE


def opened(**where: Any) -> Drafts:
    """An application whose tables are there. Processes that make them at once would fail."""
    with OPENING:
        return Drafts(env=environment(**where))


def append(*, clients: int, processes: int, events: int, **where: Any) -> float:
    """Events a second of clients that save new aggregates."""

    def open_process() -> Callable[[], Act]:
        app = opened(clients=clients // processes, **where)
        return lambda: lambda number: app.save(Drafted(**fields(number)))

    return rate(open_process, clients=clients, processes=processes, events=events)


def append_batches(*, batch: int, batches: int, **where: Any) -> float:
    """Events a second of one client that saves aggregates with ``batch`` new events each."""

    def open_process() -> Callable[[], Act]:
        app = opened(**where)
        return lambda: lambda number: app.save(_aggregate(number, batch))

    return batch * rate(open_process, clients=1, processes=1, events=batches)


def fill(*, events: int, **where: Any) -> None:
    """Make a log of so many events."""
    app = opened(**where)
    for number in range(0, events, PAGE):
        app.save(_aggregate(number, min(PAGE, events - number)))
    app.close()


def replay(*, events: int, **where: Any) -> float:
    """Events a second of reading the whole notification log as event objects."""
    app = opened(**where)
    begun = time.perf_counter()
    seen, start = 0, 1
    while page := app.notification_log.select(start=start, limit=PAGE):
        for notification in page:
            app.mapper.to_domain_event(notification)
        seen += len(page)
        start = page[-1].id + 1
    seconds = time.perf_counter() - begun
    app.close()
    if seen != events:
        raise RuntimeError(f"{seen} events, not {events}")
    return seen / seconds


def _aggregate(first: int, events: int) -> Drafted:
    aggregate = Drafted(**fields(first))
    for number in range(first + 1, first + events):
        aggregate.amend(**fields(number))
    return aggregate


if __name__ == "__main__":
    serve(append=append, append_batches=append_batches, fill=fill, replay=replay)
