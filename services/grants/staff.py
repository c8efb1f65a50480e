"""What grants reads of accounts: what staff are called, and who has which role where.

    called(connection, ["a1", "system/grants"])  ->  {"a1": "Ana Primer", "system/grants": "The …"}
    holders(connection, COMMITTEE, ["RS-2026"])  ->  [("a1", "Ana Primer", ()), ...]

Whoever has no account (members of before this system) is shown by the name that history gives.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    select,
    true,
)

from services.grants.tables import VIEWS
from shared.access.revocations import Closed, Reinstated, RoleRevoked, Suspended
from shared.access.roles import EVERY_PROGRAMME
from shared.events.event import Personal
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.language.marking import N_
from shared.privacy.erasing import personal
from shared.web.access import signed_in
from shared.web.language import say

COMMITTEE: Final = ("committee_member", "committee_chair")
VISITORS: Final = ("field_officer",)
HOLDERS_MAX: Final = 500

STAFF: Final = Table(
    "staff_names",
    VIEWS,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text, info=personal("identity")),
    Column("standing", String(20), nullable=False),
)
"""``standing``: active, suspended or closed."""

ROLES: Final = Table(
    "staff_roles",
    VIEWS,
    Column("account_id", String(80), nullable=False),
    Column("role", String(40), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("region", String(120), nullable=False),
    PrimaryKeyConstraint("account_id", "role", "programme", "region"),
)
"""Roles as they are held; ``*`` for every programme, empty for every region of it."""


@reads("accounts.account.invited.v1", seals_for="account_id")
class Invited(Foreign, frozen=True, kw_only=True):
    """Somebody has an account."""

    account_id: str
    display_name: Personal.identity


@reads("accounts.account.details_changed.v1", seals_for="account_id")
class DetailsChanged(Foreign, frozen=True, kw_only=True):
    """They are called otherwise from now on."""

    account_id: str
    display_name: Personal.identity


@reads("accounts.account.role_granted.v1")
class RoleGranted(Foreign, frozen=True, kw_only=True):
    """They have a role; programme None: in every one."""

    account_id: str
    role: str
    programme: str | None
    region: str | None = None


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of accounts."""
    match recorded.event:
        case Invited() as event:
            key = {"account_id": event.account_id}
            at.put(STAFF, key, display_name=event.display_name, standing="active")
        case DetailsChanged() as event:
            key = {"account_id": event.account_id}
            at.change(STAFF, key, display_name=event.display_name)
        case RoleGranted() as event:
            at.put(ROLES, _holding(event))
        case RoleRevoked() as event:
            at.remove(ROLES, _holding(event))
        case Suspended() | Reinstated() | Closed() as event:
            standing = {Suspended: "suspended", Reinstated: "active", Closed: "closed"}
            key = {"account_id": event.account_id}
            at.change(STAFF, key, standing=standing[type(event)])
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")


def _holding(event: RoleGranted | RoleRevoked) -> dict[str, str]:
    return {
        "account_id": event.account_id,
        "role": event.role,
        "programme": EVERY_PROGRAMME if event.programme is None else event.programme,
        "region": event.region or "",
    }


STAFF_NAMES: Final = Projection(
    "staff_names",
    2,
    (STAFF, ROLES),
    project,
    (Invited, DetailsChanged, RoleGranted, RoleRevoked, Suspended, Reinstated, Closed),
)


def names(connection: Connection, account_ids: Collection[str]) -> dict[str, str]:
    """What to call each of these accounts; its id where no name is known."""
    query = select(STAFF).where(STAFF.c.account_id.in_(sorted(set(account_ids))))
    known = {row.account_id: row.display_name for row in connection.execute(query)}
    return {one: known.get(one) or one for one in account_ids}


def called(connection: Connection, account_ids: Collection[str]) -> dict[str, str]:
    """The same for a page: the reader is ``You``, and the software is said to be software."""
    mine, found = signed_in().account_id, names(connection, account_ids)
    for one in found:
        if one == mine:
            found[one] = say(N_("You"))
        elif one.startswith("system/"):
            found[one] = say(N_("The software itself"))
    return found


def holders(
    connection: Connection, roles: Collection[str], programmes: Collection[str]
) -> list[tuple[str, str, tuple[str, ...]]]:
    """(account, name, regions) of who has one of the roles in these programmes, by name.

    ``*`` among them: in any. No region: the whole programme. Nobody suspended or
    gone is among them.
    """
    where = ROLES.c.programme.in_(sorted({*programmes, EVERY_PROGRAMME}))
    query = (
        select(STAFF.c.account_id, STAFF.c.display_name, ROLES.c.region)
        .join(ROLES, ROLES.c.account_id == STAFF.c.account_id)
        .where(
            ROLES.c.role.in_(sorted(roles)),
            true() if EVERY_PROGRAMME in programmes else where,
            STAFF.c.standing == "active",
        )
        .distinct()
        .order_by(STAFF.c.display_name, STAFF.c.account_id, ROLES.c.region)
        .limit(HOLDERS_MAX)
    )
    regions: dict[tuple[str, str], list[str]] = {}
    for row in connection.execute(query):
        name = row.display_name or row.account_id
        regions.setdefault((row.account_id, name), []).append(row.region)
    return [
        (account_id, name, () if "" in held else tuple(held))
        for (account_id, name), held in regions.items()
    ]


def all_hold(
    connection: Connection, account_ids: Collection[str], roles: Collection[str], programme: str
) -> bool:
    """Whether each of these accounts has one of the roles in the programme, and may sign in.

    Names of members of before this system are in history alone, and no account's.
    """
    wanted = set(account_ids)
    found = connection.execute(
        select(STAFF.c.account_id)
        .join(ROLES, ROLES.c.account_id == STAFF.c.account_id)
        .where(
            STAFF.c.account_id.in_(sorted(wanted)),
            STAFF.c.standing == "active",
            ROLES.c.role.in_(sorted(roles)),
            ROLES.c.programme.in_([programme, EVERY_PROGRAMME]),
        )
    ).scalars()
    return wanted <= set(found)
