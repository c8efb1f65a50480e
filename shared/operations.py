"""What a worker answers over HTTP: ``/healthz``, ``/readyz`` and ``/metrics``, nothing else.

    with Operations("127.0.0.1:8000", {"threads": worker.failing, "database": database}):
        stopped.wait()

Meant for the health check and for Prometheus on the inner network; it serves no person.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from shared.metrics import Check, operations

JOIN_SECONDS = 5.0


class _Quiet(WSGIRequestHandler):
    """Writes no line for each probe."""

    def log(self, *_: Any) -> None:
        """Nothing."""


class Operations:
    """A small server in a thread of its own, from entering to leaving.

    ``bind`` is host:port; port 0 takes a free one, which ``port`` then tells. Raises OSError when
    the address is taken.
    """

    def __init__(self, bind: str, checks: Mapping[str, Check]) -> None:
        app = Flask("worker")
        app.register_blueprint(operations(checks))
        host, _, port = bind.rpartition(":")
        self._server = make_server(
            host.strip("[]") or "127.0.0.1",
            int(port),
            app,
            threaded=True,
            request_handler=_Quiet,
        )
        self.port: int = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="operations", daemon=True
        )

    def __enter__(self) -> Operations:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join(JOIN_SECONDS)
        self._server.server_close()
