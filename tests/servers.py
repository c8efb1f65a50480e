"""Real PostgreSQL and RabbitMQ servers for the tests: found running, or started on loopback.

    python -m tests.servers start     # prints one line a server; repeating it changes nothing
    python -m tests.servers status
    python -m tests.servers stop      # ends only what `start` began

A server named by ZANAT_TEST_DATABASE_URL or ZANAT_TEST_BROKER_URL is used as it is. Otherwise one
of our own runs on a free port, its data under var/services/ (ignored by git, thrown away at each
start), its address and process in var/services/state.json. Why so: docs/decisions/0003.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import amqp
import psycopg
from amqp.exceptions import AMQPError
from kombu.utils.url import parse_url

from tests.server_processes import (
    FOLDER,
    Unavailable,
    account_of,
    begin,
    end,
    find_program,
    free_ports,
    fresh_folder,
    let_go,
    require_program,
    say,
    start_mark,
    wait_until,
    write_for,
)

NAMES = ("postgresql", "rabbitmq")
VARIABLES = {"postgresql": "ZANAT_TEST_DATABASE_URL", "rabbitmq": "ZANAT_TEST_BROKER_URL"}


@dataclass(frozen=True)
class Server:
    """One server that answers.

    url:        what a client connects to.
    processes:  (pid, start mark) of what we began, the main one last; empty when it is not ours.
    management: base address of RabbitMQ's management interface, empty when there is none.
    """

    name: str
    url: str
    processes: tuple[tuple[int, str], ...] = ()
    management: str = ""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Parallel test processes wait here: the first starts the servers, the others find them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def recorded() -> dict[str, Server]:
    """Servers of our own as the state file has them, by name, whether they still run or not."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads((FOLDER / "state.json").read_text())
    except (OSError, ValueError):
        return {}
    return {
        name: Server(
            name=name,
            url=row["url"],
            processes=tuple((int(pid), str(mark)) for pid, mark in row["processes"]),
            management=row["management"],
        )
        for name, row in rows.items()
    }


def record(servers: Mapping[str, Server]) -> None:
    """Write the state file; it holds passwords, so only its owner may read it."""
    target = FOLDER / "state.json"
    fresh = target.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({name: asdict(one) for name, one in servers.items()}, indent=2))
    fresh.replace(target)


def answers(name: str, url: str) -> bool:
    """A client can connect and sign in."""
    if name == "postgresql":
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error:
            return False
        return True
    parts = parse_url(url)
    connection = amqp.Connection(
        host=f"{parts['hostname']}:{parts['port'] or 5672}",
        userid=parts["userid"] or "guest",
        password=parts["password"] or "guest",
        virtual_host=parts["virtual_host"] or "/",
        connect_timeout=3,
        read_timeout=5,
    )
    try:
        connection.connect()
    except (OSError, AMQPError):
        return False
    finally:
        with contextlib.suppress(OSError, AMQPError):
            connection.close()
    return True


def start_postgresql() -> Server:
    """A PostgreSQL of our own: TCP on loopback only, passwords checked, fsync on."""
    initdb = require_program("initdb", "/usr/lib/postgresql/*/bin", package="postgresql")
    account = account_of("postgres")
    folder = fresh_folder("postgresql", "postgres")
    password = secrets.token_urlsafe(18)
    data = folder / "data"
    # The C locale orders text by code point, as SQLite does.
    made = subprocess.run(
        [
            *(str(initdb), "-D", str(data), "-U", "zanat", "-A", "scram-sha-256", "-E", "UTF8"),
            *("--locale=C", "-N", "--pwfile", str(write_for(folder / "pw", password, account))),
        ],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        **account,
    )
    (folder / "pw").unlink()
    if made.returncode != 0:
        raise Unavailable("initdb: " + (made.stderr.strip().splitlines() or ["failed"])[-1])
    (port,) = free_ports(1)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "300",
        "timezone": "UTC",
    }
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    log = folder / "server.log"
    command = [str(initdb.with_name("postgres")), "-D", str(data), *settings]
    process = begin(command, folder, log, account)
    url = f"postgresql://zanat:{password}@127.0.0.1:{port}/postgres"
    wait_until(lambda: answers("postgresql", url), process, log)
    return Server("postgresql", url, (let_go(process),))


