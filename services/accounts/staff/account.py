"""An account of a member of staff or of a program: invitation, roles, sign-in, sessions.

    Invite(by="admin", account_id="a1", kind="staff", …)                -> Invited
    GrantRole(by="admin", account_id="a1", role="trainer", …)           -> RoleGranted
    GrantRole(by="admin", account_id="admin", …)                        -> Forbidden: own account
    GrantRole(by="admin", account_id="a1", role="administrator", …)     -> Refused: holds a role

Nobody changes the roles or the standing of their own account, so an administrator always remains.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, get_args

from services.accounts.resetting.rules import reset
from services.accounts.staff.account_commands import (
    AccountCommand,
    Act,
    Activate,
    Admit,
    AskReset,
    BootstrapAdministrator,
    ChangeDetails,
    ChangePassword,
    CloseAccount,
    FailSignIn,
    GrantRole,
    Invite,
    LiftHold,
    PlaceHold,
    Reinstate,
    RenewInvitation,
    ResetPassword,
    RevokeRole,
    RevokeSession,
    SignIn,
    StepUp,
    Suspend,
)
from services.accounts.staff.account_events import (
    AccountEvent,
    AccountKind,
    Activated,
    Admitted,
    Closed,
    DetailsChanged,
    InvitationRenewed,
    Invited,
    PasswordChanged,
    Reinstated,
    RoleGranted,
    SessionRevoked,
    SignedIn,
    SignInFailed,
    SteppedUp,
    Suspended,
)
from services.accounts.staff.account_state import (
    AccountState,
    Active,
    Held,
    NoAccount,
    OnHold,
    Over,
    Waiting,
    evolve,
    is_locked,
    only_codes,
)
from services.accounts.staff.checks import not_own, of_staff, text
from services.accounts.staff.granting import change_roles
from services.accounts.standing.holding import hold
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_
from shared.mail_address import is_mail_address

INVITED_KINDS: Final = ("staff", "program")
"""Kinds of accounts that an administrator makes; an applicant's comes about by signing in."""

SESSIONS_MAX: Final = 20
FAILURES_BEFORE_LOCK: Final = 5
LOCK_FIRST: Final = timedelta(minutes=1)
LOCK_LONGEST: Final = timedelta(minutes=15)
"""A stranger who knows an address can keep a lock up; it never grows beyond this, and it does not
hold for a passkey, for a provider's word or in a browser that the owner signed in by before."""

NAME_LENGTH_MAX: Final = 200
EMAIL_LENGTH_MAX: Final = 254
REASON_LENGTH_MAX: Final = 1000


def decide(state: AccountState, command: AccountCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, Invite | BootstrapAdministrator):
        return _invite(state, command)
    if isinstance(command, Admit):
        return _admit(state, command)
    if isinstance(state, NoAccount):
        raise Missing("no-account", N_("There is no such account."))
    if isinstance(state, Over):
        if isinstance(command, CloseAccount | RevokeSession | RevokeRole | PlaceHold | LiftHold):
            return ()
        raise Refused("account-closed", N_("This account is closed."))
    account_id = command.account_id
    match command:
        case RenewInvitation() | Activate():
            return _invitation(state, command)
        case ChangeDetails():
            return _change(state, command)
        case ChangePassword():
            _active(state)
            _may_have_secrets(state)
            ended = [one for one in state.sessions if one != command.kept_session_id]
            return (PasswordChanged(account_id=account_id), *_ended(account_id, ended))
        case AskReset() | ResetPassword():
            _may_have_secrets(state)
            return reset(state, command)
        case GrantRole() | RevokeRole():
            return change_roles(state, command)
        case PlaceHold() | LiftHold():
            return hold(state, command)
        case Suspend() | Reinstate() | CloseAccount():
            return _standing(state, command)
        case SignIn() | StepUp() | FailSignIn():
            return _sign_in(state, command)
        case RevokeSession():
            ended = [one for one in state.sessions if one == command.session_id]
            return _ended(account_id, ended)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for an account")


def _invite(state: AccountState, command: Invite | BootstrapAdministrator) -> tuple[Event, ...]:
    if not isinstance(state, NoAccount):
        raise Refused("already-invited", N_("This account exists."))
    first = isinstance(command, BootstrapAdministrator)
    if isinstance(command, BootstrapAdministrator) and command.accounts_exist:
        raise Refused("not-the-first", N_("The first administrator was made before."))
    kind: AccountKind = "staff" if isinstance(command, BootstrapAdministrator) else command.kind
    if kind not in INVITED_KINDS:
        raise Invalid("unknown-kind", N_("An account is of staff or of a program."))
    name, email = _details(kind, command)
    invited = Invited(
        account_id=command.account_id,
        kind=kind,
        display_name=name,
        email=email,
        expires_at=_later(command, command.expires_at),
        link=command.link if isinstance(command, Invite) else None,
    )
    if not first:
        return (invited,)
    administrator = RoleGranted(
        account_id=command.account_id, role="administrator", programme=None, region=None
    )
    return (invited, administrator)


def _admit(state: AccountState, command: Admit) -> tuple[Event, ...]:
    match state:
        case NoAccount():
            return (Admitted(account_id=command.account_id, person_id=command.person_id),)
        case Over():
            raise Refused("account-closed", N_("This account is closed."))
        case _:
            return ()


