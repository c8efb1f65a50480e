"""A home on SQLite, and each test once more on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.service import Service
from tests.store.domain import BOATS, Home


def on_both(request: pytest.FixtureRequest, folder: Path) -> Iterator[Home]:
    """One home for the tests of a module, of the kind that the parameter names."""
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    home = Home.make(folder, database_url=address)
    yield home
    home.close()


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


@pytest.fixture(scope="module", params=BOTH)
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    yield from on_both(request, tmp_path_factory.mktemp("home"))


@pytest.fixture(params=BOTH)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    yield from on_both(request, tmp_path)


@pytest.fixture
def postgres(database_url: str, tmp_path: Path) -> Iterator[Home]:
    found = Home.make(tmp_path, database_url=database_url)
    yield found
    found.close()


@pytest.fixture
def boats(home: Home) -> Service:
    return home.open(BOATS)
