"""One seeded installation for all attacks, reached by http and, with other cookies, by https."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from services.all_in_one import APPS
from shared.settings import SERVICES
from tests.interface.home import Home

from .asking import HTTPS


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home.open(tmp_path_factory.mktemp("attacks"), name="attacked")
    yield made
    made.close()


@pytest.fixture(scope="package")
def secure_apps(home: Home) -> dict[str, Flask]:
    """The same services as people reach them: by an https address."""
    return {
        name: APPS[name].create(
            replace(service, settings=replace(service.settings, public_url=HTTPS))
        )
        for name in SERVICES
        for service in (home.installation.services[name],)
    }
