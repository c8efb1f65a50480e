"""A little clamd that speaks the real protocol and knows one virus: EICAR.

with LittleClamd() as clamd:
    Scanner(clamd.address).check(content)
"""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from types import TracebackType

from .samples import EICAR

STREAM_BYTES_MAX = 12 * 1024 * 1024


class LittleClamd:
    """Listens on loopback, or on a Unix socket in ``folder``, until it is left."""

    def __init__(self, *, folder: Path | None = None, mute: bool = False) -> None:
        self.mute = mute
        self.asked: list[bytes] = []
        if folder is not None:
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._listener.bind(str(folder / "clamd.sock"))
            self.address = f"unix:{folder / 'clamd.sock'}"
        else:
            self._listener = socket.socket()
            self._listener.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._listener.listen()
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> LittleClamd:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._open.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                if self.mute:
                    self._open.wait(5)
                    continue
                connection.settimeout(5)
                connection.sendall(self._answer(connection) + b"\0")

    def _answer(self, connection: socket.socket) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += self._exactly(connection, 1)
        self.asked.append(command)
        if command == b"zPING\0":
            return b"PONG"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND"
        content = b""
        while size := struct.unpack("!L", self._exactly(connection, 4))[0]:
            content += self._exactly(connection, size)
            if len(content) > STREAM_BYTES_MAX:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"

    @staticmethod
    def _exactly(connection: socket.socket, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = connection.recv(size - len(found))
            if not piece:
                raise ConnectionError
            found += piece
        return found
