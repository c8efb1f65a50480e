"""Accounts: nobody changes their own, roles exclude each other, failures lock for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from services.accounts.staff.account import ACCOUNT, LOCK_FIRST, LOCK_LONGEST, SESSIONS_MAX
from services.accounts.staff.account_commands import (
    AccountCommand,
    Activate,
    AskReset,
    BootstrapAdministrator,
    ChangeDetails,
    ChangePassword,
    CloseAccount,
    FailSignIn,
    GrantRole,
    Invite,
    Reinstate,
    ResetPassword,
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
    SignedIn,
    SignInFailed,
)
from services.accounts.staff.account_state import Active, may_try_sign_in
from services.accounts.staff.granting import STAFF_ROLES
from shared.access import roles
from shared.access.roles import excluded
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
    ("held", "wanted", "refused"),
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
def test_roles_that_exclude_each_other(held: Role, wanted: Role, refused: bool) -> None:
    first, second = (
        replace(GRANT, role=role, programme=None if role == "administrator" else "roma-2009")
        for role in (held, wanted)
    )
    if refused:
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
    assert (last.failures, last.locked_until) == (5, NOW + LOCK_FIRST)
    assert not may_try_sign_in(ACCOUNT.fold(events), NOW)
    with pytest.raises(Refused, match="sign-in-locked"):
        after(INVITE, ACTIVATE, *[FAIL] * 5, SIGN_IN)
    assert after(INVITE, ACTIVATE, *[FAIL] * 5, replace(SIGN_IN, now=NOW + LOCK_FIRST))


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


def test_a_lock_grows_to_a_limit_and_does_not_hold_for_what_no_stranger_can_do() -> None:
    locked: list[SignInFailed] = []
    commands: list[AccountCommand] = [INVITE, ACTIVATE]
    now = NOW
    for _ in range(7):
        commands += [replace(FAIL, now=now)] * 5
        last = after(*commands)[-1]
        assert isinstance(last, SignInFailed)
        assert last.locked_until is not None
        locked.append(last)
        now = last.locked_until
    starts = [NOW, *[one.locked_until for one in locked[:-1] if one.locked_until]]
    lengths = [
        one.locked_until - start
        for one, start in zip(locked, starts, strict=True)
        if one.locked_until
    ]
    assert lengths[:3] == [LOCK_FIRST, 2 * LOCK_FIRST, 4 * LOCK_FIRST]
    assert lengths[-2:] == [LOCK_LONGEST, LOCK_LONGEST]
    assert after(*commands, replace(SIGN_IN, past_lock=True))[-1] == SignedIn(
        account_id="a1", session_id="s1"
    )


ASK = AskReset(by="admin", now=NOW, account_id="a1", link="/x", expires_at=NOW + timedelta(hours=1))
RESET = ResetPassword(by="a1", now=NOW, account_id="a1")
OPEN = (INVITE, ACTIVATE, SIGN_IN)


def test_a_reset_link_works_once_and_ends_every_session() -> None:
    assert after(*OPEN, ASK, RESET)[-2:] == (
        PasswordChanged(account_id="a1", reset=True),
        SessionRevoked(account_id="a1", session_id="s1"),
    )
    with pytest.raises(Refused, match="reset-over"):
        after(*OPEN, ASK, RESET, RESET)
    with pytest.raises(Refused, match="reset-over"):
        after(*OPEN, ASK, replace(RESET, now=NOW + timedelta(hours=1)))
    with pytest.raises(Refused, match="reset-over"):
        after(*OPEN, RESET)


@pytest.mark.parametrize(
    "between",
    [
        (SUSPEND, Reinstate(by="admin", now=NOW, account_id="a1")),
        (ChangePassword(by="a1", now=NOW, account_id="a1"),),
        (
            ChangeDetails(
                by="a1", now=NOW, account_id="a1", display_name="Ana", email="other@example.org"
            ),
        ),
    ],
)
def test_a_reset_link_ends_with_what_it_was_made_for(between: tuple[AccountCommand, ...]) -> None:
    with pytest.raises(Refused, match="reset-over"):
        after(*OPEN, ASK, *between, RESET)


def test_nobody_makes_a_reset_link_for_themself_or_for_a_closed_account() -> None:
    with pytest.raises(Forbidden, match="own-account"):
        after(*OPEN, replace(ASK, by="a1"))
    for command in (ASK, RESET):
        with pytest.raises(Refused, match="account-not-active"):
            after(*OPEN, SUSPEND, command)
        with pytest.raises(Refused, match="account-closed"):
            after(*OPEN, CLOSE, command)


def test_after_a_reset_failures_count_anew() -> None:
    state = ACCOUNT.fold(after(*OPEN, *[FAIL] * 5, ASK, RESET))
    assert may_try_sign_in(state, NOW)


def test_nobody_is_made_an_applicant() -> None:
    with pytest.raises(Refused, match="role-of-applicants"):
        after(INVITE, replace(GRANT, role="applicant"))
    assert set(STAFF_ROLES) == set(get_args(Role)) - {"applicant"}


@pytest.mark.parametrize("first", STAFF_ROLES)
@pytest.mark.parametrize("second", STAFF_ROLES)
def test_the_decider_excludes_exactly_what_the_table_of_roles_excludes(
    first: Role, second: Role
) -> None:
    held, wanted = (
        replace(GRANT, role=role, programme=None if role == "administrator" else "roma-2009")
        for role in (first, second)
    )
    if excluded({roles.Role(first), roles.Role(second)}):
        with pytest.raises(Refused, match="roles-exclude"):
            after(INVITE, held, wanted)
    else:
        after(INVITE, held, wanted)
