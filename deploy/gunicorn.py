"""How gunicorn serves one service; everything that differs comes from the environment.

    gunicorn -c deploy/gunicorn.py services.grants.wsgi:app

PROMETHEUS_MULTIPROC_DIR names the folder in which the workers add up their metrics: one a service,
on no account shared. Without it, one is made for the time that this server runs.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn import glogging

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
NAME = re.compile(r"(counter|histogram|summary|gauge_[a-z]+)_\d+\.db")

bind = os.environ.get("ZANAT_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("ZANAT_WEB_WORKERS") or 2)
threads = int(os.environ.get("ZANAT_WEB_THREADS") or 8)
# Threads, and nobody who sends or reads slowly holds one: shared/serving.py has those limits.
worker_class = "shared.serving.PatientWorker"
# Shared memory, since a heartbeat that waits for a disk looks like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
timeout = 60
graceful_timeout = 25
keepalive = 65
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
worker_connections = 1000
backlog = 512
control_socket_disable = True
# The proxy of the same machine or network says who asks and by which scheme.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1,::1"

accesslog = "-"
errorlog = "-"
loglevel = (os.environ.get("ZANAT_LOG_LEVEL") or "info").lower()
# No address and no query: what a person typed stays out of every log. The services log each
# request themselves, with its route and correlation id; this line is for what never got there.
access_log_format = (
    '{"event": "access", "timestamp": "%(t)s", "method": "%(m)s", "status": %(s)s, '
    '"bytes": %(B)s, "milliseconds": %(M)s, "worker": "%(p)s"}'
)


class Logger(glogging.Logger):  # type: ignore[misc]
    """Writes the line of a request only where the service has not written its own."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Called once a request; what reached the service went out with its correlation id."""
        if not any(name == "X-Correlation-Id" for name, _ in resp.headers):
            super().access(resp, req, environ, request_time)


logger_class = Logger


def on_starting(server: Any) -> None:
    """Empty the metrics' folder: what an earlier run left there would count again."""
    folder = os.environ.get(FOLDER)
    if not folder:
        os.environ[FOLDER] = server.zanat_folder = tempfile.mkdtemp(prefix="zanat-metrics-")
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path in Path(folder).iterdir():
        # Only files of this kind, in case the setting names a folder that has others.
        if NAME.fullmatch(path.name):
            path.unlink()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what a worker that ended measured of its own state."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Remove the metrics' folder that was made for this run."""
    made = getattr(server, "zanat_folder", None)
    if made:
        shutil.rmtree(made, ignore_errors=True)
