"""Read models of accounts: who there is, which roles they hold, which sessions are open.

    with service.database.reading() as connection:
        account = find_account(connection, account_id)
        reader = reader_of(connection, account_id, session_id)

Secrets are not here but in ``credentials.py``: these tables can be made again from the log.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    func,
    select,
)

from services.accounts.applicants.people import own_records
from services.accounts.indexes import email_index, name_index
from services.accounts.staff.account_events import (
    Activated,
    Admitted,
    Closed,
    DetailsChanged,
    HoldLifted,
    HoldPlaced,
    InvitationRenewed,
    Invited,
    PasswordChanged,
    Reinstated,
    ResetRequested,
    RoleGranted,
    RoleRevoked,
    SessionRevoked,
    SignedIn,
    SignInFailed,
    SteppedUp,
    Suspended,
)
from services.accounts.staff.granting import ROLES as ROLE_NAMES
from services.accounts.tables import METADATA, Moment
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import BUSINESS_ROLES, EVERY_PROGRAMME, Role
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.folding import fold
from shared.privacy.erasing import personal
from shared.privacy.keyring import Keyring

SESSION_LENGTH: Final = timedelta(days=7)
"""A session ends then at the latest, however often it was renewed."""

NAME_SHOWN_MAX: Final = 80
"""Letters of a name in a token, which must fit into a cookie."""

ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("standing", String(10), nullable=False),
    Column("display_name", Text, info=personal("identity")),
    Column("sort_name", Text, nullable=False, info=personal("identity", erased="")),
    Column("email", Text, info=personal("contact")),
    # Not unique: a claim forbids two accounts with one address, and while the log is read again
    # the account that gave an address up may come after the one that took it.
    Column("email_index", String(64), info=personal("contact")),
    Column("name_index", String(64), info=personal("identity")),
    Column("invited_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("activated_at", Moment),
    Column("last_sign_in_at", Moment),
    Column("held_until", Moment),
    Column("held_ground", String(10)),
    Column("version", Integer, nullable=False),
    Index("accounts_email", "email_index"),
    Index("accounts_name", "name_index"),
    Index("accounts_sorted", "sort_name", "account_id"),
)
ROLES: Final = Table(
    "account_roles",
    METADATA,
    Column("account_id", String(36), nullable=False),
    Column("role", String(30), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("region", String(40), nullable=False),
    PrimaryKeyConstraint("account_id", "role", "programme", "region"),
)
SESSIONS: Final = Table(
    "account_sessions",
    METADATA,
    Column("session_id", String(36), primary_key=True),
    Column("account_id", String(36), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("fresh_at", Moment),
    Index("account_sessions_account", "account_id"),
)


# Projections


def project_accounts(at: Projecting, recorded: Recorded) -> None:
    """Keep one row an account, with the version of its stream."""
    event = recorded.event
    if isinstance(event, Invited):
        at.make(
            ACCOUNTS,
            {
                "account_id": event.account_id,
                "kind": event.kind,
                "standing": "waiting",
                "invited_at": recorded.at,
                "expires_at": event.expires_at,
                "version": recorded.version,
                **_details(at, event),
            },
        )
        return
    if isinstance(event, Admitted):
        who = {"account_id": event.account_id, "kind": "applicant", "sort_name": ""}
        since = dict.fromkeys(("invited_at", "expires_at", "activated_at"), recorded.at)
        at.make(ACCOUNTS, {**who, **since, "standing": "active", "version": recorded.version})
        return
    changes: dict[str, Any] = {}
    match event:
        case InvitationRenewed():
            changes = {"expires_at": event.expires_at}
        case DetailsChanged():
            changes = _details(at, event)
        case Activated():
            changes = {"standing": "active", "activated_at": recorded.at}
        case HoldPlaced():
            changes = {"held_until": event.until, "held_ground": event.ground}
        case HoldLifted():
            changes = {"held_until": None, "held_ground": None}
        case Suspended():
            changes = {"standing": "suspended"}
        case Reinstated():
            found = at.row(ACCOUNTS, {"account_id": event.account_id})
            used = found is not None and found["activated_at"] is not None
            changes = {"standing": "active" if used else "waiting"}
        case SignedIn():
            changes = {"last_sign_in_at": recorded.at}
        case Closed():
            changes = {"standing": "closed", "email_index": None, "name_index": None}
        case _:
            changes = {}
    key = {"account_id": recorded.identifier}
    at.change(ACCOUNTS, key, version=recorded.version, **changes)


def _details(at: Projecting, event: Invited | DetailsChanged) -> dict[str, Any]:
    name, email = at.text(event.display_name), at.text(event.email)
    return {
        "display_name": name,
        "sort_name": fold(name or ""),
        "email": email,
        "email_index": email_index(at.keyring, email) if email else None,
        "name_index": name_index(at.keyring, name) if name else None,
    }


def project_roles(at: Projecting, recorded: Recorded) -> None:
    """Keep the roles that are held."""
    event = recorded.event
    match event:
        case RoleGranted():
            at.make(
                ROLES,
                {
                    "account_id": event.account_id,
                    "role": event.role,
                    "programme": event.programme or EVERY_PROGRAMME,
                    "region": event.region or "",
                },
            )
        case RoleRevoked():
            at.remove(
                ROLES,
                {
                    "account_id": event.account_id,
                    "role": event.role,
                    "programme": event.programme or EVERY_PROGRAMME,
                    "region": event.region or "",
                },
            )
        case Closed():
            at.remove(ROLES, {"account_id": event.account_id})


def project_sessions(at: Projecting, recorded: Recorded) -> None:
    """Keep the open sessions."""
    event = recorded.event
    match event:
        case SignedIn():
            at.make(
                SESSIONS,
                {
                    "session_id": event.session_id,
                    "account_id": event.account_id,
                    "opened_at": recorded.at,
                    "expires_at": recorded.at + SESSION_LENGTH,
                    "fresh_at": None,
                },
            )
        case SteppedUp():
            proved_at = event.proved_at or recorded.at
            at.change(SESSIONS, {"session_id": event.session_id}, fresh_at=proved_at)
        case SessionRevoked():
            at.remove(SESSIONS, {"session_id": event.session_id})
        case Suspended() | Closed():
            at.remove(SESSIONS, {"account_id": event.account_id})


PROJECTIONS: Final = (
    Projection(
        "accounts",
        2,
        (ACCOUNTS,),
        project_accounts,
        (
            Invited,
            Admitted,
            InvitationRenewed,
            Activated,
            DetailsChanged,
            PasswordChanged,
            ResetRequested,
            RoleGranted,
            RoleRevoked,
            HoldPlaced,
            HoldLifted,
            Suspended,
            Reinstated,
            SignedIn,
            SteppedUp,
            SignInFailed,
            SessionRevoked,
            Closed,
        ),
    ),
    Projection("account_roles", 1, (ROLES,), project_roles, (RoleGranted, RoleRevoked, Closed)),
    Projection(
        "account_sessions",
        2,
        (SESSIONS,),
        project_sessions,
        (SignedIn, SteppedUp, SessionRevoked, Suspended, Closed),
    ),
)


# Queries


def find_account(connection: Connection, account_id: str) -> Row[Any] | None:
    """The account's row, or None."""
    return connection.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id)
    ).one_or_none()


