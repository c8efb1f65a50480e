"""Every service's web and worker as processes of their own, as docker-compose.yml starts them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.settings import SERVICES
from tests.installation.commands import ROOT, Commands

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 90.0
WORKERS = 2
CORRELATION = "01930000-0000-7000-8000-00000000c0de"


class Processes:
    """Web and worker of each service of one installation, ended with the test."""

    def __init__(self, installation: Commands) -> None:
        self.installation = installation
        self.ports: dict[str, int] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str]) -> None:
        port = free_port()
        metrics = self.installation.home / f"metrics-{name}"
        environment = {
            **self.installation.environment,
            "ZANAT_BIND": f"127.0.0.1:{port}",
            "ZANAT_WEB_WORKERS": str(WORKERS),
        }
        if name.endswith("-web"):
            environment["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        log = (self.installation.home / f"{name}.log").open("ab")
        self._running[name] = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        self.ports[name] = port

    def start_all(self) -> None:
        for service in SERVICES:
            gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
            self.start(f"{service}-web", [*gunicorn, f"services.{service}.wsgi:app"])
            self.start(f"{service}-worker", [sys.executable, "-m", f"services.{service}.worker"])

    def restart_killed(self, name: str) -> None:
        """SIGKILL to a process and its children, then the same command again."""
        process = self._running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.start(name, list(process.args))  # type: ignore[arg-type]

    def end(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def await_ready(self, name: str) -> None:
        until(lambda: self.get(name, "/readyz")[0] == 200, f"{name} is ready")

    def get(self, name: str, path: str, token: str = "") -> tuple[int, str]:
        return self.ask(name, path, token=token)

    def ask(self, name: str, path: str, *, token: str = "", body: Any = None) -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports[name]}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Correlation-Id": CORRELATION},
        )
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (ours)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if value := found():
                return value
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


@pytest.fixture(scope="module")
def processes(tmp_path_factory, database_url, broker_url) -> Iterator[Processes]:
    folder = tmp_path_factory.mktemp("processes")
    installation = Commands(folder, database_url=database_url, broker_url=broker_url)
    installation.environment["ZANAT_DEMONSTRATION"] = "1"
    # Make it with the demonstration's people, so that somebody can sign in.
    installation.run("demo", "--load-only", "--register", str(small_register(folder)))
    made = Processes(installation)
    made.start_all()
    yield made
    made.end()


def small_register(folder):
    from services.register.invent import invent

    invent(folder / "register", seed=5, people=20)
    return folder / "register"


def test_a_command_reaches_every_copy_over_the_queue(processes: Processes) -> None:
    for name in list(processes.ports):
        processes.await_ready(name)
        assert processes.get(name, "/healthz")[0] == 200

    token = sign_in(processes, "programme-officer-1@demonstration.example")
    person = {
        "programme": "demo",
        "full_name": "Proba Probić",
        "birth_date": "1990-02-03",
        "sex": "F",
        "country": "RS",
        "municipality": "Topola",
        "declared_roma": "declined",
        "consented": False,
    }
    status, text = processes.ask(
        "trainings-web", "/trainings/api/v1/people", token=token, body=person
    )
    assert status == 201, text
    registration_id = json.loads(text)["id"]

    # The worker of audit dies and comes back: what was on the way arrives all the same.
    processes.restart_killed("audit-worker")
    auditor = sign_in(processes, "auditor-1@demonstration.example")
    address = f"/audit/api/v1/entries?stream=registration/{registration_id}"

    def copied() -> Any:
        status, text = processes.get("audit-web", address, auditor)
        assert status == 200, text
        return json.loads(text)["items"]

    entry = until(copied, "the audit service has the event")[0]
    assert entry["correlation"] == CORRELATION

    until(lambda: correlated(processes, "grants-worker"), "the last consumer names the request")


def correlated(processes: Processes, name: str) -> bool:
    """Whether the last consumer's log has the correlation id that the request brought."""
    log = (processes.installation.home / f"{name}.log").read_text("utf-8", "replace")
    assert "Proba" not in log
    return CORRELATION in log


def test_metrics_add_up_over_workers_and_logs_tell_no_names(processes: Processes) -> None:
    processes.await_ready("accounts-web")
    for _ in range(40):
        assert processes.get("accounts-web", "/accounts/sign-in")[0] == 200
    _, text = processes.get("accounts-web", "/metrics")
    found = re.search(
        r'zanat_requests_total\{[^}]*route="/accounts/sign-in"[^}]*status="200"[^}]*\} (\d+)', text
    )
    assert found
    assert int(float(found.group(1))) == 40
    processes.await_ready("grants-worker")
    lag = until(
        lambda: re.findall(
            r'zanat_consumer_lag\{[^}]*source="trainings"[^}]*\} ([\d.]+)',
            processes.get("grants-worker", "/metrics")[1],
        ),
        "the worker tells its lag",
    )
    assert float(lag[0]) >= 0


def sign_in(processes: Processes, account: str) -> str:
    processes.await_ready("accounts-web")
    body = {"account": account, "password": password(processes)}
    status, text = processes.ask("accounts-web", "/accounts/api/v1/tokens", body=body)
    assert status == 201, text
    return str(json.loads(text)["token"])


def password(processes: Processes) -> str:
    """The personas' password, derived from the installation's key as ``demo`` prints it."""
    from services.accounts.app import definition
    from services.accounts.personas import _password
    from shared.service import Service
    from shared.settings import Settings

    service = Service.open(
        definition(), Settings.from_environment(processes.installation.environment)
    )
    try:
        return _password(service)
    finally:
        service.close()
