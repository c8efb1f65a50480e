"""Every service in one process: the embedded default, and what the command line works with.

with Installation.open(Settings.from_environment()) as installation:
    installation.start_workers()
    installation.wait_until_caught_up()
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from flask import Flask
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from services.accounts import app as accounts
from services.audit import app as audit
from services.grants import app as grants
from services.notifications import app as notifications
from services.trainings import app as trainings
from shared.bus.applying import cursors_of
from shared.events.tables import PENDING
from shared.migrations.migrating import migrate
from shared.privacy import master_key
from shared.service import Definition, Service
from shared.settings import Settings
from shared.worker import Worker

APPS: Final = {
    "accounts": accounts,
    "trainings": trainings,
    "grants": grants,
    "notifications": notifications,
    "audit": audit,
}
SHORT: Final = {"/": "/accounts/", "/check": "/trainings/check"}
"""Addresses that are short enough to be typed → where they lead; the proxy knows them too."""

_STILL_SECONDS: Final = 0.05


class InUse(Exception):
    """Another process works on this installation's SQLite files."""


def definitions() -> tuple[Definition, ...]:
    """What every service is made of."""
    return tuple(module.definition() for module in APPS.values())


class Installation:
    """All services of an installation, opened in this process."""

    def __init__(self, settings: Settings, services: Mapping[str, Service], lock: IO[str]) -> None:
        self.settings = settings
        self.services = services
        self._lock = lock
        self._workers: list[Worker] = []

    @classmethod
    def open(cls, settings: Settings) -> Installation:
        """Migrate and open. On SQLite one process may; raises InUse when another one does."""
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = take_lock(settings)
        made = definitions()
        try:
            migrate(settings, made)
        except BaseException:
            lock.close()
            raise
        return cls(settings, {d.name: Service.open(d, settings) for d in made}, lock)

    @classmethod
    def for_reading(cls, settings: Settings) -> Installation:
        """Open without the lock, to read beside a running server. Raises FileNotFoundError."""
        if not master_key.is_there(settings):
            raise FileNotFoundError(f"no installation in {settings.home}")
        lock = (settings.home / "reading.lock").open("w")
        return cls(settings, {d.name: Service.open(d, settings) for d in definitions()}, lock)

    def __enter__(self) -> Installation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start_workers(self, *, due: bool = True) -> None:
        """Start sequencers, relays, consumers and due work (or not that) of every service."""
        for service in self.services.values():
            worker = Worker(service, due=due)
            worker.start()
            self._workers.append(worker)

    def wait_until_caught_up(
        self, *, timeout_seconds: float = 600.0, on_wait: Callable[[int], None] | None = None
    ) -> None:
        """Return once every consumer has applied every other log. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_seconds
        while behind := self.behind():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{behind} events are still on their way")
            if on_wait:
                on_wait(behind)
            time.sleep(_STILL_SECONDS)

    def behind(self) -> int:
        """How many events are not yet sequenced or not yet applied by those who listen."""
        heads: dict[str, int] = {}
        missing = 0
        for name, service in self.services.items():
            with service.database.reading() as connection:
                missing += connection.execute(
                    select(func.count()).select_from(PENDING)
                ).scalar_one()
                heads[name] = service.store.head(connection)
        for service in self.services.values():
            with service.database.reading() as connection:
                cursors = cursors_of(connection)
            for source in service.definition.sources():
                missing += max(0, heads.get(source, -1) - cursors.get(source, -1))
        return missing

    def web(self) -> Callable[..., Iterable[bytes]]:
        """One WSGI application for all services, chosen by the first part of the path."""
        return Dispatch({name: APPS[name].create(s) for name, s in self.services.items()})

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()
        for service in self.services.values():
            service.close()
        self._lock.close()


def take_lock(settings: Settings) -> IO[str]:
    """The installation's lock, held until the file is closed. On PostgreSQL nobody needs it."""
    file = Path(settings.home / "installation.lock").open("a")  # noqa: SIM115 (held by the caller)
    if settings.database_url:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise InUse(str(settings.home)) from None
    return file


class Dispatch:
    """Gives each request to the service that its path begins with; all others to accounts."""

    def __init__(self, apps: Mapping[str, Flask]) -> None:
        self._apps = apps

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        first = path.split("/", 2)[1] if path.startswith("/") and len(path) > 1 else ""
        app = self._apps.get(first)
        if app is not None:
            return app(environ, start_response)
        if path in SHORT:
            found = Response(status=302, headers={"Location": SHORT[path]})
            return found(environ, start_response)
        # Health, metrics, and a page that says that there is nothing here.
        return self._apps["accounts"](environ, start_response)
