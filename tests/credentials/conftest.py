"""Trainings that really serve on a port of their own, with certificates in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from services.trainings.app import create, definition
from shared.access.tokens import TokenSigner
from shared.clock import FixedClock
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.credentials import verifier
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import NOON, House
from tests.migrated import migrated
from tests.server_processes import Unavailable, free_ports


@pytest.fixture(scope="session", autouse=True)
def packages() -> Path:
    """Without Node these tests are skipped, or fail where CI is true."""
    try:
        return verifier.modules()
    except Unavailable as reason:
        if os.environ.get("CI", "") == "true":
            pytest.fail(f"Verifier: {reason}", pytrace=False)
        pytest.skip(f"Verifier: {reason}")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Trainings under an address at which it answers."""
    port = free_ports(1)[0]
    settings = Settings(home=tmp_path, public_url=f"http://127.0.0.1:{port}")
    migrated(settings, definition())
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    app = create(service)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield House(service, app, clock, signer)
    server.shutdown()
    thread.join()
    server.server_close()
    service.close()


@pytest.fixture
def cohort(house: House) -> Cohort:
    """Three people who passed; afterwards it is today, as the verifier's clock has it."""
    made = Cohort.begun(house)
    made.finished()
    made.issue()
    house.clock.moment = datetime.now(UTC)
    return made
