"""The roles, which of them exclude each other, and the one table of who may do what.

A permission is named ``<service>.<capability>.<verb>``. Rules about *this* record (assigned,
recused, own, prepared by somebody else) are not here but in the decider, where no way around
exists; this table says only who may knock at all.

>>> Role.trainer in PERMISSIONS["trainings.certificates.issue"]
True
>>> excluded({Role.administrator, Role.trainer})
[(<Role.administrator: 'administrator'>, <Role.trainer: 'trainer'>)]
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from itertools import combinations
from typing import Final

from shared.access.permissions import TABLE


class Role(StrEnum):
    """What a person does in a programme."""

    trainer = "trainer"
    programme_officer = "programme_officer"
    committee_member = "committee_member"
    committee_chair = "committee_chair"
    finance_officer = "finance_officer"
    finance_controller = "finance_controller"
    field_officer = "field_officer"
    auditor = "auditor"
    administrator = "administrator"
    donor = "donor"
    applicant = "applicant"


PUBLIC: Final = "public"
"""Pseudo-permission: anybody, signed in or not."""

SIGNED_IN: Final = "signed-in"
"""Pseudo-permission: whoever is signed in, whatever their roles."""

EVERY_PROGRAMME: Final = "*"
"""In place of a programme's code: the grant holds in each programme of the installation."""

INSTALLATION_ROLES: Final = frozenset({Role.administrator, Role.auditor})
"""Roles that may be granted for every programme at once."""

BUSINESS_ROLES: Final = frozenset(Role) - {Role.administrator, Role.applicant}
"""Roles that are assigned to staff and partners; an administrator holds none of them."""

_ALL: Final = frozenset(Role)
_COMMITTEE: Final = frozenset({Role.committee_member, Role.committee_chair})
_FINANCE: Final = frozenset({Role.finance_officer, Role.finance_controller})

INCOMPATIBLE: Final[dict[Role, frozenset[Role]]] = {
    # Administrators hold no business role, so that nobody appoints themself to decide or pay.
    Role.administrator: _ALL - {Role.administrator},
    # Auditors change nothing, donors see no person: neither goes with a role that does.
    Role.auditor: _ALL - {Role.auditor},
    Role.donor: _ALL - {Role.donor},
    # Whoever scores never pays, and nobody prepares what they authorise.
    Role.committee_member: _FINANCE,
    Role.committee_chair: _FINANCE,
    Role.finance_officer: _COMMITTEE | {Role.finance_controller},
    Role.finance_controller: _COMMITTEE | {Role.finance_officer},
    # Nobody decides about, checks or pays a grant that they apply for.
    Role.applicant: _COMMITTEE | _FINANCE | {Role.programme_officer, Role.field_officer},
}
"""Which roles exclude which within one programme; read it both ways."""

PERMISSIONS: Final[dict[str, frozenset[Role]]] = {
    name: frozenset(Role[role] for role in roles.split()) for name, roles in TABLE.items()
}
"""Every permission and the roles that have it."""


def known(permission: str) -> bool:
    """Whether a route may declare this permission."""
    return permission in (PUBLIC, SIGNED_IN) or permission in PERMISSIONS


def excluded(roles: Collection[Role]) -> list[tuple[Role, Role]]:
    """The pairs among these roles that exclude each other, in alphabetical order."""
    return [
        (one, other)
        for one, other in combinations(sorted(roles), 2)
        if other in INCOMPATIBLE.get(one, ()) or one in INCOMPATIBLE.get(other, ())
    ]
