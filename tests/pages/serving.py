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


class Server:
    """A server of a copy of a home, at one address also when it was stopped and started again."""

    def __init__(self, home: Path) -> None:
        self._port = free_ports(1)[0]
        self._home = home.parent / f"home-{self._port}"
        self._log = home.parent / f"server-{self._port}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"http://127.0.0.1:{self._port}"
        shutil.copytree(home, self._home)

    def start(self) -> None:
        """Serve, and wait until it answers; nothing where it does already."""
        if self._process is not None:
            return
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services", "run"],
                cwd=ROOT,
                env=environment(self._home, self._port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        _wait(self._process, self.address, self._log)

    def stop(self) -> None:
        """End it; nobody answers at its address then."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def remove(self) -> None:
        """End it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._home)


@contextlib.contextmanager
def restartable(home: Path) -> Iterator[Server]:
    """Serve a copy of a home that may be stopped and started again; ends it afterwards."""
    server = Server(home)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a copy of a home; gives the server's address and ends it afterwards."""
    with restartable(home) as server:
        yield server.address


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/accounts/sign-in", timeout=5):  # noqa: S310 (our own server)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise NotServing(log.read_text(errors="replace")[-3000:])
