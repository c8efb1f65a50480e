"""Read model of programs' keys: what they are for, until when, and when they were used.

with service.database.reading() as connection:
    list_keys(connection, account_id="0192…", now=now)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, Index, Row, String, Table, Text, func, select

from services.accounts.programs.keeping import SECRETS
from services.accounts.programs.program_key import FirstUsed, Made, Revoked
from services.accounts.staff.views import ACCOUNTS
from services.accounts.tables import METADATA, Moment
from shared.access.permissions import PEOPLE_ONLY
from shared.access.reader import Reader, may
from shared.access.roles import PERMISSIONS
from shared.events.projection import Projecting, Projection, Recorded

SOON: Final = timedelta(days=14)
"""A key that ends within this time is said to end soon."""

PROGRAM_KEYS: Final = Table(
    "program_keys",
    METADATA,
    Column("key_id", String(36), primary_key=True),
    Column("account_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("first_used_at", Moment),
    Column("revoked_at", Moment),
    Index("program_keys_account", "account_id"),
)


def project_keys(at: Projecting, recorded: Recorded) -> None:
    """Keep one row a key."""
    event = recorded.event
    match event:
        case Made():
            at.make(
                PROGRAM_KEYS,
                {
                    "key_id": event.key_id,
                    "account_id": event.account_id,
                    "name": event.name,
                    "scopes": " ".join(event.scopes),
                    "made_by": recorded.actor,
                    "made_at": recorded.at,
                    "expires_at": event.expires_at,
                },
            )
        case FirstUsed():
            at.change(PROGRAM_KEYS, {"key_id": event.key_id}, first_used_at=recorded.at)
        case Revoked():
            at.change(PROGRAM_KEYS, {"key_id": event.key_id}, revoked_at=recorded.at)


KEYS: Final = Projection(
    "program_keys", 1, (PROGRAM_KEYS,), project_keys, (Made, FirstUsed, Revoked)
)


def permissions_of(reader: Reader) -> frozenset[str]:
    """Every permission that a program's roles have somewhere and that is not for people alone."""
    return frozenset(one for one in PERMISSIONS if one not in PEOPLE_ONLY and may(reader, one))


def list_keys(
    connection: Connection,
    *,
    limit: int,
    account_id: str | None = None,
    programmes_of: Collection[str] | None = None,
    after: str | None = None,
) -> Sequence[Row[Any]]:
    """Keys with their program's name, the newest first. account_id: of this program only.

    programmes_of: only keys of these accounts; None: of all.
    """
    wanted = (
        select(
            PROGRAM_KEYS,
            ACCOUNTS.c.display_name,
            ACCOUNTS.c.standing.label("account_standing"),
            SECRETS.c.last_used_at,
        )
        .join(ACCOUNTS, ACCOUNTS.c.account_id == PROGRAM_KEYS.c.account_id)
        .outerjoin(SECRETS, SECRETS.c.key_id == PROGRAM_KEYS.c.key_id)
        # An id says when it was made, so that this is the order of time.
        .order_by(PROGRAM_KEYS.c.key_id.desc())
        .limit(limit)
    )
    if account_id is not None:
        wanted = wanted.where(PROGRAM_KEYS.c.account_id == account_id)
    if programmes_of is not None:
        wanted = wanted.where(PROGRAM_KEYS.c.account_id.in_(list(programmes_of)))
    if after is not None:
        wanted = wanted.where(PROGRAM_KEYS.c.key_id < after)
    return connection.execute(wanted).all()


def find_key(connection: Connection, account_id: str, key_id: str) -> Row[Any] | None:
    """One key of a program; None when it has none of this id."""
    return connection.execute(
        select(PROGRAM_KEYS, SECRETS.c.last_used_at, SECRETS.c.session_id)
        .outerjoin(SECRETS, SECRETS.c.key_id == PROGRAM_KEYS.c.key_id)
        .where(PROGRAM_KEYS.c.key_id == key_id, PROGRAM_KEYS.c.account_id == account_id)
    ).one_or_none()


def working_keys(connection: Connection, account_id: str, now: datetime) -> int:
    """How many keys of a program work now."""
    return connection.execute(
        select(func.count())
        .select_from(PROGRAM_KEYS)
        .where(
            PROGRAM_KEYS.c.account_id == account_id,
            PROGRAM_KEYS.c.revoked_at.is_(None),
            PROGRAM_KEYS.c.expires_at > now,
        )
    ).scalar_one()


def list_programs(connection: Connection, *, limit: int) -> Sequence[Row[Any]]:
    """Accounts of programs that are not closed, by name."""
    return connection.execute(
        select(ACCOUNTS)
        .where(ACCOUNTS.c.kind == "program", ACCOUNTS.c.standing != "closed")
        .order_by(ACCOUNTS.c.sort_name, ACCOUNTS.c.account_id)
        .limit(limit)
    ).all()


def state_of(row: Row[Any], now: datetime) -> str:
    """``revoked``, ``expired``, ``soon`` (ends soon), ``unused`` or ``working``."""
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    if row.expires_at - now <= SOON:
        return "soon"
    return "working" if row.first_used_at is not None else "unused"
