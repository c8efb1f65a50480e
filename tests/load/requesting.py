"""A light client of many connections: sends a POST over and over, each with a key of its own.

    with Requesting(port=8001, connections=32) as client:
        rate = client.requests_a_second("/grants/api/v1/…", headers, bodies, seconds=3.0)

One process with bare sockets, so that it takes little from the servers that it measures: some
twenty microseconds a request. An answer other than 201 ends the round with an error.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Final

CREATED: Final = b"HTTP/1.1 201"
LENGTH: Final = b"\r\ncontent-length: "
PATIENCE_SECONDS: Final = 30.0


class Requesting:
    """The client's process, seen from the benchmark."""

    def __init__(self, *, port: int, connections: int) -> None:
        command = [sys.executable, "-m", "tests.load.requesting", str(port), str(connections)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def requests_a_second(
        self, path: str, headers: Mapping[str, str], bodies: Sequence[Any], *, seconds: float
    ) -> float:
        """Answers a second over ``seconds``, after a short start that does not count."""
        assert self._process.stdin and self._process.stdout
        asked = {"path": path, "headers": dict(headers), "bodies": bodies, "seconds": seconds}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the client ended"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return float(answer["rate"])

    def __enter__(self) -> Requesting:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class _Connection:
    """One connection: a request is on its way, and this much of the answer has come."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.come = b""
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def receive(self) -> bytes | None:
        """The whole answer once it is there; empty when the server closed the connection."""
        part = self.socket.recv(65536)
        if not part:
            return b""
        self.come += part
        head = self.come.find(b"\r\n\r\n")
        if head < 0:
            return None
        lower = self.come[:head].lower()
        at = lower.find(LENGTH) + len(LENGTH)
        length = int(lower[at:].split(b"\r\n", 1)[0])
        if len(self.come) < head + 4 + length:
            return None
        answer, self.come = self.come, b""
        return answer

    def renew(self) -> None:
        self.socket.close()
        self.come = b""
        self.socket = self._connect()


def measure(
    port: int, connections: int, path: str, headers: Mapping[str, str], bodies: Sequence[Any],
    seconds: float,
) -> float:  # fmt: skip
    """Answers a second."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    keys = count()
    mark = f"{time.time_ns():x}"
    encoded = [json.dumps(body).encode() for body in bodies]

    def request() -> bytes:
        number = next(keys)
        body = encoded[number % len(encoded)]
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}"
            f"Content-Type: application/json\r\nIdempotency-Key: {mark}-{number}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    with selectors.DefaultSelector() as selector:
        working = [_Connection(port) for _ in range(connections)]
        for one in working:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.socket.sendall(request())
        start = time.perf_counter() + min(0.5, seconds / 4)
        end = start + seconds
        answered, first = 0, 0.0
        while (now := time.perf_counter()) < end:
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise RuntimeError("no answer")
            for key, _ in ready:
                one = key.data
                answer = one.receive()
                if answer == b"":
                    # A worker that has served its number of requests is replaced by a fresh one.
                    selector.unregister(one.socket)
                    one.renew()
                    selector.register(one.socket, selectors.EVENT_READ, one)
                elif answer is None:
                    continue
                elif not answer.startswith(CREATED):
                    raise RuntimeError(answer[:2000].decode("utf-8", "replace"))
                elif now >= start:
                    first = first or now
                    answered += 1
                one.socket.sendall(request())
        for one in working:
            one.socket.close()
    return answered / (now - first)


def main() -> None:
    """Answer one line a round until nobody asks any more."""
    port, connections = int(sys.argv[1]), int(sys.argv[2])
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = {"rate": measure(port, connections, **json.loads(line))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
