"""Two services and the queue between them, within one process and on real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bus.harbour import Harbour
from tests.store.domain import TROUBLE

RABBITMQ = pytest.param("rabbitmq", marks=pytest.mark.servers)


@pytest.fixture(scope="module", params=["memory", RABBITMQ])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Harbour]:
    """SQLite with kombu's queue in memory, or PostgreSQL with RabbitMQ."""
    servers = request.param == "rabbitmq"
    found = Harbour.make(
        tmp_path_factory.mktemp("home"),
        database_url=request.getfixturevalue("database_url") if servers else "",
        broker_url=request.getfixturevalue("broker_url") if servers else "memory://",
    )
    yield found
    found.close()


@pytest.fixture
def harbour(installation: Harbour) -> Iterator[Harbour]:
    """The same installation for each test of a module, with nothing on its way between the two."""
    if not installation.caught_up():
        with installation.moving():
            installation.wait()
    installation.purge()
    yield installation
    TROUBLE.streams = set()
