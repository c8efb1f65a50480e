"""Changing the master key: every key is wrapped anew, no event is touched, services go on.

    change = begin(settings)             # a new key beside the old one, if the key is in a file
    wrap_anew(settings, services, change, progress=print)
    finish(settings, change)             # the old key is dropped

Killed at any moment it goes on when it is called again: each row names the master key that wraps
it, and the source gives both keys until no row is left under the old one. Who makes a key looks
up, in its transaction, which master key is in force; after ``wrap_anew`` has named the new one
nothing more comes to be under the old one.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from os import urandom
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, func, select, text

from shared.database import database_name, owner_engine, role_password
from shared.locks import MASTER_CHANGING
from shared.privacy import master_key
from shared.privacy.master_key import REREAD_SECONDS, MasterKey, Masters
from shared.privacy.tables import KEYS, MASTERS, ROOTS
from shared.privacy.wrapping import NONCE_BYTES, WrongMasterKey, root_label, unwrap, wrap
from shared.settings import Settings

BATCH: Final = 500


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """From one master key to another. ``old``: None when there is nothing to change from."""

    new: MasterKey
    old: MasterKey | None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of one class under one master key. ``master_id``: "" for those that are destroyed."""

    data_class: str
    master_id: str
    keys: int


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Nobody else changes the master key meanwhile; raises ValueError when somebody does."""
    path = settings.home / "keys" / "rotate.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError("another process is changing the master key") from None
        yield


def begin(settings: Settings) -> Change:
    """What is to be changed; a file with one key gets a new one, written before the old one.

    Raises ValueError when the source is no file and gives one key only, or the new key was in use
    before, and WrongMasterKey when the key in force is not among those that the source gives.
    """
    known = master_key.masters(settings).known()
    engine = owner_engine(settings, "keyring")
    with engine.connect() as connection:
        rows = {row.master_id: row for row in connection.execute(select(MASTERS))}
    engine.dispose()
    in_force = next(row.master_id for row in rows.values() if row.until is None)
    if in_force not in {one.id for one in known}:
        raise WrongMasterKey
    if len(known) > 2:
        raise ValueError("the source gives more than a new and an old master key")
    if len(known) == 1:
        if not master_key.is_file(settings):
            raise ValueError(
                "the source gives one master key: let it give the new one and then the old one, "
                "start the services again, and call this again"
            )
        made = MasterKey(master_key.new())
        try:
            master_key.put(settings.master_key_path, made.secret, known[0].secret)
        except OSError as error:
            raise ValueError(
                "the file of the master key cannot be written here: put the new key and then the "
                "old one into it, and call this again"
            ) from error
        # Services that ask for a key they do not know ask the file once a second at most.
        time.sleep(REREAD_SECONDS + 0.2)
        return Change(new=made, old=known[0])
    new, old = known
    if new.id == old.id:
        raise ValueError("the source gives the same master key twice")
    if new.id in rows and new.id != in_force:
        raise ValueError("the first key that the source gives was replaced before: change the two")
    return Change(new=new, old=old)


def wrap_anew(
    settings: Settings,
    services: list[str],
    change: Change,
    *,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Name the new key as the one in force, then wrap all under it; returns how many keys.

    ``progress`` is told the size of each batch. Services' passwords (PostgreSQL) follow at last.
    """
    engine = owner_engine(settings, "keyring")
    masters = Masters.of(change.new.secret, *([change.old.secret] if change.old else []))
    done = 0
    try:
        with _writing(engine) as connection:
            _name(connection, change.new)
        with _writing(engine) as connection:
            _wrap_roots(connection, masters, change.new)
        last = ""
        while True:
            with _writing(engine) as connection:
                batch = _wrap_batch(connection, masters, change.new, last)
            if not batch:
                break
            last = batch[-1]
            done += len(batch)
            progress(len(batch))
        if left := left_under_others(engine, change.new):
            raise ValueError(f"{left} keys are still under another master key")
        if settings.database_url:
            _set_passwords(settings, services, change.new)
        _overwrite(engine)
    finally:
        engine.dispose()
    return done


def finish(settings: Settings, change: Change) -> bool:
    """Drop the old key from the file; False where it is none or cannot be written here."""
    if not master_key.is_file(settings):
        return False
    try:
        master_key.put(settings.master_key_path, change.new.secret)
    except OSError:
        return False
    return True


