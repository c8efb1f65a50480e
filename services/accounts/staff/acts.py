"""What people do with accounts, as handlers of a work: pages, the API and commands share them.

    account_id = invite(work, by=actor(), display_name="…", email="…")
    link = new_link(work.connection, account_id, ...)

An address belongs to one account: a claim on its keyed hash holds that across all streams.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

from services.accounts.foreign import check_scope
from services.accounts.indexes import email_index
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import (
    Activate,
    BootstrapAdministrator,
    ChangeDetails,
    ChangePassword,
    GrantRole,
    Invite,
    RenewInvitation,
    RevokeRole,
    SignIn,
    StepUp,
)
from services.accounts.staff.account_events import AccountKind, FactorMethod, Role
from services.accounts.staff.credentials import keep_password, new_link, use_invitation
from services.accounts.staff.views import any_account, find_account
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_

INVITATION_LENGTH: Final = timedelta(days=7)
FIRST_INVITATION_LENGTH: Final = timedelta(days=1)
"""Whoever has the first administrator's link has the installation, so it lives shorter."""


def known(account_id: str) -> str:
    """``account_id`` when it has the form of one. Raises Missing."""
    if not is_identifier(account_id):
        raise Missing("no-account", N_("There is no such account."))
    return account_id


def invite(
    work: Work, *, by: str, kind: str, display_name: str, email: str | None, account_id: str = ""
) -> str:
    """Invite somebody, or set up a program; the new account's id."""
    account_id = account_id or work.new_id()
    command = Invite(
        by=by,
        now=work.now,
        account_id=account_id,
        kind=cast(AccountKind, kind),
        display_name=display_name,
        email=email,
        expires_at=work.now + INVITATION_LENGTH,
    )
    work.decide(ACCOUNT, account_id, command)
    if kind == "program":
        # Nobody opens a link for it: it works by the keys that are made for it.
        work.decide(ACCOUNT, account_id, Activate(by=by, now=work.now, account_id=account_id))
    if email:
        work.claim(address_claim(work, account_id, email))
    return account_id


def bootstrap(work: Work, *, by: str, account_id: str, display_name: str) -> str:
    """Make the first administrator; the path of the link that whoever starts it will open."""
    expires_at = work.now + FIRST_INVITATION_LENGTH
    command = BootstrapAdministrator(
        by=by,
        now=work.now,
        account_id=account_id,
        display_name=display_name,
        email=None,
        expires_at=expires_at,
        accounts_exist=any_account(work.connection),
    )
    work.decide(ACCOUNT, account_id, command)
    return new_link(work.connection, account_id, expires_at)


def renew_invitation(
    work: Work, *, by: str, account_id: str, length: timedelta = INVITATION_LENGTH
) -> tuple[str, datetime]:
    """A new link for an invitation that was not used, and its end; the link before is worthless."""
    expires_at = work.now + length
    command = RenewInvitation(by=by, now=work.now, account_id=account_id, expires_at=expires_at)
    work.decide(ACCOUNT, account_id, command)
    return new_link(work.connection, account_id, expires_at), expires_at


def change_details(
    work: Work, *, by: str, account_id: str, display_name: str, email: str | None
) -> None:
    """Another name or address."""
    before = find_account(work.connection, account_id)
    command = ChangeDetails(
        by=by, now=work.now, account_id=account_id, display_name=display_name, email=email
    )
    work.decide(ACCOUNT, account_id, command)
    if before is not None and before.email:
        work.release(address_claim(work, account_id, before.email))
    if email:
        work.claim(address_claim(work, account_id, email))


def activate(
    work: Work, *, token: str, password_hash: str, details: tuple[str, str] | None
) -> tuple[str, str]:
    """Use an invitation: keep the password and sign in; (account id, session id).

    details: name and address, for an account that has no address yet.
    """
    account_id = use_invitation(work.connection, token, work.now)
    work.decide(ACCOUNT, account_id, Activate(by=account_id, now=work.now, account_id=account_id))
    if details is not None:
        name, email = details
        change_details(work, by=account_id, account_id=account_id, display_name=name, email=email)
    keep_password(work.connection, account_id, password_hash, work.now)
    return account_id, sign_in(work, account_id)


def change_password(work: Work, *, account_id: str, password_hash: str, session_id: str) -> None:
    """Replace one's own password; every other session ends."""
    command = ChangePassword(
        by=account_id, now=work.now, account_id=account_id, kept_session_id=session_id
    )
    work.decide(ACCOUNT, account_id, command)
    keep_password(work.connection, account_id, password_hash, work.now)


def sign_in(
    work: Work,
    account_id: str,
    method: FactorMethod | None = None,
    *,
    past_lock: bool = False,
) -> str:
    """Open a session; its id. method: by which second factor, when one was proved.

    Strangers' failures are no reason against whoever proved one, nor ``past_lock``.
    """
    session_id = work.new_id()
    command = SignIn(
        by=account_id,
        now=work.now,
        account_id=account_id,
        session_id=session_id,
        past_lock=past_lock or method is not None,
    )
    work.decide(ACCOUNT, account_id, command)
    if method is not None:
        step_up(work, account_id, session_id, method)
    return session_id


def step_up(work: Work, account_id: str, session_id: str, method: FactorMethod) -> None:
    """Note that a session proved a second factor. Raises Refused when it is over."""
    command = StepUp(
        by=account_id, now=work.now, account_id=account_id, session_id=session_id, method=method
    )
    work.decide(ACCOUNT, account_id, command)


def grant_role(
    work: Work,
    *,
    by: str,
    account_id: str,
    role: str,
    programme: str | None,
    region: str | None,
    must_exist: bool = True,
) -> None:
    """Grant a role. An empty programme, or ``*``, is none; an empty region is the whole.

    must_exist: only in a programme that grants opened, and in places where it works. A
    demonstration's people are there before its programme is.
    """
    command = GrantRole(
        by=by,
        now=work.now,
        account_id=account_id,
        role=cast(Role, role),
        programme=_programme(programme),
        region=region or None,
    )
    work.decide(ACCOUNT, account_id, command)
    if must_exist:
        check_scope(work.connection, command.programme, command.region)


def revoke_role(
    work: Work, *, by: str, account_id: str, role: str, programme: str | None, region: str | None
) -> None:
    """Take a role back."""
    command = RevokeRole(
        by=by,
        now=work.now,
        account_id=account_id,
        role=cast(Role, role),
        programme=_programme(programme),
        region=region or None,
    )
    work.decide(ACCOUNT, account_id, command)


def _programme(given: str | None) -> str | None:
    return None if given in (None, "", EVERY_PROGRAMME) else given


def address_claim(work: Work, account_id: str, email: str) -> Claim:
    """That an address is this account's and no other's."""
    return Claim(
        kind="account-email",
        value=email_index(work.store.keyring, email),
        stream=ACCOUNT.stream(account_id),
        code="email-taken",
        sentence=N_("Another account has this e-mail address."),
    )