def _invitation(
    state: Waiting | Active | OnHold, command: RenewInvitation | Activate
) -> tuple[Event, ...]:
    if not isinstance(state, Waiting):
        raise Refused("no-invitation", N_("There is no open invitation for this account."))
    if isinstance(command, RenewInvitation):
        renewed = InvitationRenewed(
            account_id=command.account_id,
            expires_at=_later(command, command.expires_at),
            link=command.link,
        )
        return (renewed,)
    if command.now >= state.expires_at:
        raise Refused("invitation-expired", N_("The invitation is too old; ask for a new one."))
    return (Activated(account_id=command.account_id),)


def _later(command: Act, moment: datetime) -> datetime:
    if moment <= command.now:
        raise Invalid("expires-in-the-past", N_("An invitation must end in the future."))
    return moment


def _change(state: Waiting | Active | OnHold, command: ChangeDetails) -> tuple[Event, ...]:
    of_staff(state)
    name, email = _details(state.kind, command)
    moved = (email or "").casefold() != (command.email_before or "").casefold()
    changed = DetailsChanged(
        account_id=command.account_id,
        display_name=name,
        email=email,
        email_before=command.email_before if moved else None,
    )
    place = PlaceHold(
        by=command.by, now=command.now, account_id=command.account_id, ground="address"
    )
    return (changed, *(hold(state, place) if moved else ()))


def _details(
    kind: AccountKind, command: Invite | BootstrapAdministrator | ChangeDetails
) -> tuple[str, str | None]:
    name = text(command.display_name, field="display_name", length_max=NAME_LENGTH_MAX)
    email = command.email.strip() if command.email else None
    if email is not None:
        if not is_mail_address(email) or len(email) > EMAIL_LENGTH_MAX:
            raise Invalid("email", N_("The address is not an e-mail address."))
    elif kind == "staff" and not isinstance(command, BootstrapAdministrator):
        raise Invalid("email-missing", N_("A member of staff needs an e-mail address."))
    return name, email


def _standing(
    state: Waiting | Active | OnHold, command: Suspend | Reinstate | CloseAccount
) -> tuple[Event, ...]:
    not_own(command)
    account_id = command.account_id
    match command:
        case Suspend():
            if isinstance(state, OnHold):
                return ()
            reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
            # Its sessions end for good: a token of before does not come back to life with it.
            ended = _ended(account_id, state.sessions)
            return (*ended, Suspended(account_id=account_id, reason=reason))
        case Reinstate():
            return (Reinstated(account_id=account_id),) if isinstance(state, OnHold) else ()
        case CloseAccount():
            return (*_ended(account_id, state.sessions), Closed(account_id=account_id))


def _sign_in(state: Held, command: SignIn | StepUp | FailSignIn) -> tuple[Event, ...]:
    _active(state)
    past_lock = isinstance(command, StepUp) or (isinstance(command, SignIn) and command.past_lock)
    if is_locked(state, command.now) and not past_lock:
        raise Refused("sign-in-locked", N_("Too many sign-ins failed; try again in some minutes."))
    account_id = command.account_id
    if isinstance(command, FailSignIn):
        failures = state.failures + 1
        locks = failures % FAILURES_BEFORE_LOCK == 0
        locked_until = command.now + lock_after(failures) if locks else None
        failed = SignInFailed(account_id=account_id, failures=failures, locked_until=locked_until)
        return (failed,)
    if isinstance(command, StepUp):
        if (command.method == "sign_in_code") != (state.kind == "applicant"):
            raise only_codes()
        if command.session_id not in state.sessions:
            raise Refused("session-over", N_("This session has ended. Sign in again."))
        proved = SteppedUp(
            account_id=account_id,
            session_id=command.session_id,
            method=command.method,
            proved_at=command.proved_at,
        )
        return (proved,)
    if command.by_key != (state.kind == "program"):
        raise Refused("program-has-keys", N_("A program signs in by its key, and nobody else."))
    if command.session_id in state.sessions:
        return ()
    # The oldest sessions give way, so that every open one stays known and can be ended.
    ended = state.sessions[: max(0, len(state.sessions) + 1 - SESSIONS_MAX)]
    signed_in = SignedIn(account_id=account_id, session_id=command.session_id)
    return (*_ended(account_id, ended), signed_in)


def lock_after(failures: int) -> timedelta:
    """How long nobody tries after so many failures in a row: each time twice as long, to a limit.

    >>> [int(lock_after(5 * n).total_seconds()) // 60 for n in (1, 2, 3, 4, 5, 1_000)]
    [1, 2, 4, 8, 15, 15]
    """
    doublings = min(failures // FAILURES_BEFORE_LOCK - 1, 10)
    return min(LOCK_FIRST * (1 << doublings), LOCK_LONGEST)


def _may_have_secrets(state: Held) -> None:
    if state.kind == "applicant":
        raise only_codes()


def _active(state: Held) -> None:
    if not isinstance(state, Active):
        raise Refused("account-not-active", N_("This account is not active."))


def _ended(account_id: str, sessions: list[str] | tuple[str, ...]) -> tuple[SessionRevoked, ...]:
    return tuple(SessionRevoked(account_id=account_id, session_id=one) for one in sessions)


ACCOUNT: Final[Decider[AccountState]] = Decider(
    kind="account",
    initial=NoAccount(),
    evolve=evolve,
    decide=decide,
    events=get_args(AccountEvent),
)
