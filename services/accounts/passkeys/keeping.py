"""What a passkey is checked with: its public half, and the challenges that were answered.

    keep(work.connection, passkey, work.now)
    found = by_credential(connection, "pVd1…")

They stand in tables of their own beside the read models, as passwords do (decision 0011): a
backup must hold them. ``used_challenges`` holds what was answered until it would be too old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.accounts.tables import METADATA, Moment

LABEL_LENGTH_MAX: Final = 60
CREDENTIAL_LENGTH_MAX: Final = 1400
"""Letters of a credential's id: at most 1023 bytes (WebAuthn), in base64url."""

PASSKEYS_KEPT: Final = Table(
    "passkeys",
    METADATA,
    Column("passkey_id", String(36), primary_key=True),
    Column("account_id", String(36), nullable=False),
    Column("credential_id", String(CREDENTIAL_LENGTH_MAX), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False),
    Column("transports", String(100), nullable=False),
    Column("label", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Index("passkeys_account", "account_id"),
)
USED_CHALLENGES: Final = Table(
    "used_challenges",
    METADATA,
    Column("challenge_hash", LargeBinary, primary_key=True),
    Column("expires_at", Moment, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class NewPasskey:
    """A key that was just made on a device."""

    passkey_id: str
    account_id: str
    credential_id: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    label: str
    synced: bool


def keep(connection: Connection, made: NewPasskey, now: datetime) -> None:
    """Store it. Raises IntegrityError when the credential is known already."""
    connection.execute(
        PASSKEYS_KEPT.insert().values(
            passkey_id=made.passkey_id,
            account_id=made.account_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=" ".join(made.transports),
            label=made.label,
            added_at=now,
        )
    )


def passkeys_of(connection: Connection, account_id: str) -> Sequence[Row[Any]]:
    """The account's passkeys, the oldest first."""
    return connection.execute(
        select(PASSKEYS_KEPT)
        .where(PASSKEYS_KEPT.c.account_id == account_id)
        .order_by(PASSKEYS_KEPT.c.added_at, PASSKEYS_KEPT.c.passkey_id)
    ).all()


def count_of(connection: Connection, account_id: str) -> int:
    """How many passkeys open the account."""
    counted = select(func.count()).where(PASSKEYS_KEPT.c.account_id == account_id)
    return connection.execute(counted).scalar_one()


def by_credential(connection: Connection, credential_id: str) -> Row[Any] | None:
    """The passkey of a credential's id, or None."""
    if len(credential_id) > CREDENTIAL_LENGTH_MAX:
        return None
    return connection.execute(
        select(PASSKEYS_KEPT).where(PASSKEYS_KEPT.c.credential_id == credential_id)
    ).one_or_none()


def forget(connection: Connection, account_id: str, passkey_id: str) -> bool:
    """Take a passkey of the account away; False when it has no such one."""
    gone = connection.execute(
        delete(PASSKEYS_KEPT).where(
            PASSKEYS_KEPT.c.account_id == account_id, PASSKEYS_KEPT.c.passkey_id == passkey_id
        )
    )
    return gone.rowcount == 1


def note_use(connection: Connection, passkey_id: str, sign_count: int, now: datetime) -> None:
    """Keep how often the device says it was used, and when it last was."""
    connection.execute(
        update(PASSKEYS_KEPT)
        .where(PASSKEYS_KEPT.c.passkey_id == passkey_id)
        .values(sign_count=sign_count, last_used_at=now)
    )


def use_challenge(
    connection: Connection, challenge_hash: bytes, expires_at: datetime, now: datetime
) -> bool:
    """Take note that a challenge was answered; False when it was answered before."""
    connection.execute(delete(USED_CHALLENGES).where(USED_CHALLENGES.c.expires_at <= now))
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    noted = connection.execute(
        insert(USED_CHALLENGES)
        .values(challenge_hash=challenge_hash, expires_at=expires_at)
        .on_conflict_do_nothing()
        # Of an insert PostgreSQL's driver tells no count unless it is asked to.
        .execution_options(preserve_rowcount=True)
    )
    return noted.rowcount == 1
