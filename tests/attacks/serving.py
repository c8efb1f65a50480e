"""A real gunicorn with the installation's own settings file, spoken to byte by byte.

with serving(home, head_seconds=1.5) as server:
    server.ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")    ->  the answer's bytes
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30.0
THREADS = 2


@dataclass
class Server:
    """Where it listens, and what it writes."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), 10)

    def ask(self, request: bytes, *, seconds: float = 10.0) -> bytes:
        """Everything that comes back until the other side closes or is silent for so long."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            connection.sendall(request)
            return everything(connection)

    def serves(self, *, within: float = 3.0) -> bool:
        """Whether somebody else gets a page meanwhile, in time."""
        began = time.monotonic()
        answer = self.ask(
            b"GET /accounts/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        return answer.startswith(b"HTTP/1.1 200") and time.monotonic() - began < within


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes, or as much as came in time."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except (TimeoutError, ConnectionResetError):
        pass
    return found


def closed_after(connection: socket.socket, *, at_most: float) -> float:
    """After how many seconds the other side closes; fails when it does not."""
    began = time.monotonic()
    connection.settimeout(at_most)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


@contextmanager
def serving(home: Path, folder: Path, **limits: float) -> Iterator[Server]:
    """The accounts service. ``limits``: constants of ``shared.serving`` that are shorter here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shorter = "".join(f"serving.{name.upper()} = {value!r}\n" for name, value in limits.items())
    config = folder / "gunicorn.conf.py"
    config.write_text(
        f"exec(open({str(ROOT / 'deploy' / 'gunicorn.py')!r}).read())\n"
        f"from shared import serving\n{shorter}",
        encoding="utf-8",
    )
    environment = {name: text for name, text in os.environ.items() if "ZANAT" not in name}
    environment |= {
        "ZANAT_HOME": str(home),
        "ZANAT_BIND": f"127.0.0.1:{port}",
        "ZANAT_WEB_WORKERS": "1",
        "ZANAT_WEB_THREADS": str(THREADS),
        "PYTHONPATH": str(ROOT),
    }
    log = folder / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "-c", str(config), "services.accounts.wsgi:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        server = Server(port, log, process)
        _await(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(server: Server) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if b"alive" in server.ask(
                b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            ):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())