def definitions(password: str) -> str:
    """RabbitMQ's first content: one user and the default virtual host."""
    salt = secrets.token_bytes(4)
    digest = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    user = {
        "name": "zanat",
        "password_hash": digest,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "administrator",
    }
    grant = {"user": "zanat", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return json.dumps({"users": [user], "vhosts": [{"name": "/"}], "permissions": [grant]})


def start_rabbitmq() -> Server:
    """A RabbitMQ of our own with an epmd of our own, so that neither meets the machine's."""
    places = ("/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/opt/homebrew/sbin")
    program = require_program("rabbitmq-server", *places, package="rabbitmq-server")
    erlang = shutil.which("epmd") or find_program("epmd", "/usr/lib/erlang/erts-*/bin")
    if erlang is None:
        raise Unavailable("Erlang's epmd is not on the path")
    account = account_of("rabbitmq")
    folder = fresh_folder("rabbitmq", "rabbitmq")
    password = secrets.token_urlsafe(18)
    port, management, distribution, mapper = free_ports(4)
    content = write_for(folder / "definitions.json", definitions(password), account)
    write_for(folder / "enabled_plugins", "[rabbitmq_management].\n", account)
    settings = [
        f"listeners.tcp.1 = 127.0.0.1:{port}",
        "management.tcp.ip = 127.0.0.1",
        f"management.tcp.port = {management}",
        f"load_definitions = {content}",
        "management_agent.disable_metrics_collector = true",
        "disk_free_limit.absolute = 200MB",
        "log.file.level = warning",
        "log.console = false",
    ]
    write_for(folder / "rabbitmq.conf", "\n".join(settings) + "\n", account)
    log = folder / "server.log"
    epmd_environment = {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(mapper)}
    epmd = begin([str(erlang)], folder, log, account, **epmd_environment)
    process = begin(
        [str(program)],
        folder,
        log,
        account,
        **epmd_environment,
        RABBITMQ_NODENAME=f"zanat-{port}@localhost",
        RABBITMQ_DIST_PORT=str(distribution),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}",
        RABBITMQ_CONF_ENV_FILE=str(folder / "no-environment-file"),
        RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
        RABBITMQ_ADVANCED_CONFIG_FILE=str(folder / "no-advanced-file"),
        RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
        RABBITMQ_MNESIA_BASE=str(folder / "data"),
        RABBITMQ_LOG_BASE=str(folder / "log"),
        RABBITMQ_PID_FILE=str(folder / "pid"),
    )
    url = f"amqp://zanat:{password}@127.0.0.1:{port}//"
    try:
        wait_until(lambda: answers("rabbitmq", url), process, log)
    except Unavailable:
        end((let_go(epmd),), signal.SIGTERM)
        raise
    # The program may be a shell script; the broker itself then is another process, which would
    # outlive a script that was killed.
    broker = int((folder / "pid").read_text())
    processes = (let_go(epmd), (broker, start_mark(broker)), let_go(process))
    return Server("rabbitmq", url, processes, f"http://127.0.0.1:{management}")


def ensure(name: str) -> Server:
    """The server called ``postgresql`` or ``rabbitmq``, answering.

    Raises Unavailable with one line when there is none and none can be started.
    """
    given = os.environ.get(VARIABLES[name], "")
    if given:
        if answers(name, given):
            return Server(name, given)
        raise Unavailable(f"the {name} that {VARIABLES[name]} names does not answer")
    with one_at_a_time():
        servers = recorded()
        known = servers.get(name)
        if known is not None:
            if answers(name, known.url):
                return known
            stop_one(known)
        begun = time.monotonic()
        try:
            server = start_postgresql() if name == "postgresql" else start_rabbitmq()
        except (OSError, KeyError) as error:
            raise Unavailable(f"{name}: {error}") from error
        record({**servers, name: server})
        say(f"started {name} in {time.monotonic() - begun:.1f} s")
        return server


def stop_one(server: Server) -> None:
    """End a server of ours."""
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    end(server.processes, signal.SIGINT if server.name == "postgresql" else signal.SIGTERM)


def stop() -> None:
    """End every server that ``ensure`` began, whichever process called it."""
    with one_at_a_time():
        for server in recorded().values():
            stop_one(server)
            say(f"stopped {server.name}")
        record({})


def fresh_virtual_host(server: Server, name: str) -> str:
    """The address of an empty virtual host of a RabbitMQ of ours; one of that name is emptied."""
    for method, path, body in (
        ("DELETE", f"vhosts/{name}", None),
        ("PUT", f"vhosts/{name}", {}),
        ("PUT", f"permissions/{name}/zanat", {"configure": ".*", "write": ".*", "read": ".*"}),
    ):
        manage(server, method, path, body)
    return server.url.removesuffix("//") + f"/{name}"


def remove_virtual_host(server: Server, name: str) -> None:
    """Remove a virtual host and every queue in it."""
    manage(server, "DELETE", f"vhosts/{name}", None)


def manage(server: Server, method: str, path: str, body: Mapping[str, str] | None) -> None:
    """One call of RabbitMQ's management interface; what is already absent is no error."""
    parts = parse_url(server.url)
    word = base64.b64encode(f"{parts['userid']}:{parts['password']}".encode()).decode()
    request = Request(  # noqa: S310 (our own server on loopback)
        f"{server.management}/api/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Basic {word}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urlopen(request, timeout=30):  # noqa: S310
            return
    except URLError as error:
        if method == "DELETE" and getattr(error, "code", 0) == 404:
            return
        raise


def main() -> int:
    """The command line: start, stop, status."""
    parser = argparse.ArgumentParser(description="PostgreSQL and RabbitMQ for the tests.")
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help="start: succeed without a server too, unless CI is true: its tests skip",
    )
    arguments = parser.parse_args()
    if arguments.action == "stop":
        stop()
        return 0
    missing = 0
    for name in NAMES:
        try:
            if arguments.action == "start":
                print(f"{name}: ready at {without_password(ensure(name).url)}")
            else:
                print(f"{name}: {status(name)}")
        except Unavailable as reason:
            missing += 1
            say(f"{name}: {reason}; tests that need it are skipped")
    lenient = arguments.if_possible and os.environ.get("CI", "") != "true"
    return 1 if missing and not lenient else 0


def status(name: str) -> str:
    """One line about a server, which is not started."""
    given = os.environ.get(VARIABLES[name], "")
    known = recorded().get(name)
    url = given or (known.url if known else "")
    if url and answers(name, url):
        return f"answers at {without_password(url)}" + ("" if given else " (ours)")
    return "does not answer" if url else "not started"


def without_password(url: str) -> str:
    """An address fit for a screen."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


if __name__ == "__main__":
    sys.exit(main())
