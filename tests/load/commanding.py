"""A command over HTTP, beside the same route around `eventsourcing` and beside a bare Flask route.

The command records an education outcome: the sign-in token is checked, the body goes through its
schema, the person is looked up, her stream is loaded, it is decided, the evidence is sealed; event,
read model and stored answer are committed together. Trainings runs as deployed (deploy/gunicorn.py,
its own wsgi module, its worker beside it, RabbitMQ behind), with 2 workers of 16 threads; so do the
peers. 32 connections stay open and always have one request on the way.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.load.databases import database, folder
from tests.load.measure import Measure
from tests.load.peer import PYTHON, ROOT
from tests.load.requesting import Requesting

if TYPE_CHECKING:
    from shared.settings import Settings

WORKERS: Final = 2
THREADS: Final = 16
CONNECTIONS: Final = 32
SECONDS: Final = 3.0
PEOPLE: Final = 50
PROGRAMME: Final = "RS-2011"
PATIENCE_SECONDS: Final = 60.0
OUTCOME: Final = {
    "outcome": "primary_completed",
    "completed_on": "2026-02-01",
    "institution": "School for adults, Kragujevac",
    "evidence": "School record 86-0, seen in the original by the officer",
}


@dataclass
class Commanding:
    """What the rounds need: a client for each server, and what our route asks for."""

    ours: Requesting
    eventsourcing: Requesting
    functions: Requesting
    flask: Requesting
    settings: Settings
    bodies: list[dict[str, Any]]

    def ours_a_second(self) -> float:
        """Our answers a second, with a token that was just signed."""
        headers = {"Authorization": f"Bearer {token(self.settings)}"}
        return self.ours.requests_a_second(
            "/trainings/api/v1/outcomes", headers, self.bodies, seconds=SECONDS
        )

    def peer_a_second(self, client: Requesting) -> float:
        """A peer's answers a second."""
        return client.requests_a_second("/outcomes", {}, self.bodies, seconds=SECONDS)


def token(settings: Settings) -> str:
    """A programme officer's sign-in."""
    from shared.access.reader import Reader, RoleGrant
    from shared.access.roles import Role
    from shared.access.tokens import TokenSigner
    from shared.clock import SystemClock
    from shared.web.composing import token_key

    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=SystemClock())
    grants = (RoleGrant(Role.programme_officer, PROGRAMME),)
    return signer.sign(Reader("officer-1", "session-1", "Mira Primer", grants))


@contextmanager
def stage() -> Iterator[Commanding]:
    """All servers at once; whoever is not asked waits."""
    from tests import servers

    broker = servers.ensure("rabbitmq")
    name = f"bench{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        home = stack.enter_context(folder("commanding"))
        virtual_host = servers.fresh_virtual_host(broker, name)
        stack.callback(servers.remove_virtual_host, broker, name)
        ours = stack.enter_context(_trainings(home, virtual_host, name))
        clients = {}
        for peer, module, more in (
            ("eventsourcing", "flask_eventsourcing", {}),
            ("functions", "flask_eventsourcing", {"BENCH_FUNCTIONS": "1"}),
            ("flask", "flask_rows", {}),
        ):
            url = stack.enter_context(database(f"{name}_{peer}"))
            port = free_port()
            command = [
                str(PYTHON), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}",
                "--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS),
                "--keep-alive", "65", "--log-level", "warning", f"tests.load.peers.{module}:app",
            ]  # fmt: skip
            stack.enter_context(
                process(command, home / f"{peer}.log", {"BENCH_DATABASE_URL": url, **more})
            )
            await_answer(f"http://127.0.0.1:{port}/")
            clients[peer] = stack.enter_context(Requesting(port=port, connections=CONNECTIONS))
        client = stack.enter_context(Requesting(port=ours.port, connections=CONNECTIONS))
        yield Commanding(ours=client, settings=ours.settings, bodies=ours.bodies, **clients)


@dataclass
class _Trainings:
    settings: Settings
    port: int
    bodies: list[dict[str, Any]]


