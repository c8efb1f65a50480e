"""The keyring's database: its tables, its root secrets, and what each service's role may see.

    prepare_keyring(settings, masters, ["accounts", "grants"])

Root secrets (``ROOT_NAMES``) were once made of the master key itself. Where keys are there from
that time the secrets stay what they were, since read models hold hashes made with one; a new
keyring gets them by chance. From then on no secret depends on the master key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, inspect, select

from shared.database import database_name, owner_engine
from shared.privacy import master_key
from shared.privacy.classes import classes_of
from shared.privacy.master_key import MasterKey, Masters
from shared.privacy.tables import DESTROYED, KEYS, MARKS, MASTERS, METADATA, ROOTS
from shared.privacy.tombstones import Tombstones
from shared.privacy.wrapping import NONCE_BYTES, WrongMasterKey, root_label, unwrap, wrap
from shared.settings import Settings

ROOT_NAMES: Final = ("blind index", "forms", "tombstones")


def prepare_keyring(settings: Settings, masters: Masters, services: list[str]) -> None:
    """Bring the keyring into this version's form; running it again changes nothing.

    Raises WrongMasterKey when the master key is not the one that wraps it.
    """
    engine = owner_engine(settings, "keyring")
    try:
        with engine.connect() as connection:
            connection.execution_options(zanat_write=True)
            with connection.begin():
                there = inspect(connection).has_table(KEYS.name)
                _make_tables(connection, there)
                _make_secrets(connection, masters, there)
                if connection.dialect.name == "postgresql":
                    _guard(connection, settings, services)
            _note_destroyed(connection, settings, masters)
    finally:
        engine.dispose()


def _make_tables(connection: Connection, there: bool) -> None:
    if there and "master_id" not in {
        column["name"] for column in inspect(connection).get_columns(KEYS.name)
    }:
        connection.exec_driver_sql("alter table keys add column master_id varchar(16)")
    METADATA.create_all(connection)
    for statement in (
        "create unique index if not exists keys_name on keys (owner, data_class, retention_group)",
        "create index if not exists keys_by_master on keys (master_id, key_id)",
    ):
        connection.exec_driver_sql(statement)
    if connection.execute(select(MARKS).where(MARKS.c.name == DESTROYED)).first() is None:
        connection.execute(MARKS.insert().values(name=DESTROYED, number=0))


def _make_secrets(connection: Connection, masters: Masters, there: bool) -> None:
    """The first time, say which master key is in force, and make the root secrets."""
    of_now = select(MASTERS.c.master_id).where(MASTERS.c.until.is_(None))
    known = connection.execute(of_now).scalar()
    if known is None:
        master = _that_opens(connection, masters)
        connection.execute(MASTERS.insert().values(master_id=master.id, since=datetime.now(UTC)))
        connection.execute(
            KEYS.update().where(KEYS.c.master_id.is_(None)).values(master_id=master.id)
        )
        known = master.id
    found = masters.find(known)
    if found is None:
        raise WrongMasterKey
    kept = {row.name: row for row in connection.execute(select(ROOTS))}
    for row in kept.values():
        unwrap(masters, row.master_id, root_label(row.name), row.wrapped)
    for name in ROOT_NAMES:
        if name in kept:
            continue
        secret = found.derived(name.encode()) if there and not kept else master_key.new()
        box = wrap(found, root_label(name), secret, nonce=master_key.new()[:NONCE_BYTES])
        connection.execute(ROOTS.insert().values(name=name, wrapped=box, master_id=found.id))


def _that_opens(connection: Connection, masters: Masters) -> MasterKey:
    """The master key of a keyring that does not name it; of an empty one the newest known."""
    one = connection.execute(select(KEYS).where(KEYS.c.wrapped.is_not(None)).limit(1)).first()
    if one is None:
        return masters.known()[0]
    for master in masters.known():
        try:
            unwrap(Masters.of(master.secret), None, one.key_id.encode(), one.wrapped)
        except WrongMasterKey:
            continue
        return master
    raise WrongMasterKey


def _note_destroyed(connection: Connection, settings: Settings, masters: Masters) -> None:
    """What was destroyed before there was a file of tombstones is written there."""
    with connection.begin():
        gone = select(KEYS.c.key_id).where(KEYS.c.destroyed_at.is_not(None))
        destroyed = list(connection.execute(gone).scalars())
        row = connection.execute(select(ROOTS).where(ROOTS.c.name == "tombstones")).one()
    stones = Tombstones(settings.destroyed_keys_path)
    if set(destroyed) - stones.ids():
        secret = unwrap(masters, row.master_id, root_label(row.name), row.wrapped)
        stones.add(dict.fromkeys(destroyed, ""), secret)


def _guard(connection: Connection, settings: Settings, services: list[str]) -> None:
    run = connection.exec_driver_sql
    run("alter table keys enable row level security")
    for service in services:
        role = database_name(settings, service)
        classes = ", ".join(f"'{one}'" for one in sorted(classes_of(service)))
        run(f"grant usage on schema public to {role}")
        run(f"grant select, insert, update (wrapped, destroyed_at) on keys to {role}")
        run(f"grant select on roots, masters to {role}")
        run(f"grant select, update (number) on marks to {role}")
        run(f"drop policy if exists {service}_classes on keys")
        run(
            f"create policy {service}_classes on keys to {role} "
            f"using (data_class in ({classes})) with check (data_class in ({classes}))"
        )
