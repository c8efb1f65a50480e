"""A log of boats on SQLite and on PostgreSQL, filled as fast as rows go in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from shared.access.accesses import access_events
from shared.events.tables import EVENTS, LOG
from shared.log.checkpoints import make_checkpoint
from shared.log.hashes import StoredHashes, grow_in_batches
from shared.log.rotating import log_events
from shared.service import Service
from tests.store.conftest import BOTH, on_both
from tests.store.domain import BOATS, Home

SIGNED_BOATS = replace(BOATS, events=(*access_events("trainings"), *log_events("trainings")))
NAME = "trainings"


def entry(position: int) -> bytes:
    """What stands at a position of a filled log: bytes of one to some hundreds."""
    return b"%d " % position + b"x" * (position % 7 * 40)


def fill(service: Service, size: int) -> None:
    """Let the log have so many entries, as if they had been appended one after the other."""
    with service.database.writing() as connection:
        start = StoredHashes(connection, NAME, own=True).count(0)
        for first in range(start, size, 5_000):
            positions = range(first, min(first + 5_000, size))
            connection.execute(
                EVENTS.insert(),
                [
                    {
                        "event_id": f"filled-{n}",
                        "stream": f"filled/{n}",
                        "version": 1,
                        "type": "filled",
                        "envelope": entry(n),
                    }
                    for n in positions
                ],
            )
            connection.execute(
                LOG.insert(),
                [
                    {
                        "position": n,
                        "event_id": f"filled-{n}",
                        "leaf_hash": hashlib.sha256(b"\0" + entry(n)).digest(),
                    }
                    for n in positions
                ],
            )


def signed(service: Service) -> bytes | None:
    """Grow and sign, as the checkpointer does in a turn."""
    grow_in_batches(service.database, service.name, own=True)
    return make_checkpoint(service)


def tamper(service: Service, home: Home, statement: str, **values: object) -> None:
    """Change rows as only who holds the file, or owns the database, can."""

    def run(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            triggers = "select name from sqlite_master where type = 'trigger'"
            for name in connection.execute(text(triggers)).scalars().all():
                connection.execute(text(f"drop trigger {name}"))
        else:
            for table in ("events", "log", "log_hashes", "checkpoints"):
                connection.execute(text(f"alter table {table} disable trigger user"))
        connection.execute(text(statement), values)

    if service.database.is_sqlite:
        with service.database.writing() as connection:
            run(connection)
        return
    engine = home.owner(service.name)
    with engine.begin() as connection:
        run(connection)
    engine.dispose()


on_postgresql_too = pytest.mark.parametrize("home", BOTH, indirect=True)
"""Where the databases differ in what the test is about."""


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    if getattr(request, "param", "sqlite") == "sqlite":
        found = Home.make(tmp_path)
        yield found
        found.close()
    else:
        yield from on_both(request, tmp_path)


@pytest.fixture
def boats(home: Home) -> Service:
    return home.open(SIGNED_BOATS)
