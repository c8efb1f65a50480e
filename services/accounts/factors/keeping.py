"""Secrets of second factors: an app's secret, sealed, and keyed hashes of recovery codes.

    keep_secret(work, account_id, secret)                # waits for its first code
    method = use_code(work, account_id, "287 082")       # "totp", "recovery_code" or None

They are no history and stand in tables of their own, like passwords (``staff/credentials.py``). A
code is used in the transaction of what it is used for, and by one statement that says how the row
must be: of two who send the same code at the same moment, one is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)

from services.accounts.factors.codes import is_of_app, matching_step, normal
from services.accounts.passkeys.keeping import count_of
from services.accounts.tables import METADATA, Moment
from shared.events.event import Sealed
from shared.events.work import Work
from shared.privacy.keyring import KeyName, Keyring
from shared.privacy.sealing import open_text, seal_text

APPS: Final = Table(
    "totp_secrets",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("sealed_key", String(100), nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("last_step", BigInteger),
)
RECOVERY: Final = Table(
    "recovery_codes",
    METADATA,
    Column("account_id", String(36), nullable=False),
    Column("code_index", String(64), nullable=False),
    PrimaryKeyConstraint("account_id", "code_index"),
)

UsedMethod = Literal["totp", "recovery_code"]


def keep_secret(work: Work, account_id: str, secret: str) -> None:
    """Keep an app's secret that waits for its first code, in place of one that still waits."""
    connection = work.connection
    connection.execute(
        delete(APPS).where(APPS.c.account_id == account_id, APPS.c.confirmed_at.is_(None))
    )
    sealed = seal_text(work.store.keyring, KeyName(account_id, "identity"), secret)
    connection.execute(
        APPS.insert().values(
            account_id=account_id,
            sealed_key=sealed.key,
            sealed_secret=sealed.box,
            made_at=work.now,
        )
    )


def waiting_secret(connection: Connection, keyring: Keyring, account_id: str) -> str | None:
    """The secret of the app that waits for its first code, or None."""
    row = connection.execute(
        select(APPS).where(APPS.c.account_id == account_id, APPS.c.confirmed_at.is_(None))
    ).one_or_none()
    return open_text(keyring, Sealed(row.sealed_key, row.sealed_secret)) if row else None


def confirm_secret(work: Work, account_id: str, code: str) -> bool:
    """Let the app that waits count, by a code of it; False for a wrong code."""
    secret = waiting_secret(work.connection, work.store.keyring, account_id)
    step = matching_step(secret, normal(code), work.now, None) if secret else None
    if step is None:
        return False
    done = work.connection.execute(
        update(APPS)
        .where(APPS.c.account_id == account_id, APPS.c.confirmed_at.is_(None))
        .values(confirmed_at=work.now, last_step=step)
    )
    return bool(done.rowcount == 1)


def use_code(work: Work, account_id: str, typed: str) -> UsedMethod | None:
    """Use a code of the account's app, or a recovery code; None when it is neither."""
    code = normal(typed)
    if is_of_app(code):
        return "totp" if _use_step(work, account_id, code) else None
    gone = work.connection.execute(
        delete(RECOVERY).where(
            RECOVERY.c.account_id == account_id,
            RECOVERY.c.code_index == _index(work.store.keyring, account_id, code),
        )
    )
    return "recovery_code" if gone.rowcount == 1 else None


def _use_step(work: Work, account_id: str, code: str) -> bool:
    row = work.connection.execute(
        select(APPS).where(APPS.c.account_id == account_id, APPS.c.confirmed_at.is_not(None))
    ).one_or_none()
    if row is None:
        return False
    secret = open_text(work.store.keyring, Sealed(row.sealed_key, row.sealed_secret))
    step = matching_step(secret, code, work.now, row.last_step) if secret else None
    if step is None:
        return False
    done = work.connection.execute(
        update(APPS)
        .where(
            APPS.c.account_id == account_id,
            APPS.c.sealed_secret == row.sealed_secret,
            or_(APPS.c.last_step.is_(None), APPS.c.last_step < step),
        )
        .values(last_step=step)
    )
    return bool(done.rowcount == 1)


def has_factor(connection: Connection, account_id: str) -> bool:
    """Whether signing in asks for more than the password: an app, or a passkey."""
    return has_app(connection, account_id) or count_of(connection, account_id) > 0


def has_app(connection: Connection, account_id: str) -> bool:
    """Whether the account has an app that counts."""
    found = select(APPS.c.account_id).where(
        APPS.c.account_id == account_id, APPS.c.confirmed_at.is_not(None)
    )
    return connection.execute(found).first() is not None


def keep_recovery_codes(work: Work, account_id: str, codes: Sequence[str]) -> None:
    """Keep new recovery codes in place of those before."""
    forget_recovery_codes(work.connection, account_id)
    keyring = work.store.keyring
    work.connection.execute(
        RECOVERY.insert(),
        [
            {"account_id": account_id, "code_index": _index(keyring, account_id, normal(one))}
            for one in codes
        ],
    )


def recovery_codes_left(connection: Connection, account_id: str) -> int:
    """How many were not used yet."""
    return connection.execute(
        select(func.count()).select_from(RECOVERY).where(RECOVERY.c.account_id == account_id)
    ).scalar_one()


def forget_app(connection: Connection, account_id: str) -> None:
    """Delete the app's secret, whether it counts or waits."""
    connection.execute(delete(APPS).where(APPS.c.account_id == account_id))


def forget_recovery_codes(connection: Connection, account_id: str) -> None:
    """Delete the recovery codes."""
    connection.execute(delete(RECOVERY).where(RECOVERY.c.account_id == account_id))


def _index(keyring: Keyring, account_id: str, code: str) -> str:
    return keyring.blind_index("recovery code", f"{account_id}\0{code}")
