"""What an account is at a moment, as far as its rules need it, and how events change it.

>>> evolve(NoAccount(), Invited(kind="staff", expires_at=…, …))
Waiting(kind='staff', roles=frozenset(), sessions=(), …)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from services.accounts.staff.account_commands import GrantRole, RevokeRole
from services.accounts.staff.account_events import (
    AccountEvent,
    AccountKind,
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
    Role,
    RoleGranted,
    RoleRevoked,
    SessionRevoked,
    SignedIn,
    SignInFailed,
    SteppedUp,
    Suspended,
)
from shared.errors import Refused
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A role as it is held."""

    role: Role
    programme: str | None
    region: str | None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Until when business roles do not count, since when, and who had a part in why."""

    until: datetime
    placed_at: datetime
    by: frozenset[str]


@dataclass(frozen=True)
class NoAccount:
    """Nobody was invited under this id."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What every account has.

    sessions: the open ones, oldest first. reset_until: how long its link for a new password works.
    """

    kind: AccountKind
    roles: frozenset[Holding] = frozenset()
    sessions: tuple[str, ...] = ()
    failures: int = 0
    locked_until: datetime | None = None
    reset_until: datetime | None = None
    hold: Hold | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting(Held):
    """Invited, not yet activated."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Active(Held):
    """In use."""


@dataclass(frozen=True, kw_only=True)
class OnHold(Held):
    """Suspended. ``expires_at`` is the invitation's, when it was not used yet."""

    expires_at: datetime | None = None


@dataclass(frozen=True)
class Over:
    """Closed for good."""


AccountState: TypeAlias = NoAccount | Waiting | Active | OnHold | Over


def only_codes() -> Refused:
    """What is said to an applicant who would leave another way in behind."""
    return Refused(
        "applicant-signs-in-by-code",
        N_("You sign in by a code that comes to you. There is nothing else to set up."),
    )


def may_try_sign_in(state: AccountState, now: datetime) -> bool:
    """Whether a secret may be checked at all: active, and not locked after failures."""
    return isinstance(state, Active) and not is_locked(state, now)


def is_locked(state: Held, now: datetime) -> bool:
    """Whether too many sign-ins failed in a row just now."""
    return state.locked_until is not None and now < state.locked_until


def evolve(state: AccountState, event: AccountEvent) -> AccountState:
    """State after one more event."""
    match state, event:
        case NoAccount(), Invited():
            return Waiting(kind=event.kind, expires_at=event.expires_at)
        case NoAccount(), Admitted():
            return Active(kind="applicant")
        case Waiting(), Activated():
            return Active(kind=state.kind, roles=state.roles)
        case ((Waiting() | Active()), Suspended()):
            expires_at = state.expires_at if isinstance(state, Waiting) else None
            return OnHold(
                kind=state.kind, roles=state.roles, expires_at=expires_at, hold=state.hold
            )
        case OnHold(), Reinstated():
            if state.expires_at is None:
                return Active(kind=state.kind, roles=state.roles, hold=state.hold)
            return Waiting(kind=state.kind, roles=state.roles, expires_at=state.expires_at)
        case Waiting(), InvitationRenewed():
            return replace(state, expires_at=event.expires_at)
        case ((Waiting() | Active() | OnHold()), Closed()):
            return Over()
        case ((Waiting() | Active() | OnHold()), _):
            return _within(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def _within(state: Waiting | Active | OnHold, event: AccountEvent) -> AccountState:
    match event:
        case RoleGranted():
            return replace(state, roles=state.roles | {holding(event)})
        case RoleRevoked():
            return replace(state, roles=state.roles - {holding(event)})
        case SignedIn():
            sessions = (*state.sessions, event.session_id)
            return replace(state, sessions=sessions, failures=0, locked_until=None)
        case SteppedUp():
            return replace(state, failures=0, locked_until=None)
        case SignInFailed():
            return replace(state, failures=event.failures, locked_until=event.locked_until)
        case SessionRevoked():
            kept = tuple(one for one in state.sessions if one != event.session_id)
            return replace(state, sessions=kept)
        case ResetRequested():
            return replace(state, reset_until=event.expires_at)
        case DetailsChanged():
            return replace(state, reset_until=None)
        case HoldPlaced():
            return replace(state, hold=_held(state.hold, event))
        case HoldLifted():
            return replace(state, hold=None)
        case PasswordChanged():
            return replace(state, failures=0, locked_until=None, reset_until=None)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def _held(before: Hold | None, event: HoldPlaced) -> Hold:
    """The hold as it is now: one after another goes on, with all who had a part in it."""
    goes_on = before is not None and event.placed_at < before.until
    others = before.by if before is not None and goes_on else frozenset()
    return Hold(until=event.until, placed_at=event.placed_at, by=others | {event.by})


def holding(of: RoleGranted | RoleRevoked | GrantRole | RevokeRole) -> Holding:
    """The role that an event or a command speaks of."""
    return Holding(role=of.role, programme=of.programme, region=of.region)
