"""A real, small mail server on loopback that keeps what it is handed.

with MailServer() as server:
    ...
    server.mails[0].recipients, server.mails[0].content
"""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Mail:
    """One mail: its envelope and its bytes as they came."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class MailServer:
    """Speaks RFC 5321 as far as a client that sends needs it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        mails = self.mails

        class Handler(socketserver.StreamRequestHandler):
            timeout = 5

            def handle(self) -> None:
                sender, recipients = "", []
                self.say("220 here")
                while line := self.rfile.readline(2000).decode("utf-8", "replace").rstrip("\r\n"):
                    word = line.split(" ", 1)[0].upper()
                    if word == "MAIL":
                        sender = line.split(":", 1)[1]
                    elif word == "RCPT":
                        recipients.append(line.split(":", 1)[1].split(" ")[0].strip("<>"))
                    elif word == "DATA":
                        self.say("354 go on")
                        mails.append(Mail(sender, tuple(recipients), self.data()))
                        sender, recipients = "", []
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    self.say("250 ok")

            def data(self) -> bytes:
                lines = []
                while (line := self.rfile.readline(100_000)) not in (b".\r\n", b""):
                    lines.append(line)
                return b"".join(lines)

            def say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}?from=zanat@example.org"

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
