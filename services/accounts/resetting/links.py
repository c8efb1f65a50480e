"""Links for a new password, and who asked for one: secrets, which are no history.

    link = new_link(work.connection, account_id, expires_at)     # "/accounts/reset/…"
    account_id = use_link(work.connection, token, work.now)      # Missing for the second one

A link's secret is kept as its SHA-256. An account has several links at a time, so that a stranger
who asks for one does not void the one that its owner just got by mail; with the first that is used
all of them are over. Whoever asks types an address or a name, which is kept for
a moment as the two keyed hashes that accounts are found by, whether or not there is one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Row, String, Table, delete, select

from services.accounts.staff.credentials import CREDENTIALS, TOKEN_BYTES, TOKEN_LETTERS
from services.accounts.staff.views import ACCOUNTS
from services.accounts.tables import METADATA, Moment
from shared.errors import Missing
from shared.language.marking import N_
from shared.service import Service

RESET: Final = "/accounts/reset/"
LINK_LENGTH: Final = timedelta(hours=1)
REQUEST_LENGTH: Final = timedelta(days=1)
LINKS_MAX: Final = 10
"""Links of one account that work at a time: more than strangers can have mailed meanwhile."""

PURGE_KIND: Final = "accounts.resetting.purge"

LINKS: Final = Table(
    "password_links",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", String(36), nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
)
REQUESTS: Final = Table(
    "reset_requests",
    METADATA,
    Column("request_id", String(36), primary_key=True),
    Column("email_index", String(64), nullable=False),
    Column("name_index", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
)


def new_link(connection: Connection, account_id: str, expires_at: datetime) -> str:
    """The path of a fresh single-use link; the account's latest ones before go on working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    older = (
        select(LINKS.c.token_hash)
        .where(LINKS.c.account_id == account_id)
        .order_by(LINKS.c.expires_at.desc(), LINKS.c.token_hash)
    )
    gone = connection.execute(older.offset(LINKS_MAX - 1).limit(LINKS_MAX)).scalars().all()
    connection.execute(delete(LINKS).where(LINKS.c.token_hash.in_(gone)))
    connection.execute(
        LINKS.insert().values(account_id=account_id, token_hash=_hash(token), expires_at=expires_at)
    )
    return RESET + token


def find_link(connection: Connection, token: str, now: datetime) -> Row[Any]:
    """The link of a token, with its account and its end. Raises Missing when it is none (now)."""
    found = None
    if len(token) == TOKEN_LETTERS and token.isascii():
        found = connection.execute(
            select(LINKS).where(LINKS.c.token_hash == _hash(token))
        ).one_or_none()
    if found is None or found.expires_at <= now:
        raise unknown()
    return found


def use_link(connection: Connection, token: str, now: datetime) -> str:
    """The account of a link's token, whose links are worth nothing from now on. Raises Missing."""
    account_id: str = find_link(connection, token, now).account_id
    # Who comes second at the same moment deletes nothing and is told that the link was used.
    gone = connection.execute(delete(LINKS).where(LINKS.c.token_hash == _hash(token)))
    if gone.rowcount != 1:
        raise unknown()
    connection.execute(delete(LINKS).where(LINKS.c.account_id == account_id))
    return account_id


def unknown() -> Missing:
    """What is said of every link that does not work, whatever the reason."""
    return Missing(
        "reset-unknown",
        N_("This link was used already or is too old. Ask for a new one on the sign-in page."),
    )


def account_of(connection: Connection, request: Row[Any]) -> Row[Any] | None:
    """The active account with a password that somebody asked for; found as for a sign-in."""
    having = select(ACCOUNTS).join(CREDENTIALS, CREDENTIALS.c.account_id == ACCOUNTS.c.account_id)
    active = ACCOUNTS.c.standing == "active"
    by_email = connection.execute(
        having.where(ACCOUNTS.c.email_index == request.email_index, active).limit(1)
    ).one_or_none()
    if by_email is not None:
        return by_email
    by_name = connection.execute(
        having.where(ACCOUNTS.c.name_index == request.name_index, active).limit(2)
    ).all()
    return by_name[0] if len(by_name) == 1 else None


def purge(service: Service, payload: bytes) -> None:  # noqa: ARG001 (due work has a payload)
    """Forget links that are over and requests that nobody answered; due work of each day."""
    now = service.clock.now()
    with service.database.writing() as connection:
        connection.execute(delete(LINKS).where(LINKS.c.expires_at <= now))
        connection.execute(delete(REQUESTS).where(REQUESTS.c.asked_at <= now - REQUEST_LENGTH))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
