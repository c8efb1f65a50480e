"""The keyring: one AES-256 key per owner × data class × retention group, wrapped by the master key.

    keyring = Keyring(database, master_key)
    name = KeyName(owner=registration_id, data_class="identity", group="programme")
    keys = keyring.ensure({name})

A key is durable before its first event. A destroyed key leaves a tombstone: its row stays without
the key, no new key is made under that name, and what it sealed is absent, not an error: here at
once, in other processes when they forget what they remember, a minute later at most. On PostgreSQL
row-level security lets each service's role see the data classes that it needs only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, String, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import Database
from shared.identifiers import Identifiers, Uuid7

METADATA = MetaData()

KEYS = Table(
    "keys",
    METADATA,
    Column("key_id", String(36), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("data_class", String(20), nullable=False),
    Column("retention_group", String(20), nullable=False),
    Column("wrapped", LargeBinary),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("destroyed_at", DateTime(timezone=True)),
)

CACHED_KEYS_MAX = 200_000
REMEMBERED_SECONDS: Final = 60.0
"""How long a key may be opened here that was destroyed in another process."""
_CHUNK = 300


class KeyName(msgspec.Struct, frozen=True, order=True):
    """What a key is for: whose, which data, kept for how long."""

    owner: str
    data_class: str
    group: str = "programme"


class Key(msgspec.Struct, frozen=True):
    """An opened key. ``cipher`` is None when the key was destroyed."""

    key_id: str
    cipher: AESGCM | None


class Keyring:
    """Makes, opens and destroys keys. Thread-safe."""

    def __init__(
        self,
        database: Database,
        master_key: bytes,
        *,
        identifiers: Identifiers | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._database = database
        self._master = AESGCM(_derive(master_key, b"wrap"))
        self._blind = _derive(master_key, b"blind index")
        self._identifiers = identifiers or Uuid7()
        self.random_bytes = random_bytes
        self._lock = threading.Lock()
        self._by_name: dict[KeyName, Key] = {}
        self._by_id: dict[str, Key] = {}
        self._forgotten = 0
        self._forgets_at = monotonic() + REMEMBERED_SECONDS

    def ensure(self, names: Iterable[KeyName]) -> dict[KeyName, Key]:
        """The keys of these names, made durable here when they are new."""
        self._forget_in_time()
        wanted = set(names)
        found = {n: k for n in wanted if (k := self._by_name.get(n))}
        missing = sorted(wanted - found.keys())
        if missing:
            found |= self._read(missing)
            new = [name for name in missing if name not in found]
            if new:
                self._make(new)
                found |= self._read(new)
        return found

    def open_key(self, key_id: str) -> Key | None:
        """The key of this id; None when this service may not see it or it never was."""
        self._forget_in_time()
        if key := self._by_id.get(key_id):
            return key
        return self.open_keys([key_id]).get(key_id)

    def open_keys(self, key_ids: Iterable[str]) -> dict[str, Key]:
        """Many keys at once, for projections in batches."""
        self._forget_in_time()
        found = {key_id: self._by_id.get(key_id) for key_id in key_ids}
        wanted = [key_id for key_id, key in found.items() if key is None]
        forgotten = self._forgotten
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                part = wanted[start : start + _CHUNK]
                for row in connection.execute(select(KEYS).where(KEYS.c.key_id.in_(part))):
                    _, key = self._remember(row, forgotten)
                    found[key.key_id] = key
        return {key_id: key for key_id, key in found.items() if key is not None}

    def open_many(self, key_ids: Iterable[str]) -> dict[str, Key]:
        """Many keys at once without remembering them, for who goes through everybody's."""
        wanted = json.dumps(sorted(set(key_ids)))
        with self._database.reading() as connection:
            driver: Any = connection.connection.driver_connection
            if self._database.is_sqlite:
                rows = driver.execute(
                    "select key_id, wrapped from keys"
                    " where key_id in (select value from json_each(?))",
                    (wanted,),
                ).fetchall()
            else:
                with driver.cursor(binary=True) as cursor:
                    rows = cursor.execute(
                        "select key_id, wrapped from keys"
                        " where key_id in (select json_array_elements_text(%s::json))",
                        (wanted,),
                    ).fetchall()
        return {key_id: self._unwrapped(key_id, wrapped) for key_id, wrapped in rows}

    def names(self, *, owners: str, data_class: str) -> list[KeyName]:
        """The keys of a data class that are still there and whose owners begin with ``owners``."""
        of_these = select(KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group).where(
            KEYS.c.data_class == data_class,
            KEYS.c.owner.startswith(owners, autoescape=True),
            KEYS.c.destroyed_at.is_(None),
        )
        with self._database.reading() as connection:
            return sorted(KeyName(*row) for row in connection.execute(of_these))

    def destroy(self, names: Iterable[KeyName]) -> list[str]:
        """Destroy keys for good: what they sealed cannot be read any more.

        Returns the ids of all keys of these names, those that were destroyed before included, so
        that whoever records them may begin anew after an interruption.
        """
        found: list[str] = []
        wanted = sorted(set(names))
        where = tuple_(KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group)
        with self._database.writing() as connection:
            for start in range(0, len(wanted), _CHUNK):
                part = wanted[start : start + _CHUNK]
                these = where.in_([(n.owner, n.data_class, n.group) for n in part])
                connection.execute(
                    KEYS.update()
                    .where(these, KEYS.c.destroyed_at.is_(None))
                    .values(wrapped=None, destroyed_at=datetime.now(UTC))
                )
                found += connection.execute(select(KEYS.c.key_id).where(these)).scalars()
        self.forget()
        return sorted(found)

    def forget(self) -> None:
        """Drop every cached key, so that a destroyed one is noticed."""
        with self._lock:
            self._forgotten += 1
            self._forgets_at = monotonic() + REMEMBERED_SECONDS
            self._by_name.clear()
            self._by_id.clear()

    def _forget_in_time(self) -> None:
        if monotonic() >= self._forgets_at:
            self.forget()

    def close(self) -> None:
        """Close the connections to its database."""
        self._database.close()

    def blind_index(self, purpose: str, value: str) -> str:
        """Keyed hash of a value for exact lookup. It belongs in purgeable read models only."""
        message = purpose.encode() + b"\0" + value.encode()
        return hmac.digest(self._blind, message, "sha256").hex()

    def _read(self, names: list[KeyName]) -> dict[KeyName, Key]:
        found: dict[KeyName, Key] = {}
        forgotten = self._forgotten
        where = tuple_(KEYS.c.owner, KEYS.c.data_class, KEYS.c.retention_group)
        with self._database.reading() as connection:
            for start in range(0, len(names), _CHUNK):
                part = names[start : start + _CHUNK]
                triples = [(n.owner, n.data_class, n.group) for n in part]
                for row in connection.execute(select(KEYS).where(where.in_(triples))):
                    name, key = self._remember(row, forgotten)
                    found[name] = key
        return found

    def _make(self, names: list[KeyName]) -> None:
        rows = []
        for name in names:
            key_id = self._identifiers.new()
            nonce = self.random_bytes(12)
            key = self.random_bytes(32)
            rows.append(
                {
                    "key_id": key_id,
                    "owner": name.owner,
                    "data_class": name.data_class,
                    "retention_group": name.group,
                    "wrapped": nonce + self._master.encrypt(nonce, key, key_id.encode()),
                    "made_at": datetime.now(UTC),
                }
            )
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.writing() as connection:
            connection.execute(insert(KEYS).on_conflict_do_nothing(), rows)

    def _remember(self, row: object, forgotten: int) -> tuple[KeyName, Key]:
        """Open it. It is not kept when keys were forgotten since it was asked for: perhaps it."""
        key_id: str = row.key_id  # type: ignore[attr-defined]
        key = self._unwrapped(key_id, row.wrapped)  # type: ignore[attr-defined]
        name = KeyName(row.owner, row.data_class, row.retention_group)  # type: ignore[attr-defined]
        with self._lock:
            if forgotten != self._forgotten:
                return name, key
            if len(self._by_id) >= CACHED_KEYS_MAX:
                self._by_id.clear()
                self._by_name.clear()
            self._by_id[key_id] = key
            self._by_name[name] = key
        return name, key

    def _unwrapped(self, key_id: str, wrapped: bytes | None) -> Key:
        if wrapped is None:
            return Key(key_id, None)
        try:
            opened = self._master.decrypt(wrapped[:12], wrapped[12:], key_id.encode())
        except InvalidTag as error:
            raise RuntimeError("the master key does not open this keyring") from error
        return Key(key_id, AESGCM(opened))


def _derive(master_key: bytes, purpose: bytes) -> bytes:
    return hmac.new(master_key, b"zanat " + purpose, hashlib.sha256).digest()
