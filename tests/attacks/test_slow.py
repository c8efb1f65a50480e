"""Slow heads, slow bodies, endless chunks, slow readers: nobody else waits, and each one ends."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.all_in_one import Installation
from services.commands.starting import make_keys
from shared.settings import Settings

from .serving import THREADS, Server, closed_after, everything, serving

pytestmark = pytest.mark.slow

HEAD_SECONDS = 1.5
BODY_GRACE_SECONDS = 2.0
MANY = 6 * THREADS
HEAD = b"POST /accounts/sign-in HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("slow")
    settings = Settings(home=folder / "home")
    make_keys(settings)
    Installation.open(settings).close()
    limits = {"head_seconds": HEAD_SECONDS, "body_grace_seconds": BODY_GRACE_SECONDS}
    with serving(settings.home, folder, **limits, send_grace_seconds=1.0) as made:
        yield made


@contextlib.contextmanager
def attackers(server: Server, beginning: bytes, drip: bytes) -> Iterator[list[socket.socket]]:
    """Many connections that send a beginning and then a drop every fifth of a second."""
    stopped = threading.Event()
    with ExitStack() as stack:
        found = [stack.enter_context(server.connect()) for _ in range(MANY)]
        for one in found:
            one.sendall(beginning)

        def dripping() -> None:
            while not stopped.wait(0.2):
                for one in found:
                    with contextlib.suppress(OSError):
                        one.sendall(drip)

        thread = threading.Thread(target=dripping)
        thread.start()
        try:
            yield found
        finally:
            stopped.set()
            thread.join()


@pytest.mark.parametrize(
    ("beginning", "drip", "seconds"),
    [
        pytest.param(b"", b"", HEAD_SECONDS, id="says nothing"),
        pytest.param(HEAD, b"X-A: b\r\n", HEAD_SECONDS, id="slow head"),
        pytest.param(
            HEAD + b"Content-Length: 500\r\n\r\n", b"a", HEAD_SECONDS, id="small slow body"
        ),
        pytest.param(
            HEAD + b"Content-Length: 900000\r\n\r\n", b"a", BODY_GRACE_SECONDS, id="large slow body"
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            b"1\r\na\r\n",
            BODY_GRACE_SECONDS,
            id="slow endless chunks",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            b"0",
            BODY_GRACE_SECONDS,
            id="a chunk's size without end",
        ),
    ],
)
def test_slow_senders_keep_nobody_waiting_and_end(
    server: Server, beginning: bytes, drip: bytes, seconds: float
) -> None:
    with attackers(server, beginning, drip) as found:
        assert server.serves()
        assert server.serves()
        for one in found:
            closed_after(one, at_most=seconds + 5)
    assert server.serves()


def test_fast_endless_chunks_end_at_a_size(server: Server) -> None:
    with server.connect() as connection:
        connection.settimeout(10)
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        piece, sent = b"10000\r\n" + b"a" * 0x10000 + b"\r\n", 0
        with contextlib.suppress(ConnectionError):
            while sent < 100 * 1024 * 1024:
                connection.sendall(piece)
                sent += len(piece)
        assert sent < 30 * 1024 * 1024
    assert server.serves()


def test_chunks_beyond_the_routes_limit_are_refused_in_words(server: Server) -> None:
    head = HEAD + b"Connection: close\r\nAccept: application/problem+json\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    size = 3 * 1024 * 1024
    with server.connect() as connection:
        connection.settimeout(10)
        connection.sendall(head + b"%x\r\n" % size + b" " * size + b"\r\n0\r\n\r\n")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 413"), answer[:100]
    assert b"application/problem+json" in answer


def test_a_body_that_is_said_to_be_huge_is_refused_by_its_length(server: Server) -> None:
    began = time.monotonic()
    answer = server.ask(
        HEAD + b"Connection: close\r\nContent-Length: 99999999999\r\n\r\n" + b"a" * 1000
    )
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 403"))
    assert time.monotonic() - began < 8


def test_slow_readers_keep_nobody_waiting_and_end(server: Server) -> None:
    page = server.ask(
        b"GET /accounts/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ).decode()
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    request = f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with ExitStack() as stack:
        found = []
        for _ in range(MANY):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            one.connect(("127.0.0.1", server.port))
            # The same large file again and again, and none of it is read.
            one.sendall(request * 60)
            found.append(one)
        assert server.serves()
        assert server.serves()
    assert server.serves()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 70 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"b" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"b" * 60_000, b"431"),
        (b"Mira Primer 0101990715000\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nMira Primer: 0101990715000\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", b"400"),
        (HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nMira\r\n", b"400"),
        (HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
    ],
)
def test_what_cannot_be_read_is_refused_in_fixed_words(
    server: Server, request_bytes: bytes, status: bytes
) -> None:
    answer = server.ask(request_bytes)
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert b"Mira" not in answer and b"0101990715000" not in answer
    log = server.log.read_text()
    assert "Mira" not in log and "0101990715000" not in log
    assert server.serves()


def test_requests_one_behind_the_other_are_each_answered(server: Server) -> None:
    """Nothing of one request is taken for a part of the next."""
    body = b"account=a&password=b"
    post = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
    post += b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    with server.connect() as connection:
        connection.settimeout(5)
        connection.sendall(post + chunked + get + b"\r\n")
        time.sleep(0.5)
        connection.sendall(get + b"Connection: close\r\n\r\n")
        answers = everything(connection)
    assert answers.count(b"HTTP/1.1 403") == 2
    assert answers.count(b'"alive"') == 2


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(server: Server) -> None:
    body = b"a" * 100_000
    head = HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with server.connect() as connection:
        connection.settimeout(5)
        connection.sendall(head % len(body))
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(body)
        answer = everything(connection)
    assert answer.count(b"100 Continue") == 0 and answer.startswith(b"HTTP/1.1 403")
