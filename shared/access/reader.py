"""Whoever is asking: an account in a session with its roles, and what it may do.

>>> from shared.access.roles import Role
>>> reader = Reader("a1", "s1", "Mira", (RoleGrant(Role.finance_officer, "RS-2011"),))
>>> may(reader, "grants.payments.prepare", "RS-2011")
True
>>> may(reader, "grants.payments.prepare", "BA-2011")
False
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.access.permissions import PEOPLE_ONLY
from shared.access.roles import EVERY_PROGRAMME, PERMISSIONS, PUBLIC, SIGNED_IN, Role
from shared.errors import Forbidden
from shared.language.marking import N_


@dataclass(frozen=True)
class RoleGrant:
    """One role in one programme (``*`` for each), perhaps in one region of it only."""

    role: Role
    programme: str
    region: str | None = None

    def holds_in(self, programme: str | None) -> bool:
        """Whether it counts in this programme; None asks about any programme at all."""
        return programme is None or self.programme in (programme, EVERY_PROGRAMME)


@dataclass(frozen=True)
class Reader:
    """A signed-in account. ``name`` is what pages greet with, never what rules look at.

    fresh_at:      when this session last proved a second factor, in seconds since 1970; None never.
    registrations: the person's own ones, for an applicant.
    scopes:        the only permissions that count, for a program's key; None for people.
    version:       how far the account had come when this was read; what it may changes later.
    """

    account_id: str
    session_id: str
    name: str
    roles: tuple[RoleGrant, ...] = ()
    fresh_at: int | None = None
    registrations: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    version: int = 0

    def roles_in(self, programme: str | None) -> frozenset[Role]:
        """The roles held in a programme; None for any programme."""
        return frozenset(grant.role for grant in self.roles if grant.holds_in(programme))

    def in_scope(self, permission: str) -> bool:
        """Whether the key that the reader came by, if by a key, is for this at all."""
        if self.scopes is None:
            return True
        return permission in self.scopes and permission not in PEOPLE_ONLY

    def programmes(self, permission: str) -> frozenset[str]:
        """Where the reader has the permission: codes, or ``{"*"}`` when it is everywhere."""
        if not self.in_scope(permission):
            return frozenset()
        holders = PERMISSIONS[permission]
        found = frozenset(grant.programme for grant in self.roles if grant.role in holders)
        return frozenset({EVERY_PROGRAMME}) if EVERY_PROGRAMME in found else found

    def regions(self, permission: str, programme: str) -> frozenset[str] | None:
        """The regions the permission is limited to in a programme; None for the whole of it."""
        if not self.in_scope(permission):
            return frozenset()
        holders = PERMISSIONS[permission]
        found: set[str] = set()
        for grant in self.roles:
            if grant.role in holders and grant.holds_in(programme):
                if grant.region is None:
                    return None
                found.add(grant.region)
        return frozenset(found)


def may(reader: Reader | None, permission: str, programme: str | None = None) -> bool:
    """Whether the reader has the permission in the programme (None: in any of them).

    Raises KeyError for a permission that the table does not know: a misspelt one must not pass
    for one that nobody has.
    """
    if permission == PUBLIC:
        return True
    if permission == SIGNED_IN:
        return reader is not None
    holders = PERMISSIONS[permission]
    if reader is None or not reader.in_scope(permission):
        return False
    return not holders.isdisjoint(reader.roles_in(programme))


def ensure(reader: Reader | None, permission: str, programme: str | None = None) -> None:
    """Raise Forbidden unless the reader has the permission in the programme."""
    if not may(reader, permission, programme):
        raise Forbidden(
            "not-permitted",
            N_("Your roles do not include this. Ask an administrator if you need it."),
            permission=permission,
        )
