"""What a key is: how it looks, and its SHA-256, which alone is kept.

    key = new_key(key_id)         # zanat_0192f000-…_Zk3v…, shown once
    keep(connection, key_id, key)
    found = recognised(connection, key)    # its row, or None; as fast for a wrong one

The table is beside the read models: it cannot be made again from the log.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Row, String, Table, select

from services.accounts.tables import METADATA, Moment

SECRET_BYTES: Final = 32
KEY_LENGTH_MAX: Final = 100
_KEY: Final = re.compile(r"zanat_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NO_HASH: Final = bytes(hashlib.sha256().digest_size)
"""What a key that nobody has is compared with; it is the hash of nothing that is known."""

SECRETS: Final = Table(
    "program_key_secrets",
    METADATA,
    Column("key_id", String(36), primary_key=True),
    Column("key_hash", LargeBinary, nullable=False),
    # The session that the key has opened, which every exchange goes on with.
    Column("session_id", String(36)),
    Column("last_used_at", Moment),
)


def new_key(key_id: str) -> str:
    """A fresh key of this id: whoever has it works as the program."""
    return f"zanat_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def id_of(key: str) -> str | None:
    """The id in a key; None for what does not look like one."""
    found = _KEY.fullmatch(key) if len(key) <= KEY_LENGTH_MAX else None
    return found[1] if found else None


def keep(connection: Connection, key_id: str, key: str) -> None:
    """Store the hash of a key that was just made."""
    connection.execute(SECRETS.insert().values(key_id=key_id, key_hash=_hash(key)))


def recognised(connection: Connection, key: str) -> Row[Any] | None:
    """The row of a key; None for one that is not known here.

    It is looked for by its id, which is no secret, and then compared in constant time; for an
    unknown id as well.
    """
    key_id = id_of(key)
    row = None if key_id is None else secret_of(connection, key_id)
    right = hmac.compare_digest(_NO_HASH if row is None else row.key_hash, _hash(key))
    return row if right else None


def secret_of(connection: Connection, key_id: str, *, hold: bool = False) -> Row[Any] | None:
    """What is kept of a key. hold: nobody else exchanges or revokes it until our commit."""
    wanted = select(SECRETS).where(SECRETS.c.key_id == key_id)
    return connection.execute(wanted.with_for_update() if hold else wanted).one_or_none()


def note_use(connection: Connection, key_id: str, session_id: str, now: datetime) -> None:
    """Remember when the key was used last, and the session that it has opened."""
    connection.execute(
        SECRETS.update()
        .where(SECRETS.c.key_id == key_id)
        .values(session_id=session_id, last_used_at=now)
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
