"""The keyring: one AES-256 key per owner × data class × retention group, wrapped by the master key.

    keyring = Keyring(database, masters, classes={"identity"}, tombstones=Tombstones(path))
    name = KeyName(owner=registration_id, data_class="identity", group="programme")
    keys = keyring.ensure({name})

A key is durable before its first event. A destroyed key leaves tombstones: its row stays without
the key, no new key is made under that name, its id stands in a file outside the database, and what
it sealed is absent, not an error: here at once, in other processes when they next look, within a
second. A key whose id stands in that file is not opened, also when a restore brought it back, and
under a name that stands there none is made, also when a restore took its tombstone away.
A keyring opens only its service's classes; keys of others are to it as if they were not there, on
PostgreSQL by row-level security too.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import msgspec
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, select, text, true, tuple_

from shared.database import Database
from shared.events import rowtexts
from shared.identifiers import Identifiers, Uuid7
from shared.locks import MASTER_CHANGING
from shared.privacy.keyrows import whole, wrapped_of
from shared.privacy.master_key import MasterKey, Masters
from shared.privacy.tables import DESTROYED, KEYS, MARKS, MASTERS, ROOTS
from shared.privacy.tombstones import Tombstones
from shared.privacy.wrapping import NONCE_BYTES, WrongMasterKey, root_label, unwrap, wrap

CACHED_KEYS_MAX = 5_000
"""Opened keys that a service remembers, some 700 bytes each; five services share a process."""
SECRET_BYTES: Final = 32
REMEMBERED_SECONDS: Final = 0.5
"""How long a key may be opened here that was destroyed in another process."""
_CHUNK = 300

_log = structlog.get_logger("keyring")

_NAMED: Final = select(KEYS.c.key_id, KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group)


class NotThisService(RuntimeError):
    """A key of a class that this service does not open was asked for."""


class KeyName(msgspec.Struct, frozen=True, order=True):
    """What a key is for: whose, which data, kept for how long."""

    owner: str
    data_class: str
    group: str = "programme"


class Key(msgspec.Struct, frozen=True):
    """An opened key. ``secret``, and so ``cipher``, is None when the key was destroyed.

    A cipher takes 2.5 KB and some microseconds to make, so that it is the secret that is kept.
    """

    key_id: str
    secret: bytes | None

    @property
    def cipher(self) -> AESGCM | None:
        """What seals and opens with it, made anew."""
        return None if self.secret is None else AESGCM(self.secret)

    def __repr__(self) -> str:
        """Without the secret, which must not reach a log by way of an error message."""
        return f"Key({self.key_id!r})"


class Keyring:
    """Makes, opens and destroys keys. Thread-safe."""

    def __init__(
        self,
        database: Database,
        masters: Masters,
        *,
        classes: Collection[str] | None = None,
        tombstones: Tombstones | None = None,
        identifiers: Identifiers | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """``classes``: the classes that it opens, or None for all."""
        self._database = database
        self._masters = masters
        self._classes = None if classes is None else frozenset(classes)
        self._tombstones = tombstones
        self._secrets: dict[str, bytes] = {}
        self._keyed: hmac.HMAC | None = None
        self._identifiers = identifiers or Uuid7()
        self.random_bytes = random_bytes
        self._lock = threading.Lock()
        self._by_name: dict[KeyName, Key] = {}
        self._by_id: dict[str, Key] = {}
        self._forgotten = 0
        self._mark: int | None = None
        self._stones: frozenset[str] = frozenset()
        self._looks_at = 0.0

    def ensure(self, names: Iterable[KeyName]) -> dict[KeyName, Key]:
        """The keys of these names, made durable here when they are new."""
        self._look()
        wanted = set(names)
        found = {n: k for n in wanted if (k := self._by_name.get(n))}
        missing = sorted(wanted - found.keys())
        if missing:
            found |= self._read(missing)
            new = [name for name in missing if name not in found]
            if new:
                found |= self._make(new) or self._read(new)
        return found

    def open_key(self, key_id: str) -> Key | None:
        """The key of this id; None when this service may not see it or it never was."""
        self._look()
        if key := self._by_id.get(key_id):
            return key
        return self.open_keys([key_id]).get(key_id)

    def open_keys(self, key_ids: Iterable[str]) -> dict[str, Key]:
        """Many keys at once, for projections in batches."""
        self._look()
        found = {key_id: self._by_id.get(key_id) for key_id in key_ids}
        wanted = [key_id for key_id, key in found.items() if key is None]
        forgotten = self._forgotten
        if wanted:
            with self._database.reading() as connection:
                for row in whole(connection, "key_id", wanted, self._classes):
                    _, key = self._remember(row, forgotten)
                    found[key.key_id] = key
        return {key_id: key for key_id, key in found.items() if key is not None}

    def open_many(self, key_ids: Iterable[str]) -> dict[str, Key]:
        """Many keys at once without remembering them, for who goes through everybody's."""
        self._look()
        with self._database.reading() as connection:
            rows = wrapped_of(connection, set(key_ids), self._classes)
        return {row[0]: self._unwrapped(*row) for row in rows}

    def names(self, *, owners: str, data_class: str) -> list[KeyName]:
        """The keys of a data class that are still there and whose owners begin with ``owners``."""
        of_these = select(KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group).where(
            KEYS.c.data_class == data_class,
            self._visible,
            KEYS.c.owner.startswith(owners, autoescape=True),
            KEYS.c.destroyed_at.is_(None),
        )
        with self._database.reading() as connection:
            return sorted(KeyName(*row) for row in connection.execute(of_these))

    def destroy(self, names: Iterable[KeyName]) -> list[str]:
        """Destroy keys for good: what they sealed cannot be read any more.

        Returns the ids of all keys of these names, those that were destroyed before included, so
        that whoever records them may begin anew after an interruption. Names of other services'
        classes are left alone.
        """
        found = sorted(self._rows_of(sorted(set(names))).values())
        self.destroy_ids(found)
        return found

    def destroy_ids(self, key_ids: Iterable[str]) -> list[str]:
        """Destroy keys of these ids; returns those that were not destroyed before.

        Their ids are in the file of tombstones before they are gone from the database, so that
        what a crash interrupts is at least never opened again.
        """
        wanted = sorted(set(key_ids))
        living: list[str] = []
        for start in range(0, len(wanted), _CHUNK):
            living += self._destroy_part(wanted[start : start + _CHUNK])
        self.forget()
        if living and self._database.is_sqlite:
            self._database.empty_ahead_log()
        return living

    def opens(self, data_class: str) -> bool:
        """Whether it opens keys of this class."""
        return self._classes is None or data_class in self._classes

    def unknown(self, names: Iterable[KeyName]) -> list[KeyName]:
        """Those of these names, of this service's classes, of which there is no row at all."""
        wanted = sorted(name for name in set(names) if self.opens(name.data_class))
        there = self._rows_of(wanted)
        return [name for name in wanted if name not in there]

    def _rows_of(self, names: list[KeyName]) -> dict[KeyName, str]:
        """The ids of the keys of these names, destroyed ones too."""
        found: dict[KeyName, str] = {}
        where = tuple_(KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group)
        with self._database.reading() as connection:
            for start in range(0, len(names), _CHUNK):
                part = [(n.owner, n.data_class, n.group) for n in names[start : start + _CHUNK]]
                for row in connection.execute(_NAMED.where(where.in_(part), self._visible)):
                    found[KeyName(*row[1:])] = row.key_id
        return found

    def stone(self, name: KeyName) -> str:
        """The keyed hash of a name as the file of tombstones has it."""
        message = f"name\0{name.owner}\0{name.data_class}\0{name.group}"
        return hmac.digest(self.secret("tombstones"), message.encode(), "sha256").hex()

    def _destroy_part(self, key_ids: list[str]) -> list[str]:
        these = (KEYS.c.key_id.in_(key_ids), self._visible)
        if self._tombstones is not None:
            with self._database.reading() as connection:
                rows = connection.execute(_NAMED.where(*these)).all()
            if rows:
                known = {row.key_id: self.stone(KeyName(*row[1:])) for row in rows}
                self._tombstones.add(known, self.secret("tombstones"))
        with self._database.writing() as connection:
            alive = select(KEYS.c.key_id).where(*these, KEYS.c.wrapped.is_not(None))
            living = sorted(connection.execute(alive).scalars())
            if living:
                connection.execute(
                    KEYS.update()
                    .where(KEYS.c.key_id.in_(living))
                    .values(wrapped=None, destroyed_at=datetime.now(UTC))
                )
                connection.execute(
                    MARKS.update()
                    .where(MARKS.c.name == DESTROYED)
                    .values(number=MARKS.c.number + 1)
                )
        return living

    def destroyed(self) -> dict[str, KeyName]:
        """All keys that the database knows as destroyed, of this service's classes, by their id."""
        gone = _NAMED.where(KEYS.c.destroyed_at.is_not(None), self._visible)
        with self._database.reading() as connection:
            return {row.key_id: KeyName(*row[1:]) for row in connection.execute(gone)}

    def living(self, key_ids: Iterable[str]) -> list[str]:
        """Those of these ids whose keys are in the database, of this service's classes."""
        wanted = sorted(set(key_ids))
        found: list[str] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                these = KEYS.c.key_id.in_(wanted[start : start + _CHUNK])
                alive = select(KEYS.c.key_id).where(
                    these, self._visible, KEYS.c.wrapped.is_not(None)
                )
                found += connection.execute(alive).scalars()
        return sorted(found)

    def forget(self) -> None:
        """Drop every cached key, so that a destroyed one is noticed."""
        with self._lock:
            self._forgotten += 1
            self._by_name.clear()
            self._by_id.clear()

    def _look(self) -> None:
        """From time to time: were keys destroyed elsewhere, does the file name more of them?"""
        now = monotonic()
        if now < self._looks_at:
            return
        stones = self._tombstones.ids() if self._tombstones is not None else self._stones
        with self._database.reading() as connection:
            number = select(MARKS.c.number).where(MARKS.c.name == DESTROYED)
            mark = connection.execute(number).scalar()
        if mark != self._mark or stones is not self._stones:
            self._stones, self._mark = stones, mark
            self.forget()
        # Only now: until then others look too, rather than open what may be destroyed.
        self._looks_at = now + REMEMBERED_SECONDS

    def close(self) -> None:
        """Close the connections to its database."""
        self._database.close()

    def blind_index(self, purpose: str, value: str) -> str:
        """Keyed hash of a value for exact lookup. It belongs in purgeable read models only."""
        # A copy of what has the key already; the module's one call lets other threads in each time.
        keyed = self._keyed
        if keyed is None:
            keyed = self._keyed = hmac.new(self.secret("blind index"), digestmod="sha256")
        mine = keyed.copy()
        mine.update(purpose.encode() + b"\0" + value.encode())
        return mine.hexdigest()

    def secret(self, name: str) -> bytes:
        """A secret of the whole installation, which outlives any master key (``ROOT_NAMES``)."""
        found = self._secrets.get(name)
        if found is None:
            with self._database.reading() as connection:
                row = connection.execute(select(ROOTS).where(ROOTS.c.name == name)).first()
            if row is None:
                raise RuntimeError(f"the keyring has no secret {name!r}: run migrate")
            found = unwrap(self._masters, row.master_id, root_label(name), row.wrapped)
            self._secrets[name] = found
        return found

    @property
    def _visible(self) -> ColumnElement[bool]:
        return true() if self._classes is None else KEYS.c.data_class.in_(sorted(self._classes))

    def _read(self, names: list[KeyName]) -> dict[KeyName, Key]:
        found: dict[KeyName, Key] = {}
        forgotten, wanted = self._forgotten, set(names)
        with self._database.reading() as connection:
            owners = {name.owner for name in names}
            for row in whole(connection, "owner", owners, self._classes):
                # Others of the same people were not asked for.
                if KeyName(*row[1:4]) in wanted:
                    name, key = self._remember(row, forgotten)
                    found[name] = key
        return found

    def _make(self, names: list[KeyName]) -> dict[KeyName, Key]:
        """Make keys under the master key that is in force when they are committed.

        Under a name that stands among the tombstones only a tombstone is made. Returns them, or
        nothing when somebody else made one of them at the same moment.
        """
        outside = {name.data_class for name in names} - (self._classes or set())
        if self._classes is not None and outside:
            raise NotThisService(f"this service makes no keys of {', '.join(sorted(outside))}")
        size = NONCE_BYTES + SECRET_BYTES
        random = self.random_bytes(size * len(names))
        parts = [random[at : at + size] for at in range(0, len(random), size)]
        drawn = [(self._identifiers.new(), one[:NONCE_BYTES], one[NONCE_BYTES:]) for one in parts]
        stones = self._tombstones.names() if self._tombstones is not None else frozenset()
        gone = {name for name in names if stones and self.stone(name) in stones}
        now, forgotten = datetime.now(UTC), self._forgotten
        with self._database.writing() as connection:
            master = self._current_master(connection)
            rows = [
                {
                    "key_id": key_id,
                    "owner": name.owner,
                    "data_class": name.data_class,
                    "retention_group": name.group,
                    "wrapped": wrap(master, key_id.encode(), key, nonce=nonce),
                    "made_at": now,
                    "destroyed_at": None,
                    "master_id": master.id,
                }
                | ({"wrapped": None, "destroyed_at": now} if name in gone else {})
                for name, (key_id, nonce, key) in zip(names, drawn, strict=True)
            ]
            written = rowtexts.insert_new(connection, KEYS, rows)
        if written != len(rows) or gone:
            return {}
        made = {name: Key(key_id, key) for name, (key_id, _, key) in zip(names, drawn, strict=True)}
        for name, one in made.items():
            self._keep(name, one, forgotten)
        return made

    def _current_master(self, connection: Connection) -> MasterKey:
        """The master key to wrap by, which cannot be changed before this transaction ends."""
        if not self._database.is_sqlite:
            lock = text("select pg_advisory_xact_lock_shared(:k)")
            connection.execute(lock, {"k": MASTER_CHANGING})
        of_now = select(MASTERS.c.master_id).where(MASTERS.c.until.is_(None))
        found = self._masters.find(connection.execute(of_now).scalar_one())
        if found is None:
            raise WrongMasterKey
        return found

    def _remember(self, row: tuple[Any, ...], forgotten: int) -> tuple[KeyName, Key]:
        """Open it. It is not kept when keys were forgotten since it was asked for: perhaps it."""
        key_id, owner, data_class, group, master_id, wrapped = row
        key = self._unwrapped(key_id, master_id, wrapped)
        name = KeyName(owner, data_class, group)
        self._keep(name, key, forgotten)
        return name, key

    def _keep(self, name: KeyName, key: Key, forgotten: int) -> None:
        with self._lock:
            if forgotten != self._forgotten:
                return
            if len(self._by_id) >= CACHED_KEYS_MAX:
                self._by_id.clear()
                self._by_name.clear()
            self._by_id[key.key_id] = key
            self._by_name[name] = key

    def _unwrapped(self, key_id: str, master_id: str | None, wrapped: bytes | None) -> Key:
        if wrapped is None:
            return Key(key_id, None)
        if key_id in self._stones:
            _log.error("a destroyed key is back in the keyring: run keys destroy-again")
            return Key(key_id, None)
        opened = unwrap(self._masters, master_id, key_id.encode(), wrapped)
        return Key(key_id, opened)
