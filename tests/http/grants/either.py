"""A house on SQLite or on PostgreSQL, for what people do at the same instant.

@pytest.fixture(params=BOTH)
def house(request, tmp_path):
    yield from opened(request, tmp_path)

at_once(lambda: ana.post(...), lambda: vera.post(...))  ->  [answer, answer]
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, text

from services.grants.app import create, definition
from shared.access.tokens import TokenSigner
from shared.clock import FixedClock
from shared.database import database_name, server_url
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key

from .home import NOON, House

BOTH: Final = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[House]:
    """The house of the database that the parameter names; gone afterwards."""
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    settings = _settings(folder, address)
    migrate(settings, [definition()])
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    made = House(service, create(service), clock, signer)
    yield made
    made.close()
    if address:
        _drop(settings)


def _settings(folder: Path, address: str) -> Settings:
    settings = Settings(home=folder, public_url="http://localhost:8000")
    if not address:
        return settings
    name = f"two{uuid.uuid4().hex[:12]}"
    return replace(settings, installation=name, database_url=address)


def _drop(settings: Settings) -> None:
    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for one in ("grants", "keyring"):
            name = database_name(settings, one)
            connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"drop role if exists {database_name(settings, 'grants')}"))
    engine.dispose()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What the acts answer, all begun at the same instant."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(run, act) for act in acts]]
