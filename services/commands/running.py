"""Serves a whole installation from one process: gunicorn with one worker and threads.

    serve(settings, announce=lambda installation: print(...))

On SQLite one process writes, so there is exactly one worker; it holds the installation's lock and
runs every service's background threads beside the web.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NoReturn

from gunicorn.app.base import BaseApplication

from services.all_in_one import Installation
from shared import logging as zanat_logging
from shared import memory
from shared.settings import Settings

Wsgi = Callable[..., Iterable[bytes]]
KEEP_ALIVE_SECONDS = 5
GRACE_SECONDS = 10
PREPARED: Final = "--prepared"
"""Of ``run``: what it serves was prepared by the command whose place it takes."""


class EmbeddedServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code rather than by a file that somebody may forget."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._installation: Installation | None = None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._settings.bind,
            "workers": 1,
            "worker_class": "shared.serving.PatientWorker",
            "threads": self._settings.web_threads,
            "limit_request_line": 8190,
            "limit_request_fields": 64,
            "limit_request_field_size": 8190,
            "control_socket_disable": True,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 120,
            "worker_exit": self._end,
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        """Called in the worker process: opens the installation and starts its threads."""
        memory.keep_small()
        zanat_logging.configure(
            service="all", level=self._settings.log_level, file=log_file(self._settings)
        )
        self._installation = Installation.open(self._settings)
        self._installation.start_workers()
        return self._installation.web()

    def _end(self, _server: Any, _worker: Any) -> None:
        if self._installation is not None:
            self._installation.close()


def log_file(settings: Settings) -> Path:
    """Where the one process writes its logs, so that the terminal is left to people."""
    return settings.home / "logs" / "zanat.log"


def serve(settings: Settings) -> None:
    """Serve until stopped by a signal."""
    EmbeddedServer(settings).run()


def become_server(settings: Settings) -> NoReturn:
    """Serve a demonstration in this process's place, which made it; its id stays.

    A server forks its worker, and threads that libraries began before are not in a fork: whoever
    asks them for something, as a document of the renderer's, would wait for ever. Nor need what it
    took to load a register stay in memory.
    """
    told = {"ZANAT_HOME": str(settings.home), "ZANAT_DEMONSTRATION": "1"}
    command = [sys.executable, "-m", "services", "run", PREPARED]
    os.execve(sys.executable, command, {**os.environ, **told})  # noqa: S606
