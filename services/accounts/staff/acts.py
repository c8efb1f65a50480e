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
    LiftHold,
    RenewInvitation,
    RevokeRole,
    SignIn,
    StepUp,
)
from services.accounts.staff.account_events import AccountKind, FactorMethod, Role
from services.accounts.staff.credentials import keep_password, new_link, use_invitation
from services.accounts.staff.views import any_account, find_account, is_held
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.events.append import Claim
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.settings import Settings

INVITATION_LENGTH: Final = timedelta(days=7)
FIRST_INVITATION_LENGTH: Final = timedelta(days=1)
"""Whoever has the first administrator's link has the installation, so it lives shorter."""


def known(account_id: str) -> str:
    """``account_id`` when it has the form of one. Raises Missing."""
    if not is_identifier(account_id):
        raise Missing("no-account", N_("There is no such account."))
    return account_id


def mails_from(settings: Settings) -> str:
    """What links in mails begin with; empty where they are shown to whoever makes them.

    A demonstration's mails reach nobody, and nobody in it is real.
    """
    return "" if settings.demonstration else settings.public_url


def invite_by_link(
    work: Work, *, by: str, display_name: str, email: str | None, mails: str
) -> tuple[str, str]:
    """Invite somebody with a link that goes to their address; the account's id.

    mails: what ``mails_from`` says. The link's path comes back only when nothing could be mailed:
    with an address, nobody but its owner ever sees the link.
    """
    account_id = work.new_id()
    path = new_link(work.connection, account_id, work.now + INVITATION_LENGTH)
    mailed = bool(email and mails)
    invite(
        work,
        by=by,
        kind="staff",
        display_name=display_name,
        email=email,
        account_id=account_id,
        link=mails + path if mailed else None,
    )
    return account_id, "" if mailed else path


def invite(
    work: Work,
    *,
    by: str,
    kind: str,
    display_name: str,
    email: str | None,
    account_id: str = "",
    link: str | None = None,
) -> str:
    """Invite somebody, or set up a program; the new account's id. link: goes by mail."""
    account_id = account_id or work.new_id()
    command = Invite(
        by=by,
        now=work.now,
        account_id=account_id,
        kind=cast(AccountKind, kind),
        display_name=display_name,
        email=email,
        expires_at=work.now + INVITATION_LENGTH,
        link=link,
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
    work: Work,
    *,
    by: str,
    account_id: str,
    length: timedelta = INVITATION_LENGTH,
    mails: str = "",
) -> tuple[str, datetime]:
    """A new link for an invitation that was not used, and its end; the link before is worthless.

    mails: what ``mails_from`` says; the path is empty when the link goes to the account's address.
    """
    expires_at = work.now + length
    account = find_account(work.connection, account_id)
    mailed = bool(mails and account is not None and account.email)
    path = new_link(work.connection, account_id, expires_at)
    command = RenewInvitation(
        by=by,
        now=work.now,
        account_id=account_id,
        expires_at=expires_at,
        link=mails + path if mailed else None,
    )
    work.decide(ACCOUNT, account_id, command)
    return "" if mailed else path, expires_at


def change_details(
    work: Work, *, by: str, account_id: str, display_name: str, email: str | None
) -> None:
    """Another name or address."""
    before = find_account(work.connection, account_id)
    command = ChangeDetails(
        by=by,
        now=work.now,
        account_id=account_id,
        display_name=display_name,
        email=email,
        email_before=before.email if before is not None else None,
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
    proved_at: datetime | None = None,
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
        step_up(work, account_id, session_id, method, proved_at)
    return session_id


def step_up(
    work: Work,
    account_id: str,
    session_id: str,
    method: FactorMethod,
    proved_at: datetime | None = None,
) -> None:
    """Note that a session proved a second factor, now or before. Raises Refused when it is over."""
    command = StepUp(
        by=account_id,
        now=work.now,
        account_id=account_id,
        session_id=session_id,
        method=method,
        proved_at=proved_at,
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


def lift_hold(work: Work, *, by: str, account_id: str) -> None:
    """Let the roles of an account count again: ``by`` knows that it is its owner who has it."""
    own = find_account(work.connection, by)
    since = own.activated_at if own is not None else None
    command = LiftHold(
        by=by,
        now=work.now,
        account_id=account_id,
        since=since or work.now,
        held=is_held(own, work.now),
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