def find_by_sign_in(connection: Connection, keyring: Keyring, given: str) -> Row[Any] | None:
    """The account of an e-mail address, or of a name that one account alone has."""
    by_email = connection.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.email_index == email_index(keyring, given)).limit(1)
    ).one_or_none()
    if by_email is not None:
        return by_email
    by_name = connection.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.name_index == name_index(keyring, given)).limit(2)
    ).all()
    return by_name[0] if len(by_name) == 1 else None


def any_account(connection: Connection) -> bool:
    """Whether anybody was ever invited."""
    invited = select(ACCOUNTS.c.account_id).where(ACCOUNTS.c.kind != "applicant").limit(1)
    return connection.execute(invited).first() is not None


def roles_of(connection: Connection, account_ids: Collection[str]) -> dict[str, list[RoleGrant]]:
    """The roles of some accounts, in the order of the roles' table."""
    found: dict[str, list[RoleGrant]] = {account_id: [] for account_id in account_ids}
    rows = connection.execute(
        select(ROLES)
        .where(ROLES.c.account_id.in_(list(account_ids)))
        .order_by(ROLES.c.programme, ROLES.c.region)
    ).all()
    for row in sorted(rows, key=lambda row: ROLE_NAMES.index(row.role)):
        found[row.account_id].append(RoleGrant(Role(row.role), row.programme, row.region or None))
    return found


def names_of(connection: Connection, account_ids: Collection[str]) -> dict[str, str]:
    """The names of some accounts, for histories."""
    rows = connection.execute(
        select(ACCOUNTS.c.account_id, ACCOUNTS.c.display_name).where(
            ACCOUNTS.c.account_id.in_(list(account_ids))
        )
    )
    return {row.account_id: row.display_name or "" for row in rows}


def open_sessions(connection: Connection, account_id: str, now: datetime) -> Sequence[Row[Any]]:
    """The account's open sessions, the newest first."""
    return connection.execute(
        select(SESSIONS)
        .where(SESSIONS.c.account_id == account_id, SESSIONS.c.expires_at > now)
        .order_by(SESSIONS.c.opened_at.desc(), SESSIONS.c.session_id.desc())
    ).all()


def is_open(connection: Connection, session_id: str, account_id: str, now: datetime) -> bool:
    """Whether the session may still be used."""
    found = connection.execute(
        select(func.count())
        .select_from(SESSIONS.join(ACCOUNTS, ACCOUNTS.c.account_id == SESSIONS.c.account_id))
        .where(
            SESSIONS.c.session_id == session_id,
            SESSIONS.c.expires_at > now,
            ACCOUNTS.c.account_id == account_id,
            ACCOUNTS.c.standing == "active",
        )
    ).scalar_one()
    return bool(found)


def is_held(account: Row[Any] | None, now: datetime | None) -> bool:
    """Whether the account's business roles do not count now; ``now`` None: whenever it ends."""
    until: datetime | None = account.held_until if account is not None else None
    return until is not None and (now is None or now < until)


def reader_of(
    connection: Connection, account_id: str, session_id: str, now: datetime | None = None
) -> Reader:
    """The account as it is now, with the roles it holds now and its session's second factor.

    Roles that wait to be confirmed are left out; without ``now``, also if they waited once. It is
    so with registrations that wait to be an applicant's, too.
    """
    row = find_account(connection, account_id)
    own = own_records(connection, row, now)
    name = own.name or (row and row.display_name) or ""
    roles = (*roles_of(connection, [account_id])[account_id], *own.roles)
    if is_held(row, now):
        roles = tuple(one for one in roles if one.role not in BUSINESS_ROLES)
    proved = connection.execute(
        select(SESSIONS.c.fresh_at).where(
            SESSIONS.c.session_id == session_id, SESSIONS.c.account_id == account_id
        )
    ).scalar()
    return Reader(
        account_id,
        session_id,
        name[:NAME_SHOWN_MAX],
        roles,
        fresh_at=None if proved is None else int(proved.timestamp()),
        registrations=own.registrations,
        version=row.version if row is not None else 0,
    )
