"""One seeded installation for all tests of this folder; refusals are noted, not written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .asking import House


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House.open(tmp_path_factory.mktemp("access"))
    yield made
    made.home.close()