@contextmanager
def _trainings(home: Path, broker_url: str, installation: str) -> Iterator[_Trainings]:
    from services.trainings.app import definition
    from shared.migrations.migrating import migrate
    from shared.settings import Settings
    from tests import servers

    port = free_port()
    environment = {
        "ZANAT_HOME": str(home / "zanat"),
        "ZANAT_DATABASE_URL": servers.ensure("postgresql").url,
        "ZANAT_BROKER_URL": broker_url,
        "ZANAT_INSTALLATION": installation,
        "ZANAT_BIND": f"127.0.0.1:{port}",
        "ZANAT_WEB_WORKERS": str(WORKERS),
        "ZANAT_WEB_THREADS": str(THREADS),
    }
    settings = Settings.from_environment(environment)
    try:
        migrate(settings, [definition()])
        token(settings)
        bodies = [{**OUTCOME, "registration_id": one} for one in _people(settings)]
        web = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py"]
        worker = [sys.executable, "-m", "services.trainings.worker"]
        beside = {**environment, "ZANAT_BIND": f"127.0.0.1:{free_port()}"}
        with (
            process(worker, home / "worker.log", beside),
            process([*web, "services.trainings.wsgi:app"], home / "web.log", environment),
        ):
            await_answer(f"http://127.0.0.1:{port}/readyz")
            yield _Trainings(settings, port, bodies)
    finally:
        _drop(settings)


def _people(settings: Settings) -> list[str]:
    from services.trainings.app import definition
    from services.trainings.people import handling
    from services.trainings.people.handling import NewPerson
    from shared.events.append import Context
    from shared.service import Service

    service = Service.open(definition(), settings)
    person = NewPerson(
        full_name="Mira Primer", birth_date="1990-01-01", sex="F", country="RS",
        municipality="Kragujevac", jmbg=None, phone=None, declared_roma="declined",
        consented=False,
    )  # fmt: skip
    context = Context(actor="officer-1", programme=PROGRAMME, correlation="c", causation="c")
    try:
        return [
            service.transact(
                context, lambda work: handling.register(work, by="officer-1", person=person)
            )
            for _ in range(PEOPLE)
        ]
    finally:
        service.close()


def _drop(settings: Settings) -> None:
    """Remove the installation's databases and roles."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        for name in ("trainings", "keyring"):
            database = Identifier(f"{settings.installation}_{name}")
            connection.execute(SQL("drop database if exists {} with (force)").format(database))
        role = Identifier(f"{settings.installation}_trainings")
        connection.execute(SQL("drop role if exists {}").format(role))


@contextmanager
def process(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """A process that ends with the block; its number."""
    with log.open("ab") as out:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=out,
            stderr=out,
        )
    try:
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(address: str) -> None:
    """Return once a server answers anything but that it is not ready."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 (ours)
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"nobody answers at {address}")


ROW: Final = (
    "a command over HTTP (sign-in token checked, schema, decision, events, read model,"
    " idempotency), PostgreSQL, gunicorn 2 × 16 threads, 32 connections"
)

AROUND_EVENTSOURCING = Measure(
    name="command-eventsourcing",
    order=11,
    row=ROW,
    against="the same route around `eventsourcing` with nothing but its save",
    unit="requests/s",
    at_least=2.5,
    stage=stage,
    ours=Commanding.ours_a_second,
    peer=lambda staged: staged.peer_a_second(staged.eventsourcing),
    beside=(
        (
            "`eventsourcing` with its functions in the database switched on",
            lambda staged: staged.peer_a_second(staged.functions),
        ),
    ),
)

BARE_FLASK = Measure(
    name="command-flask",
    order=12,
    row="the same command",
    against="a bare Flask route that inserts one row with SQLAlchemy",
    unit="requests/s",
    at_least=0.5,
    stage=stage,
    ours=Commanding.ours_a_second,
    peer=lambda staged: staged.peer_a_second(staged.flask),
)
