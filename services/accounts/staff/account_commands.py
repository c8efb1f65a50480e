"""What may be asked of an account; ``account.py`` decides what follows.

    GrantRole(by="admin", now=now, account_id="a1", role="trainer", programme="roma-2009")

Whoever checks a password does so outside and says here how it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.accounts.staff.account_events import AccountKind, FactorMethod, HoldGround, Role


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on an account carries."""

    by: str
    now: datetime
    account_id: str


@dataclass(frozen=True, kw_only=True)
class BootstrapAdministrator(Act):
    """Make the first administrator; ``accounts_exist``: whether anybody was invited before."""

    display_name: str
    email: str | None
    expires_at: datetime
    accounts_exist: bool


@dataclass(frozen=True, kw_only=True)
class Invite(Act):
    """Invite a member of staff (with an address) or set up a program; ``link``: to be mailed."""

    kind: AccountKind
    display_name: str
    email: str | None
    expires_at: datetime
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Admit(Act):
    """Make the account of a registered person, who proved a phone or an address to be theirs."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class RenewInvitation(Act):
    """Make a new link for an invitation that was not used; ``link``: to be mailed."""

    expires_at: datetime
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activate(Act):
    """Use the invitation; the secret was stored beside."""


@dataclass(frozen=True, kw_only=True)
class ChangeDetails(Act):
    """Change name and address, whole. ``email_before``: the address now."""

    display_name: str
    email: str | None
    email_before: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Act):
    """Replace the secret; ends every session but ``kept_session_id``."""

    kept_session_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AskReset(Act):
    """Let the owner choose another password by a link; ``link`` None: it is shown, not mailed."""

    link: str | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ResetPassword(Act):
    """Use that link: replace the secret and end every session."""


@dataclass(frozen=True, kw_only=True)
class GrantRole(Act):
    """Grant a role; only an administrator's is for the whole installation (programme None)."""

    role: Role
    programme: str | None
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class RevokeRole(Act):
    """Take a role back."""

    role: Role
    programme: str | None
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlaceHold(Act):
    """Somebody else did what could let another than the owner in: let roles not count for now."""

    ground: HoldGround


@dataclass(frozen=True, kw_only=True)
class LiftHold(Act):
    """Say that it is the owner who has the account.

    since: when the account of whoever says so was first used.
    held: whether that account is itself held.
    """

    since: datetime
    held: bool


@dataclass(frozen=True, kw_only=True)
class Suspend(Act):
    """Stop the account at once."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Reinstate(Act):
    """Let a suspended account work again."""


@dataclass(frozen=True, kw_only=True)
class SignIn(Act):
    """The secret was right: open a session.

    past_lock: a stranger's failures are no reason against it, since it came by a passkey, by a
    provider, or from a device that the account was signed in by before.
    by_key: a program came by its key, and by nothing else it comes.
    """

    session_id: str
    past_lock: bool = False
    by_key: bool = False


@dataclass(frozen=True, kw_only=True)
class StepUp(Act):
    """The second factor was right: note it for the session. ``proved_at``: when, if before."""

    session_id: str
    method: FactorMethod
    proved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FailSignIn(Act):
    """The secret was wrong."""


@dataclass(frozen=True, kw_only=True)
class RevokeSession(Act):
    """End a session: signing out, or somebody else's."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class CloseAccount(Act):
    """End the account for good."""


AccountCommand: TypeAlias = (
    BootstrapAdministrator
    | Invite
    | Admit
    | RenewInvitation
    | Activate
    | ChangeDetails
    | ChangePassword
    | AskReset
    | ResetPassword
    | GrantRole
    | RevokeRole
    | PlaceHold
    | LiftHold
    | Suspend
    | Reinstate
    | SignIn
    | StepUp
    | FailSignIn
    | RevokeSession
    | CloseAccount
)