def left_under_others(engine: Engine, new: MasterKey) -> int:
    """How many keys and root secrets another master key still opens."""
    with engine.connect() as connection:
        found = 0
        for table in (KEYS, ROOTS):
            others = table.c.master_id.is_distinct_from(new.id)
            alive = table.c.wrapped.is_not(None)
            counting = select(func.count()).select_from(table).where(others, alive)
            found += connection.execute(counting).scalar_one()
    return found


def counted(settings: Settings) -> list[Counted]:
    """How many keys there are of each class, destroyed ones apart."""
    engine = owner_engine(settings, "keyring")
    gone = KEYS.c.wrapped.is_(None)
    with engine.connect() as connection:
        rows = connection.execute(
            select(KEYS.c.data_class, KEYS.c.master_id, gone.label("gone"), func.count())
            .group_by(KEYS.c.data_class, KEYS.c.master_id, gone)
            .order_by(KEYS.c.data_class, KEYS.c.master_id)
        ).all()
    engine.dispose()
    sums: dict[tuple[str, str], int] = {}
    for data_class, master_id, destroyed, number in rows:
        key = (data_class, "" if destroyed else master_id or "?")
        sums[key] = sums.get(key, 0) + number
    return [Counted(data_class=c, master_id=m, keys=n) for (c, m), n in sorted(sums.items())]


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.execution_options(zanat_write=True)
        with connection.begin():
            yield connection


def _name(connection: Connection, new: MasterKey) -> None:
    """From the end of this transaction on all new keys are wrapped by the new master key."""
    if connection.dialect.name == "postgresql":
        # Waits for those who make a key under the old one just now.
        connection.execute(text("select pg_advisory_xact_lock(:k)"), {"k": MASTER_CHANGING})
    now = datetime.now(UTC)
    known = connection.execute(select(MASTERS).where(MASTERS.c.master_id == new.id)).first()
    if known is None:
        connection.execute(MASTERS.update().where(MASTERS.c.until.is_(None)).values(until=now))
        connection.execute(MASTERS.insert().values(master_id=new.id, since=now))


def _wrap_roots(connection: Connection, masters: Masters, new: MasterKey) -> None:
    for row in connection.execute(select(ROOTS).where(ROOTS.c.master_id != new.id)).all():
        label = root_label(row.name)
        secret = unwrap(masters, row.master_id, label, row.wrapped)
        box = wrap(new, label, secret, nonce=urandom(NONCE_BYTES))
        connection.execute(
            ROOTS.update().where(ROOTS.c.name == row.name).values(wrapped=box, master_id=new.id)
        )


def _wrap_batch(connection: Connection, masters: Masters, new: MasterKey, last: str) -> list[str]:
    """The ids of the next keys, wrapped anew; a key that is destroyed meanwhile stays so."""
    rows = connection.execute(
        select(KEYS.c.key_id, KEYS.c.master_id, KEYS.c.wrapped)
        .where(
            KEYS.c.key_id > last,
            KEYS.c.master_id.is_distinct_from(new.id),
            KEYS.c.wrapped.is_not(None),
        )
        .order_by(KEYS.c.key_id)
        .limit(BATCH)
        .with_for_update()
    ).all()
    for row in rows:
        secret = unwrap(masters, row.master_id, row.key_id.encode(), row.wrapped)
        box = wrap(new, row.key_id.encode(), secret, nonce=urandom(NONCE_BYTES))
        connection.execute(
            KEYS.update()
            .where(KEYS.c.key_id == row.key_id, KEYS.c.wrapped.is_not(None))
            .values(wrapped=box, master_id=new.id)
        )
    return [row.key_id for row in rows]


def _set_passwords(settings: Settings, services: list[str], new: MasterKey) -> None:
    engine = owner_engine(settings, "keyring")
    with engine.begin() as connection:
        for service in services:
            role = database_name(settings, service)
            # Names are checked identifiers and the password is base64url: neither can break out.
            password = role_password(new.secret, role)
            connection.exec_driver_sql(f"alter role {role} password '{password}'")
    engine.dispose()


def _overwrite(engine: Engine) -> None:
    """Leave nothing in the database's files that the old key opens."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("pragma busy_timeout=5000")
                driver.execute("pragma wal_checkpoint(truncate)").fetchall()
        else:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("vacuum full keys, roots")
