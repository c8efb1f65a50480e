"""Secrets of accounts: password hashes and single-use links. They are no history.

    def activate(work: Work) -> None:
        account_id = use_invitation(work.connection, token, work.now)
        work.decide(ACCOUNT, account_id, Activate(...))
        keep_password(work.connection, account_id, kept, work.now)

    with_secrets(service, context, activate)

They stand in tables of their own beside the read models and cannot be made again from the log, so
a backup must hold them. What they are is written in the same transaction as the event that says
so. A link's secret itself is nowhere: its SHA-256 is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Column, Connection, LargeBinary, String, Table, Text, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.accounts.tables import METADATA, Moment
from shared.errors import Conflict, Missing
from shared.events.append import Context
from shared.events.work import RETRIES_MAX, Work, working
from shared.language.marking import N_
from shared.service import Service

R = TypeVar("R")

TOKEN_BYTES: Final = 32
TOKEN_LETTERS: Final = 43
ACTIVATE: Final = "/accounts/activate/"

CREDENTIALS: Final = Table(
    "credentials",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
INVITATIONS: Final = Table(
    "invitations",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Invitation:
    """A single-use link: whose, and until when."""

    account_id: str
    expires_at: datetime


def with_secrets(service: Service, context: Context, handler: Callable[[Work], R]) -> R:
    """Run a handler whose work and secrets are written in one transaction, or not at all.

    ``work.connection`` is the one that is committed, so hash passwords before: on SQLite every
    other writer waits meanwhile. After a conflict the handler is run again on fresh state.
    """
    for attempt in range(RETRIES_MAX):
        try:
            with (
                service.database.writing() as connection,
                working(service.store, service.clock, context, connection) as work,
            ):
                result = handler(work)
        except Conflict:
            if attempt == RETRIES_MAX - 1:
                raise
        else:
            service.store.notify()
            return result
    raise AssertionError("unreachable")


def password_hash(connection: Connection, account_id: str) -> str | None:
    """The account's hash; None when it has no password."""
    return connection.execute(
        select(CREDENTIALS.c.password_hash).where(CREDENTIALS.c.account_id == account_id)
    ).scalar()


def keep_password(connection: Connection, account_id: str, kept: str, now: datetime) -> None:
    """Store the hash in place of the one before."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        insert(CREDENTIALS)
        .values(account_id=account_id, password_hash=kept, changed_at=now)
        .on_conflict_do_update(
            index_elements=["account_id"], set_={"password_hash": kept, "changed_at": now}
        )
    )


def new_link(connection: Connection, account_id: str, expires_at: datetime) -> str:
    """The path of a fresh single-use link; the account's link before stops working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.account_id == account_id))
    connection.execute(
        INVITATIONS.insert().values(
            account_id=account_id, token_hash=_hash(token), expires_at=expires_at
        )
    )
    return ACTIVATE + token


def find_invitation(connection: Connection, token: str, now: datetime) -> Invitation:
    """The invitation of a link's token. Raises Missing when it was used, replaced or is too old."""
    row = None
    if len(token) == TOKEN_LETTERS and token.isascii():
        row = connection.execute(
            select(INVITATIONS).where(INVITATIONS.c.token_hash == _hash(token))
        ).one_or_none()
    if row is None or row.expires_at <= now:
        raise Missing(
            "invitation-unknown",
            N_("This link was used already or is too old. Ask an administrator for a new one."),
        )
    return Invitation(row.account_id, row.expires_at)


def use_invitation(connection: Connection, token: str, now: datetime) -> str:
    """The account of a link's token, which is worth nothing from now on. Raises Missing."""
    found = find_invitation(connection, token, now)
    # Who comes second at the same moment deletes nothing and is told that the link was used.
    gone = connection.execute(
        delete(INVITATIONS).where(
            INVITATIONS.c.account_id == found.account_id,
            INVITATIONS.c.token_hash == _hash(token),
        )
    )
    if gone.rowcount != 1:
        raise Missing(
            "invitation-unknown",
            N_("This link was used already or is too old. Ask an administrator for a new one."),
        )
    return found.account_id


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
