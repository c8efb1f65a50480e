"""A demonstration that was made a moment ago is served by the same command, documents too."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.installation.commands import Commands
from tests.load.importing import Visitor
from tests.server_processes import free_ports

START_SECONDS = 120
CERTIFICATES = "/trainings/certificates"


@pytest.mark.slow
def test_what_was_made_is_served_with_its_documents(tmp_path: Path) -> None:
    """The renderer worked before the server began: its threads must not be missed afterwards."""
    commands = Commands(tmp_path / "home")
    address = f"127.0.0.1:{free_ports(1)[0]}"
    commands.environment |= {"ZANAT_BIND": address, "ZANAT_PUBLIC_URL": f"http://{address}"}
    process = commands.start("demo")
    try:
        visitor = Visitor(f"http://{address}")
        waited_for(visitor)
        visitor.sign_in("Trainer")
        page = visitor.get(CERTIFICATES)
        found = re.search(rf'href="({CERTIFICATES}/[0-9a-f-]{{36}})"', page)
        assert found is not None
        page = visitor.get(found[1])
        assert "Session days" in page and "24 h" in page
        with visitor.opener.open(f"{visitor.address}{found[1]}/print", timeout=60) as answer:
            assert answer.read().startswith(b"%PDF")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def waited_for(visitor: Visitor) -> None:
    """Return once the server answers."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            visitor.get("/accounts/sign-in")
            return
        except (URLError, OSError):
            assert time.monotonic() < end
            time.sleep(0.2)
