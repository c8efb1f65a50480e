"""A running demonstration: its home is made once and copied, so that each server begins the same.

home = make_home(folder)                            # some 15 s
with serving(home) as server:
    browser.goto(server.address)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from services.register.invent import invent
from tests.server_processes import free_ports

ROOT = Path(__file__).parents[2]
SEED = 1
PEOPLE = 12
START_SECONDS = 120
STOP_SECONDS = 30


class NotServing(Exception):
    """The demonstration did not begin; the message ends with what it said last."""


def environment(home: Path, port: int) -> dict[str, str]:
    """The environment of a demonstration's process; nothing of ours shines through."""
    kept = {name: word for name, word in os.environ.items() if not name.startswith("ZANAT_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "ZANAT_HOME": str(home),
        "ZANAT_BIND": f"127.0.0.1:{port}",
        "ZANAT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ZANAT_LOG_LEVEL": "WARNING",
        # What ``demo`` made is served as what it is, without looking through it again.
        "ZANAT_DEMONSTRATION": "1",
    }


def make_home(folder: Path) -> Path:
    """A demonstration's home with a small invented register, and work that waits for each role."""
    register, home = folder / "register", folder / "home"
    invent(register, seed=SEED, people=PEOPLE)
    done = subprocess.run(
        [sys.executable, "-m", "services", "demo", "--load-only", "--register", str(register)],
        cwd=ROOT,
        env=environment(home, 8000),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotServing(done.stderr[-3000:])
    return home


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a copy of a home; gives the server's address and ends it afterwards."""
    folder = home.parent
    port = free_ports(1)[0]
    copy = folder / f"home-{port}"
    shutil.copytree(home, copy)
    address = f"http://127.0.0.1:{port}"
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "run"],
            cwd=ROOT,
            env=environment(copy, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, address, log)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(copy)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/accounts/sign-in", timeout=5):  # noqa: S310 (our own server)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise NotServing(log.read_text(errors="replace")[-3000:])
