"""One-time codes that wait to be typed: hashes in a table of their own, for ten minutes.

    token, code = begin(connection, keyring, contact_index, now, sent=True)
    check(connection, keyring, token, "48291357", now)              # the attempt, or None
    use(connection, attempt)                                        # True for the first who does

A code belongs to the browser that asked for it and keeps the token. What other browsers ask for or
try changes nothing for it: a stranger who knows a number undoes no waiting code. Whoever types a
number that nobody has, or to which nothing is sent, gets a token too, behind which is no code that
could ever be right: what is answered does not tell. The code itself is nowhere here; its keyed
hash is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, Column, Connection, Integer, Row, String, Table, delete, select

from services.accounts.tables import METADATA, Moment
from shared.privacy.keyring import Keyring

CODE_DIGITS: Final = 8
CODE_LENGTH: Final = timedelta(minutes=10)
CODES_MAX: Final = 12
"""Codes of one number that are good at the same time; no more are sent meanwhile."""

TRIES_MAX: Final = 5
NO_CODE: Final = ""
"""In place of a code's hash where none was sent: no code has it."""

TOKEN_BYTES: Final = 32

CODES: Final = Table(
    "sign_in_codes",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("contact_index", String(64), nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("typed", Boolean, nullable=False),
)
"""``typed``: the code was right, and only the birth date is missing."""


@dataclass(frozen=True)
class Attempt:
    """Whose code was typed, or may still be: a browser's, for a number or address."""

    token_hash: str
    contact_index: str
    typed: bool


def begin(
    connection: Connection, keyring: Keyring, contact_index: str, now: datetime, *, sent: bool
) -> tuple[str, str]:
    """A token for the browser and a code. ``sent``: the code goes out; else it opens nothing."""
    connection.execute(delete(CODES).where(CODES.c.expires_at <= now))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    token_hash = _token_hash(token)
    code_hash = _code_hash(keyring, token_hash, code)
    if sent:
        _make_room(connection, contact_index)
    connection.execute(
        CODES.insert().values(
            token_hash=token_hash,
            contact_index=contact_index,
            code_hash=code_hash if sent else NO_CODE,
            expires_at=now + CODE_LENGTH,
            tries=0,
            typed=False,
        )
    )
    return token, code


def _make_room(connection: Connection, contact_index: str) -> None:
    """Forget the oldest codes of a number beyond those that may wait beside a new one."""
    sent = (CODES.c.contact_index == contact_index, CODES.c.code_hash != NO_CODE)
    newest = CODES.c.expires_at.desc(), CODES.c.token_hash
    old = select(CODES.c.token_hash).where(*sent).order_by(*newest).offset(CODES_MAX - 1)
    gone = connection.execute(old.limit(CODES_MAX * CODES_MAX)).scalars().all()
    connection.execute(delete(CODES).where(CODES.c.token_hash.in_(gone)))


def waiting(connection: Connection, token: str, now: datetime) -> Attempt | None:
    """What the browser's token stands for; None when it is over."""
    row = _row(connection, _token_hash(token), now)
    return None if row is None else Attempt(row.token_hash, row.contact_index, row.typed)


def check(
    connection: Connection, keyring: Keyring, token: str, code: str, now: datetime
) -> Attempt | None:
    """Count a try and compare the code; None when it is wrong or over. Commit in both cases."""
    row = _counted(connection, _token_hash(token), now)
    if row is None or not hmac.compare_digest(
        row.code_hash, _code_hash(keyring, row.token_hash, code)
    ):
        return None
    connection.execute(
        CODES.update().where(CODES.c.token_hash == row.token_hash).values(typed=True)
    )
    return Attempt(row.token_hash, row.contact_index, typed=True)


def count_try(connection: Connection, token: str, now: datetime) -> Attempt | None:
    """Count a try of the second question, after the code was right; None when it is over."""
    row = _counted(connection, _token_hash(token), now)
    if row is None or not row.typed:
        return None
    return Attempt(row.token_hash, row.contact_index, typed=True)


def use(connection: Connection, attempt: Attempt) -> bool:
    """Take the code for good; False for whoever comes second."""
    gone = connection.execute(delete(CODES).where(CODES.c.token_hash == attempt.token_hash))
    return gone.rowcount == 1


def _counted(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    # Counted before it is compared: a hundred tries at the same moment are no more than five.
    counted = connection.execute(
        CODES.update()
        .where(
            CODES.c.token_hash == token_hash,
            CODES.c.expires_at > now,
            CODES.c.tries < TRIES_MAX,
        )
        .values(tries=CODES.c.tries + 1)
    )
    return _row(connection, token_hash, now) if counted.rowcount == 1 else None


def _row(connection: Connection, token_hash: str, now: datetime) -> Row[Any] | None:
    return connection.execute(
        select(CODES).where(CODES.c.token_hash == token_hash, CODES.c.expires_at > now)
    ).one_or_none()


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _code_hash(keyring: Keyring, token_hash: str, code: str) -> str:
    # All codes are soon tried, so that the hash is keyed, and another one for each browser.
    return keyring.blind_index("sign-in code", f"{token_hash}\0{code}")
