"""Asks a virus scanner (ClamAV's clamd) about a file, when the installation has one.

    scanner = Scanner.of(settings)       # None without ZANAT_CLAMD
    scanner.check(content)               # returns, or raises Invalid, or Busy when it is not there

Speaks clamd's own protocol over TCP or a Unix socket: ``zINSTREAM``, then pieces, each with its
length in four bytes, a length of zero at the end; the answer is ``stream: OK`` or ``stream: <name>
FOUND``. Source: clamd(8). A scanner that cannot be asked refuses the file: nobody learns of a virus
that was let in for want of an answer.
"""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

import structlog

from shared import metrics
from shared.errors import Busy, Invalid
from shared.language.marking import N_
from shared.settings import Settings

SECONDS_MAX: Final = 30.0
CONNECT_SECONDS_MAX: Final = 3.0
_PIECE_BYTES: Final = 64 * 1024
_ANSWER_BYTES_MAX: Final = 4096
_UNIX: Final = "unix:"

log = structlog.get_logger("zanat.files")


@dataclass(frozen=True)
class Scanner:
    """One clamd. ``address``: ``host:port``, or ``unix:/path/of/its/socket``."""

    address: str
    seconds_max: float = SECONDS_MAX

    @classmethod
    def of(cls, settings: Settings) -> Scanner | None:
        """The installation's scanner; None when it has none."""
        return cls(settings.clamd) if settings.clamd else None

    def check(self, content: bytes) -> None:
        """Raise Invalid for a file with a virus in it, Busy when the scanner gives no answer."""
        try:
            answer = self._asked(b"zINSTREAM\0", content, self.seconds_max)
        except OSError as error:
            log.error("scanner.unreachable", error=type(error).__name__)
            raise _unasked() from error
        if answer.endswith("FOUND"):
            # The name of what was found is the scanner's; nothing of the file is written down.
            log.warning("scanner.found")
            raise Invalid(
                "file-has-virus", N_("The virus scanner found something in this file. It is gone.")
            )
        if not answer.endswith("OK"):
            log.error("scanner.failed")
            raise _unasked()

    def trouble(self) -> str | None:
        """None when it answers at once, else why not: for ``/readyz``."""
        try:
            answer = self._asked(b"zPING\0", None, CONNECT_SECONDS_MAX)
        except OSError as error:
            return f"failed: {type(error).__name__}"
        return None if answer == "PONG" else "failed: strange answer"

    def _asked(self, command: bytes, content: bytes | None, seconds_max: float) -> str:
        deadline = time.monotonic() + seconds_max
        with self._connected() as connection:
            connection.settimeout(seconds_max)
            connection.sendall(command)
            try:
                for start in range(0, len(content or b""), _PIECE_BYTES):
                    piece = (content or b"")[start : start + _PIECE_BYTES]
                    connection.sendall(struct.pack("!L", len(piece)) + piece)
                if content is not None:
                    connection.sendall(struct.pack("!L", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It says why it stopped listening, such as a limit of its own on sizes.
                pass
            return _answer(connection, deadline)

    def _connected(self) -> socket.socket:
        if self.address.startswith(_UNIX):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(CONNECT_SECONDS_MAX)
            try:
                connection.connect(self.address.removeprefix(_UNIX))
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS_MAX)


def _answer(connection: socket.socket, deadline: float) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < _ANSWER_BYTES_MAX:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(_ANSWER_BYTES_MAX)
        if not piece:
            break
        received += piece
    return received.rstrip(b"\0").decode("ascii", "replace").strip()


def _unasked() -> Busy:
    metrics.scanner_failures.inc()
    return Busy(
        "scanner-unreachable",
        N_("The virus scanner gives no answer, so no file is taken now. Try again shortly."),
    )
