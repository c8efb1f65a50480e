"""Who is granted which role and from whom it is taken back: a part of the account's decider.

    GrantRole(by="admin", account_id="a1", role="trainer", programme="roma-2009")  -> RoleGranted
    GrantRole(by="admin", account_id="admin", …)                                   -> Forbidden
    GrantRole(by="admin", account_id="a1", role="applicant", …)                    -> Refused

Nobody changes the roles of their own account, and nobody is made an applicant: that follows from a
registration, and whoever could grant it would read what is held about somebody else.
"""

from __future__ import annotations

from typing import Final, get_args

from services.accounts.staff.account_commands import GrantRole, RevokeRole
from services.accounts.staff.account_events import Role as RoleCode
from services.accounts.staff.account_events import RoleGranted, RoleRevoked
from services.accounts.staff.account_state import Held, Holding, OnHold, holding
from services.accounts.staff.checks import not_own, of_staff, text
from shared.access.roles import Role, excluded
from shared.errors import Invalid, Refused
from shared.events.event import Event
from shared.language.marking import N_

ROLES: Final[tuple[str, ...]] = get_args(RoleCode)
STAFF_ROLES: Final = tuple(one for one in ROLES if one != "applicant")
"""Those that are granted; an applicant's follows from their registrations."""

REGIONAL_ROLES: Final = frozenset({"field_officer"})
"""Whose records are looked for by place; every other role is for the whole of its programme."""

ROLES_MAX: Final = 20
"""A token names every role and must fit into a cookie."""

SCOPE_LENGTH_MAX: Final = 40


def change_roles(state: Held, command: GrantRole | RevokeRole) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden."""
    not_own(command)
    return _grant(state, command) if isinstance(command, GrantRole) else _revoke(state, command)


def _grant(state: Held, command: GrantRole) -> tuple[Event, ...]:
    of_staff(state)
    wanted = holding(command)
    if wanted.role not in ROLES:
        raise Invalid("unknown-role", N_("There is no such role."))
    if wanted.role not in STAFF_ROLES:
        raise Refused(
            "role-of-applicants",
            N_("Nobody is made an applicant: that follows from a registration."),
        )
    everywhere = wanted.role == "administrator"
    if everywhere != (wanted.programme is None) or (everywhere and wanted.region is not None):
        raise Invalid(
            "role-scope",
            N_("An administrator's role is for everything, every other one for one programme."),
        )
    if wanted.region is not None and wanted.role not in REGIONAL_ROLES:
        raise Invalid(
            "role-has-no-region",
            N_("Only a field officer's role can be for a part of the programme."),
            field="region",
        )
    for field, value in (("programme", wanted.programme), ("region", wanted.region)):
        if value is not None:
            text(value, field=field, length_max=SCOPE_LENGTH_MAX)
    if wanted in state.roles:
        return ()
    if isinstance(state, OnHold):
        raise Refused("account-suspended", N_("This account is suspended."))
    if len(state.roles) >= ROLES_MAX:
        raise Refused(
            "too-many-roles", N_("An account holds {roles_max} roles at most."), roles_max=ROLES_MAX
        )
    for held in state.roles:
        if _exclude(held, wanted):
            raise Refused(
                "roles-exclude",
                N_("Nobody is {role} and {held_role} at the same time."),
                role=wanted.role,
                held_role=held.role,
            )
    return (
        RoleGranted(
            account_id=command.account_id,
            role=wanted.role,
            programme=wanted.programme,
            region=wanted.region,
        ),
    )


def _exclude(one: Holding, other: Holding) -> bool:
    """Whether nobody holds both: an administrator nothing else, others within a programme."""
    everywhere = one.programme is None or other.programme is None
    if one.programme != other.programme and not everywhere:
        return False
    return bool(excluded({Role(one.role), Role(other.role)}))


def _revoke(state: Held, command: RevokeRole) -> tuple[Event, ...]:
    held = holding(command)
    if held not in state.roles:
        return ()
    return (
        RoleRevoked(
            account_id=command.account_id,
            role=held.role,
            programme=held.programme,
            region=held.region,
        ),
    )
