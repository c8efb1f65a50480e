"""One seeded installation for all tests of this folder; they only ever add to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .home import Home


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home.open(tmp_path_factory.mktemp("interface"))
    yield made
    made.close()
