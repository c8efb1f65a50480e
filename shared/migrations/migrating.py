"""``migrate``: databases, roles, keys and tables, once, under a lock. Seeds nothing.

    migrate(settings, definitions)

On PostgreSQL another role owns the tables: a service's role may insert into events and log and
read them, and has no right to change rows. Each service's role sees the keyring's rows of the data
classes that it needs, by row-level security.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.pool import NullPool

from shared.database import database_name, owner_engine, role_password, server_url
from shared.events.rebuilding import rebuild
from shared.events.tables import APPEND_ONLY, PROJECTIONS
from shared.locks import MIGRATING
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import latest_signed
from shared.log.watching.copies import backfill, copy_size
from shared.migrations.keyring import prepare_keyring
from shared.privacy import master_key
from shared.privacy.master_key import Masters
from shared.service import Definition, Service
from shared.settings import Settings

CHANGEABLE = (
    "pending",
    "claims",
    "idempotency_records",
    "cursors",
    "heard",
    "dead_letters",
    "due",
    "projections",
    "snapshots",
)


def migrate(settings: Settings, definitions: Iterable[Definition]) -> None:
    """Bring the databases to this version's form; running it again changes nothing."""
    master_key.ensure(settings)
    masters = master_key.masters(settings)
    definitions = tuple(definitions)
    with _alone(settings):
        for definition in definitions:
            keys.ensure(settings, definition.name, witness=bool(definition.follows))
            for purpose in definition.signs:
                keys.ensure(settings, f"{definition.name}.{purpose}")
        if settings.database_url:
            _make_databases(settings, masters, [d.name for d in definitions])
        prepare_keyring(settings, masters, [d.name for d in definitions])
        for definition in definitions:
            _migrate_service(settings, definition)
        for definition in definitions:
            service = Service.open(definition, settings)
            try:
                _rebuild_changed(service)
                _sign_first(service)
                _hash_copies_first(service)
            finally:
                service.close()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.home / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not settings.database_url:
            yield
            return
        engine = create_engine(server_url(settings), poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:k)"), {"k": MIGRATING})
            yield


def _make_databases(settings: Settings, masters: Masters, services: list[str]) -> None:
    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        databases = set(connection.execute(text("select datname from pg_database")).scalars())
        roles = set(connection.execute(text("select rolname from pg_roles")).scalars())
        for service in services:
            role = database_name(settings, service)
            # Names are checked identifiers and the password is base64url: neither can break out.
            verb = "alter" if role in roles else "create"
            password = role_password(masters.known()[0].secret, role)
            connection.exec_driver_sql(f"{verb} role {role} login password '{password}'")
        for service in (*services, "keyring"):
            name = database_name(settings, service)
            if name not in databases:
                connection.exec_driver_sql(f"create database {name} encoding 'UTF8'")
            connection.exec_driver_sql(f"revoke all on database {name} from public")
            users = services if service == "keyring" else [service]
            for user in users:
                connection.exec_driver_sql(
                    f"grant connect, temporary on database {name} "
                    f"to {database_name(settings, user)}"
                )


def _migrate_service(settings: Settings, definition: Definition) -> None:
    engine = owner_engine(settings, definition.name)
    with engine.connect() as connection:
        connection.execution_options(zanat_write=True)
        with connection.begin():
            upgrade_core(connection)
            _drop_changed(connection, definition)
            for metadata in definition.view_metadata():
                metadata.create_all(connection)
            _note_projections(connection, definition)
            if connection.dialect.name == "postgresql":
                _grant(connection, settings, definition)
    engine.dispose()


def upgrade_core(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _drop_changed(connection: Connection, definition: Definition) -> None:
    """Drop the tables of read models whose form is another version's: they are made again."""
    known = {row.name: row.version for row in connection.execute(select(PROJECTIONS))}
    for projection in definition.projections:
        if known.get(projection.name, projection.version) == projection.version:
            continue
        for table in reversed(projection.tables):
            table.drop(connection, checkfirst=True)
        connection.execute(
            PROJECTIONS.update().where(PROJECTIONS.c.name == projection.name).values(version=0)
        )


def _rebuild_changed(service: Service) -> None:
    """Fill new and changed read models from the log."""
    projections = service.definition.projections
    with service.database.reading() as connection:
        known = {row.name: row.version for row in connection.execute(select(PROJECTIONS))}
    stale = [p.name for p in projections if known[p.name] != p.version]
    if stale:
        rebuild(service, progress=lambda _done, _total: None, names=stale)


def _sign_first(service: Service) -> None:
    """Sign a log that nobody has signed: a new one, empty, or one from before there was a tree."""
    with service.database.reading() as connection:
        signed = latest_signed(connection, service.name)
    if signed is None:
        # A log that cannot be signed is no reason to stop here; whoever signs it says so.
        Checkpointer(service, on_made=lambda: None).turn()


def _hash_copies_first(service: Service) -> None:
    """Hash the copies of followed logs that are from before there was a tree."""
    for source in service.definition.follows:
        with service.database.reading() as connection:
            size = copy_size(connection, source)
        if not size:
            backfill(service, source)


def _note_projections(connection: Connection, definition: Definition) -> None:
    """A projection without a row is new: its empty tables are right for an empty log only."""
    known = set(connection.execute(select(PROJECTIONS.c.name)).scalars())
    for projection in definition.projections:
        if projection.name not in known:
            empty = connection.execute(text("select count(*) from events")).scalar() == 0
            inbox = connection.execute(text("select count(*) from inbox")).scalar() == 0
            version = projection.version if empty and inbox else 0
            connection.execute(PROJECTIONS.insert().values(name=projection.name, version=version))


def _grant(connection: Connection, settings: Settings, definition: Definition) -> None:
    role = database_name(settings, definition.name)
    owned = {t.name for m in definition.view_metadata() for t in m.sorted_tables}
    run = connection.exec_driver_sql
    run(f"grant usage on schema public to {role}")
    run(f"grant select, insert on {', '.join(t.name for t in APPEND_ONLY)} to {role}")
    run(f"grant usage, select on sequence append_order to {role}")
    for table in (*CHANGEABLE, *sorted(owned)):
        run(f"grant select, insert, update, delete, truncate on {table} to {role}")
    if run("select rolsuper from pg_roles where rolname = current_user").scalar():
        # Only whoever owns a table may vacuum it, which erasing a person's data ends with.
        for table in sorted(owned):
            run(f"alter table {table} owner to {role}")
    run(f"create schema if not exists aside authorization {role}")
    # One that was put back from a dump may belong to whoever did so.
    run(f"alter schema aside owner to {role}")
