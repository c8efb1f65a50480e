"""What every test may ask for: the real servers, each test process with a queue of its own.

    def test_relay(database_url: str, broker_url: str) -> None: ...

A test that asks for an address is marked ``servers`` by itself. Without a server it is skipped
with one line on a laptop and fails where CI is true: there, nothing may be left unproved.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, sync_playwright

from shared.access import passwords
from tests import servers
from tests.pages.visiting import chromium, launch
from tests.server_processes import Unavailable

BROKER_FIXTURES = {"broker_url"}
SERVER_FIXTURES = {"database_url"} | BROKER_FIXTURES


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, before ``-m`` chooses."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("servers")


def server(name: str) -> servers.Server:
    """A server that answers, or the end of this test."""
    try:
        return servers.ensure(name)
    except Unavailable as reason:
        if os.environ.get("CI", "") == "true":
            pytest.fail(f"{name}: {reason}", pytrace=False)
        pytest.skip(f"{name}: {reason}")


@pytest.fixture(scope="session")
def database_url() -> str:
    """The owner's address of a PostgreSQL server; databases and roles on it are the test's own."""
    return server("postgresql").url


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """A RabbitMQ that nobody else uses while this test process runs.

    On a server of our own that is a fresh virtual host. A server that the environment names is
    used as it is, by one test process at a time.
    """
    broker = server("rabbitmq")
    if broker.management:
        name = f"test-{os.getpid()}"
        yield servers.fresh_virtual_host(broker, name)
        servers.remove_virtual_host(broker, name)
        return
    mark = hashlib.sha256(broker.url.encode()).hexdigest()[:12]
    with (Path(tempfile.gettempdir()) / f"zanat-broker-{os.getuid()}-{mark}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield broker.url


@pytest.fixture(autouse=True, scope="session")
def light_passwords() -> Iterator[None]:
    """Passwords are hashed by the same function with less work, hundreds of times.

    ``tests/unit/access/test_passwords.py`` looks at the work that is done in earnest.
    """
    earnest = passwords._HASHER, passwords._NOBODY
    light = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._HASHER = light  # type: ignore[misc]
    passwords._NOBODY = light.hash("nobody's")  # type: ignore[misc]
    yield
    passwords._HASHER, passwords._NOBODY = earnest  # type: ignore[misc]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system brings it; without it these tests are skipped, or fail under CI."""
    if not chromium():
        if os.environ.get("CI", "") == "true":
            pytest.fail("chromium is not installed", pytrace=False)
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
