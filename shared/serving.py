"""gunicorn's worker of threads, made patient: who sends or reads slowly keeps nobody else waiting.

    worker_class = "shared.serving.PatientWorker"

gunicorn gives a request to a thread when its first byte is there, and the thread then waits for the
rest. A handful of connections that send a byte now and then hold all threads (slowloris). Here:

* a head, and a small body with it, is gathered without a thread and closed if not whole in time;
* a larger body is read before the application is called, by one of a limited number of threads that
  are there for this, at no less than ``RATE_BYTES`` a second, into memory and then a file without a
  name; one in chunks ends at ``BODY_BYTES_MAX`` whatever it says;
* as many requests as there are threads in the settings are worked on at a time, and a request whose
  answer is read slowly is not counted among them;
* what cannot be read is answered in fixed words: nothing of it comes back or is written down.

The proxy before us has limits of its own. These hold where there is none, and where it passes slow
bodies on.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers import gthread

from shared import memory

HEAD_SECONDS: Final = 10.0
HEAD_BYTES_MAX: Final = 48 * 1024
SMALL_BODY_BYTES: Final = 64 * 1024
BODY_BYTES_MAX: Final = 12 * 1024 * 1024
"""More than any route takes: each has a limit of its own, which the application knows."""

BODY_GRACE_SECONDS: Final = 15.0
BODY_SECONDS_MAX: Final = 600.0
SEND_GRACE_SECONDS: Final = 30.0
RATE_BYTES: Final = 4096
SLOW_AT_ONCE_MAX: Final = 48
"""How many larger bodies are read, or answers sent to slow readers, at a time."""

PARTING_SECONDS: Final = 2.0
PARTING_BYTES_MAX: Final = 1024 * 1024
_SPARE_THREADS: Final = 8
_MEMORY_BYTES: Final = 512 * 1024
_PIECE_BYTES: Final = 64 * 1024
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)

HEAD_TOO_LARGE: Final = (431, "Request Header Fields Too Large")
TOO_LARGE: Final = (413, "Content Too Large")
TOO_SLOW: Final = (408, "Request Timeout")
TOO_MANY: Final = (503, "Service Unavailable")
MALFORMED: Final = (400, "Bad Request")


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """One process of a server."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turns = threading.BoundedSemaphore(self.cfg.threads)
        self._slow = threading.BoundedSemaphore(SLOW_AT_ONCE_MAX)

    def load_wsgi(self) -> None:
        """Called once in this process, before it serves."""
        super().load_wsgi()
        memory.settle()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Threads for the requests, for who is slow, and for looking at what has arrived."""
        return ThreadPoolExecutor(self.cfg.threads + SLOW_AT_ONCE_MAX + _SPARE_THREADS)

    def handle(self, conn: Any) -> Any:
        """Called when a connection has something to read; the request may not be whole yet."""
        gathered = getattr(conn, "gathered", None)
        if gathered is None:
            gathered = conn.gathered = bytearray(_waiting_bytes(conn))
            conn.until = time.monotonic() + HEAD_SECONDS
        whole = _gather(conn.sock, gathered)
        if whole is None or (not whole and time.monotonic() > conn.until):
            return False
        if not whole:
            # Back to those that wait for more without a thread.
            return gthread._DEFER  # noqa: SLF001 (its sign for this; there is no other)
        if len(gathered) > HEAD_BYTES_MAX and b"\r\n\r\n" not in gathered[:HEAD_BYTES_MAX]:
            # The parser would wait for its end, however long that takes.
            _answer(conn.sock, *HEAD_TOO_LARGE)
            self._part(conn.sock)
            return False
        try:
            conn.init()
        except OSError:
            return False
        conn.parser.unreader.take_buffered()
        conn.parser.unreader.unread(bytes(gathered))
        conn.gathered = conn.until = None
        result = super().handle(conn)
        if not result:
            self._part(conn.sock)
        return result

    def _part(self, sock: Any) -> None:
        """Let the other side read our last words before the connection is closed.

        gunicorn does this where it waits for all connections: one that goes on sending then holds
        all others up for seconds.
        """
        if not self._slow.acquire(blocking=False):
            return
        try:
            end, drained = time.monotonic() + PARTING_SECONDS, 0
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
                while drained < PARTING_BYTES_MAX and (left := end - time.monotonic()) > 0:
                    sock.settimeout(left)
                    piece = sock.recv(_PIECE_BYTES)
                    if not piece:
                        break
                    drained += len(piece)
        finally:
            self._slow.release()

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """As in gunicorn, but closing waits for nobody, and a head has no more time than it had."""
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self.nr_conns -= 1
            conn.close()
            return
        super().finish_request(conn, fs)
        until = getattr(conn, "until", None)
        if until is not None and conn.timeout is not None:
            conn.timeout = min(conn.timeout, until)

    def murder_pending(self) -> None:
        """Close whatever is not whole in time; not only the first, since times differ."""
        now = time.monotonic()
        for conn in [one for one in self.pending_conns if one.timeout <= now]:
            self.pending_conns.remove(conn)
            with contextlib.suppress(OSError, KeyError, ValueError):
                self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Read the body, then let the application have its turn."""
        refusal, kept = self._read_body(req, conn)
        if refusal is not None:
            _answer(conn.sock, *refusal)
            return False
        plain = conn.sock
        conn.sock = _Sending(plain, self._turns, self._slow)
        try:
            with self._turns:
                return bool(super().handle_request(req, conn))
        finally:
            conn.sock = plain
            if kept is not None:
                # gunicorn looks for what was not read, to throw it away.
                req.body = Body(LengthReader(conn.parser.unreader, 0))
                kept.close()

    def _read_body(self, req: Any, conn: Any) -> tuple[tuple[int, str] | None, Any]:
        """What to refuse the request with, or None and the body as a file."""
        reader = req.body.reader
        length = reader.length if isinstance(reader, LengthReader) else None
        if length == 0:
            return None, None
        if length is not None and length > BODY_BYTES_MAX:
            # The application says so in words, by the length alone.
            conn.sock.settimeout(BODY_GRACE_SECONDS)
            return None, None
        if length is None and not isinstance(reader, ChunkedReader):
            return MALFORMED, None
        at_hand = length is not None and len(_waiting_bytes(conn)) >= length
        if not at_hand and not self._slow.acquire(blocking=False):
            return TOO_MANY, None
        kept = SpooledTemporaryFile(_MEMORY_BYTES)  # noqa: SIM115 (closed after the request)
        try:
            refusal = _copy(req, conn, kept)
        except BaseException:
            kept.close()
            raise
        finally:
            if not at_hand:
                self._slow.release()
        if refusal is not None:
            kept.close()
            return refusal, None
        if length is None:
            # Now it has a length, and the application's limits are asked of it.
            req.headers = [pair for pair in req.headers if pair[0] != "TRANSFER-ENCODING"]
            req.headers.append(("CONTENT-LENGTH", str(kept.tell())))
        kept.seek(0)
        req.body = kept
        return None, kept

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Say in fixed words that a request cannot be read, and write down its kind alone."""
        del req, addr
        self.log.warning("request refused: %s", type(exc).__name__)
        if isinstance(exc, LimitRequestLine):
            status, words = 414, "URI Too Long"
        elif isinstance(exc, LimitRequestHeaders):
            status, words = HEAD_TOO_LARGE
        elif isinstance(exc, ParseException):
            status, words = MALFORMED
        else:
            status, words = 500, "Internal Server Error"
        _answer(client, status, words)


class _Reading:
    """A socket whose reading ends at a moment that moves on with what has come."""

    def __init__(self, sock: Any, until: Callable[[], float]) -> None:
        self._sock = sock
        self._until = until

    def recv(self, size: int) -> bytes:
        """What has come. Raises TimeoutError when it came too slowly."""
        left = self._until() - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        found: bytes = self._sock.recv(size)
        return found


class _Sending:
    """A socket that gives its request's turn to others while somebody reads slowly."""

    def __init__(self, sock: Any, turns: Any, slow: Any) -> None:
        self._sock = sock
        self._turns = turns
        self._slow = slow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Send everything. Raises TimeoutError when it is read too slowly."""
        rest = memoryview(data)
        self._sock.setblocking(False)
        try:
            while rest:
                rest = rest[self._sock.send(rest) :]
            return
        except BlockingIOError:
            pass
        finally:
            self._sock.setblocking(True)
        if not self._slow.acquire(blocking=False):
            raise BrokenPipeError
        self._turns.release()
        try:
            self._sock.settimeout(SEND_GRACE_SECONDS + len(rest) / RATE_BYTES)
            self._sock.sendall(rest)
        finally:
            self._slow.release()
            self._turns.acquire()


def _waiting_bytes(conn: Any) -> bytes:
    """What was read from the connection and belongs to no request yet."""
    found: bytes = conn.parser.unreader.buf.getvalue() if conn.parser is not None else b""
    return found


def _gather(sock: Any, gathered: bytearray) -> bool | None:
    """Take what has arrived. True: the request can be read; None: the other side hung up."""
    sock.setblocking(False)
    while True:
        if _is_whole(gathered):
            return True
        try:
            piece = sock.recv(_PIECE_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            return None
        if not piece:
            return None
        gathered += piece


def _is_whole(gathered: bytearray) -> bool:
    """Whether head and small body are there, or so much that the rest must be read otherwise."""
    end = gathered.find(b"\r\n\r\n", 0, HEAD_BYTES_MAX)
    if end < 0:
        return len(gathered) > HEAD_BYTES_MAX
    found = _LENGTH.search(gathered, 0, end + 2)
    length = int(found.group(1)) if found else 0
    return length > SMALL_BODY_BYTES or len(gathered) >= end + 4 + length


def _copy(req: Any, conn: Any, kept: Any) -> tuple[int, str] | None:
    """Read the whole body into a file; what to refuse it with when it is too large or too slow."""
    began, size = time.monotonic(), 0

    def until() -> float:
        return began + min(BODY_GRACE_SECONDS + size / RATE_BYTES, BODY_SECONDS_MAX)

    # gunicorn tells this to whoever waits to be told, but only once the application is called.
    if req._expected_100_continue:  # noqa: SLF001 (there is no other name for it)
        req._expected_100_continue = False  # noqa: SLF001
        conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    unreader, plain = conn.parser.unreader, conn.parser.unreader.sock
    unreader.sock = _Reading(plain, until)
    try:
        while piece := req.body.reader.read(_PIECE_BYTES):
            size += len(piece)
            if size > BODY_BYTES_MAX:
                return TOO_LARGE
            kept.write(piece)
    except TimeoutError:
        return TOO_SLOW
    finally:
        unreader.sock = plain
        plain.setblocking(True)
    return None


def _answer(sock: Any, status: int, words: str) -> None:
    """Say it and nothing else; whoever is gone does not hear it."""
    body = f"{words}\n".encode()
    head = (
        f"HTTP/1.1 {status} {words}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        f"Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with contextlib.suppress(OSError):
        sock.settimeout(1.0)
        sock.sendall(head.encode() + body)
