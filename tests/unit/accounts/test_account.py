"""Accounts: nobody changes their own, roles exclude each other, failures lock for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.staff.account import ACCOUNT, LOCK, SESSIONS_MAX
from services.accounts.staff.account_commands import (
    AccountCommand,
    Activate,
    BootstrapAdministrator,
    ChangePassword,
    CloseAccount,
    FailSignIn,
    GrantRole,
    Invite,
    Reinstate,
    RevokeRole,
    SignIn,
    Suspend,
)
from services.accounts.staff.account_events import (
    Invited,
    PasswordChanged,
    Role,
    RoleGranted,
    RoleRevoked,
    SessionRevoked,
    SignInFailed,
)
from services.accounts.staff.account_state import Active, may_try_sign_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
INVITE = Invite(
    by="admin",
    now=NOW,
    account_id="a1",
    kind="staff",
    display_name="Ana Invented",
    email="ana@example.org",
    expires_at=LATER,
)
ACTIVATE = Activate(by="a1", now=NOW, account_id="a1")
GRANT = GrantRole(by="admin", now=NOW, account_id="a1", role="trainer", programme="roma-2009")
SIGN_IN = SignIn(by="a1", now=NOW, account_id="a1", session_id="s1")
FAIL = FailSignIn(by="a1", now=NOW, account_id="a1")
SUSPEND = Suspend(by="admin", now=NOW, account_id="a1", reason="left")
CLOSE = CloseAccount(by="admin", now=NOW, account_id="a1")


def after(*commands: AccountCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += ACCOUNT.decide(ACCOUNT.fold(events), command)
    return events


def test_first_administrator_is_made_once() -> None:
    first = BootstrapAdministrator(
        by="command-line",
        now=NOW,
        account_id="a1",
        display_name="First administrator",
        email=None,
        expires_at=LATER,
        accounts_exist=False,
    )
    invited, granted = after(first)
    assert isinstance(invited, Invited)
    assert isinstance(granted, RoleGranted)
    assert granted.role == "administrator"
    with pytest.raises(Refused, match="not-the-first"):
        after(replace(first, accounts_exist=True))


def test_invitation_expires() -> None:
    with pytest.raises(Refused, match="invitation-expired"):
        after(INVITE, replace(ACTIVATE, now=LATER))
    with pytest.raises(Refused, match="no-invitation"):
        after(INVITE, ACTIVATE, ACTIVATE)
    with pytest.raises(Invalid, match="email-missing"):
        after(replace(INVITE, email=None))
    assert after(replace(INVITE, email=None, kind="program"))


def test_nobody_changes_their_own_account() -> None:
    for command in (GRANT, SUSPEND, CLOSE):
        with pytest.raises(Forbidden, match="own-account"):
            after(INVITE, replace(command, by="a1"))


@pytest.mark.parametrize(
    ("held", "wanted", "excluded"),
    [
        ("trainer", "administrator", True),
        ("administrator", "donor", True),
        ("auditor", "finance_officer", True),
        ("trainer", "donor", True),
        ("finance_officer", "finance_controller", True),
        ("committee_member", "finance_officer", True),
        ("committee_member", "committee_chair", False),
    ],
)
def test_roles_that_exclude_each_other(held: Role, wanted: Role, excluded: bool) -> None:
    first, second = (
        replace(GRANT, role=role, programme=None if role == "administrator" else "roma-2009")
        for role in (held, wanted)
    )
    if excluded:
        with pytest.raises(Refused, match="roles-exclude"):
            after(INVITE, first, second)
    else:
        assert len(after(INVITE, first, second, second)) == 3


def test_role_is_for_a_programme_and_can_be_taken_back() -> None:
    with pytest.raises(Invalid, match="role-scope"):
        after(INVITE, replace(GRANT, programme=None))
    revoke = RevokeRole(by="admin", now=NOW, account_id="a1", role="trainer", programme="roma-2009")
    assert isinstance(after(INVITE, GRANT, revoke, revoke)[-1], RoleRevoked)


def test_failures_lock_for_a_while() -> None:
    events = after(INVITE, ACTIVATE, *[FAIL] * 5)
    last = events[-1]
    assert isinstance(last, SignInFailed)
    assert (last.failures, last.locked_until) == (5, NOW + LOCK)
    assert not may_try_sign_in(ACCOUNT.fold(events), NOW)
    with pytest.raises(Refused, match="sign-in-locked"):
        after(INVITE, ACTIVATE, *[FAIL] * 5, SIGN_IN)
    assert after(INVITE, ACTIVATE, *[FAIL] * 5, replace(SIGN_IN, now=NOW + LOCK))


def test_sessions_end_with_the_password_and_never_pile_up() -> None:
    signed_in = (INVITE, ACTIVATE, SIGN_IN, replace(SIGN_IN, session_id="s2"))
    change = ChangePassword(by="a1", now=NOW, account_id="a1", kept_session_id="s2")
    assert after(*signed_in, change)[-2:] == (
        PasswordChanged(account_id="a1"),
        SessionRevoked(account_id="a1", session_id="s1"),
    )
    many = [replace(SIGN_IN, session_id=f"s{n}") for n in range(SESSIONS_MAX + 1)]
    state = ACCOUNT.fold(after(INVITE, ACTIVATE, *many))
    assert isinstance(state, Active)
    assert len(state.sessions) == SESSIONS_MAX
    assert "s0" not in state.sessions


def test_suspended_or_closed_does_not_sign_in() -> None:
    with pytest.raises(Refused, match="account-not-active"):
        after(INVITE, ACTIVATE, SUSPEND, SIGN_IN)
    reinstate = Reinstate(by="admin", now=NOW, account_id="a1")
    assert after(INVITE, ACTIVATE, SUSPEND, SUSPEND, reinstate, SIGN_IN)
    with pytest.raises(Refused, match="no-invitation"):
        after(INVITE, SUSPEND, replace(ACTIVATE, by="a1"))
    with pytest.raises(Refused, match="account-closed"):
        after(INVITE, ACTIVATE, CLOSE, SIGN_IN)
    assert len(after(INVITE, CLOSE, CLOSE)) == 2
    with pytest.raises(Missing, match="no-account"):
        after(SIGN_IN)
