"""Boats tell, audit watches them, accounts watches audit; and what is done to the boats' file.

place = Place.make(tmp_path)
launch(place.boats, "one", sail=3)
with place.moving():
    place.wait()
    place.tamper("update events set envelope = …")
    alarm = place.alarm("rewritten")
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Row, create_engine, select
from sqlalchemy.pool import NullPool

from shared.bus.consumer import ServiceConsumer
from shared.bus.relay import Relay
from shared.database import database_name, owner_engine, server_url, sqlite_path
from shared.events.tables import APPEND_ONLY
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import latest
from shared.log.notes import Note, Verifier
from shared.log.sequencer import Sequencer
from shared.log.watching.alarms import alarms_of
from shared.log.watching.pace import Pace
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import Settings
from tests.store.domain import BOATS, until

SOURCE = "trainings"
AUDIT = Definition(
    name="audit",
    deciders=(alarms_of("audit").decider,),
    projections=(alarms_of("audit").projection,),
    follows=(SOURCE,),
)
ACCOUNTS = Definition(
    name="accounts",
    deciders=(alarms_of("accounts").decider,),
    projections=(alarms_of("accounts").projection,),
    follows=("audit",),
)
QUICK = Pace(
    sweep_every=timedelta(seconds=0.1),
    sweep_positions=7,
    answer_within=timedelta(seconds=0.4),
    attempts=2,
    stuck_after=timedelta(seconds=1),
    back_for=timedelta(seconds=0.3),
    keep_every=timedelta(seconds=0.2),
)
GUARDS = "select name from sqlite_master where type = 'trigger'"


@dataclass
class Place:
    """Three services of one installation: on SQLite with the queue in memory, or on servers."""

    settings: Settings
    boats: Service
    audit: Service
    accounts: Service

    @classmethod
    def make(cls, folder: Path, **settings: Any) -> Self:
        made = Settings(home=folder, installation=f"t{uuid.uuid4().hex[:10]}", **settings)
        migrate(made, (BOATS, AUDIT, ACCOUNTS))
        boats, audit, accounts = (Service.open(one, made) for one in (BOATS, AUDIT, ACCOUNTS))
        return cls(made, boats, audit, accounts)

    def close(self) -> None:
        for service in (self.boats, self.audit, self.accounts):
            service.close()

    def drop(self) -> None:
        """Take the databases away again (PostgreSQL)."""
        roles = [database_name(self.settings, name) for name in (SOURCE, "audit", "accounts")]
        engine = create_engine(
            server_url(self.settings), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with engine.connect() as connection:
            for name in (*roles, database_name(self.settings, "keyring")):
                connection.exec_driver_sql(f"drop database if exists {name} with (force)")
            for name in roles:
                connection.exec_driver_sql(f"drop role if exists {name}")

    @contextmanager
    def moving(self, *, source: bool = True) -> Iterator[None]:
        """Everything that a worker does, but for due work; ``source``: of the boats too."""
        parts: list[Any] = []
        for service in (self.boats, self.audit, self.accounts):
            if not service.database.is_sqlite:
                sequencer = Sequencer(service.database, service.store.notify)
                service.store.listeners.append(sequencer.wake.set)
                parts.append(sequencer)
            if service is not self.boats or source:
                relay = Relay(service)
                parts += [relay, Checkpointer(service, relay.wake.set)]
            if service is not self.boats:
                parts.append(ServiceConsumer(service, QUICK))
        threads = [threading.Thread(target=part.run, daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for part in parts:
                part.stop()
            for thread in threads:
                thread.join(10)

    # What is there

    def checkpoint(self, service: Service | None = None) -> Note | None:
        """The newest checkpoint of a service's own log, as it shows it."""
        service = service or self.boats
        with service.database.reading() as connection:
            found = latest(connection, service.name)
        return None if found is None else Note.parse(found)

    def cosigned(self, service: Service, by: Service) -> bool:
        """Whether the log's newest checkpoint covers it all and has a cosignature of ``by``."""
        note = self.checkpoint(service)
        if note is None or int(note.text.split("\n")[1]) != self.size(service):
            return False
        watcher: tuple[Verifier, ...] = keys.witness_verifiers(self.settings, by.name)
        lines = [line for line in note.signatures if watcher[0].made(line)]
        return bool(lines) and note.verified_by(watcher) == watcher

    def wait(self) -> None:
        """Until the boats' whole log is cosigned."""
        until(lambda: self.cosigned(self.boats, self.audit))

    def size(self, service: Service) -> int:
        with service.database.reading() as connection:
            return service.store.head(connection) + 1

    def alarms(self, service: Service | None = None) -> list[Row[Any]]:
        """Every alarm that a watching service raised, the oldest first."""
        service = service or self.audit
        table = alarms_of(service.name).table
        with service.database.reading() as connection:
            return list(connection.execute(select(table).order_by(table.c.raised_at)))

    def alarm(self, kind: str, service: Service | None = None) -> Row[Any]:
        """The one alarm of this kind, waited for."""

        def found() -> list[Row[Any]]:
            return [row for row in self.alarms(service) if row.kind == kind]

        until(lambda: bool(found()), seconds=20)
        (alarm,) = found()
        return alarm

    # What is done to it

    def tamper(self, *statements: str, service: str = SOURCE) -> None:
        """Change a service's file as whoever holds the machine can: the guards go first."""
        if self.settings.database_url:
            with owner_engine(self.settings, service).begin() as owner:
                owner.exec_driver_sql("set session_replication_role = replica")
                for table in APPEND_ONLY:
                    owner.exec_driver_sql(f"alter table {table.name} disable trigger all")
                for statement in statements:
                    owner.exec_driver_sql(statement)
            return
        path = sqlite_path(self.settings, service)
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
            connection.execute("begin immediate")
            for (name,) in connection.execute(GUARDS).fetchall():
                connection.execute(f"drop trigger {name}")
            for statement in statements:
                connection.execute(statement)
            connection.execute("commit")

    def back_up(self, folder: Path) -> Path:
        """The boats' file as it is now."""
        with closing(sqlite3.connect(sqlite_path(self.settings, SOURCE))) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        return Path(shutil.copy(sqlite_path(self.settings, SOURCE), folder / "backup.sqlite3"))

    def restore(self, backup: Path) -> None:
        """The file of the backup in its place, with nothing of what came after."""
        self.boats.close()
        path = sqlite_path(self.settings, SOURCE)
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        shutil.copy(backup, path)
        self.boats = Service.open(BOATS, self.settings)

    def with_settings(self, **settings: Any) -> None:
        """The same installation under other settings."""
        self.close()
        self.settings = replace(self.settings, **settings)
        self.boats, self.audit, self.accounts = (
            Service.open(one, self.settings) for one in (BOATS, AUDIT, ACCOUNTS)
        )
