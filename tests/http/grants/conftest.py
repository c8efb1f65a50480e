"""A home with grants in it, readers who ask, and people whom trainings told it of.

    def test_it(house):
        call_id = home.open_call(house)                       # tests/http/grants/home.py
        officer = house.as_reader(Role.programme_officer)
        assert officer.get("/grants/calls").status_code == 200

``client`` and ``token`` are the same without ``Asker``:
``client.get(address, headers=token(Role.auditor, account_id="a9"))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from .home import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House.open(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return house.app.test_client()


@pytest.fixture
def token(house: House) -> Callable[..., dict[str, str]]:
    return house.token
