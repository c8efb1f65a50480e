"""Asking for a link and using it: what pages, the API and the command line share.

    request_link(service, "mira@example.org")     # the same whether there is such an account
    send_asked(service, request_id)               # a moment later: the mail, if there is one
    shown = make_link(service, context, by="admin", account_id="a1")

Whoever asks learns nothing from the answer nor from its time: the request does the same for every
text, and only work that falls due afterwards looks whether there is an account. A link goes to the
account's own address. Only who has none gets it from an administrator, who is then shown it: with
an address, nobody but its owner ever sees the link.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from services.accounts.factors.keeping import has_app
from services.accounts.indexes import email_index, name_index
from services.accounts.passkeys.acting import remove_all
from services.accounts.passkeys.keeping import count_of
from services.accounts.providers.acting import unlink_all
from services.accounts.providers.views import links_of
from services.accounts.resetting.links import LINK_LENGTH, REQUESTS, account_of, new_link, use_link
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import AskReset, ResetPassword
from services.accounts.staff.credentials import keep_password, with_secrets
from services.accounts.staff.views import find_account, find_by_sign_in
from services.accounts.throttling.tries import take
from shared.errors import Missing, Refused
from shared.events.append import Context, DueWork
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE, Service

ASKED_KIND: Final = "accounts.resetting.asked"
KIND: Final = "reset/account"


@dataclass(frozen=True)
class MadeLink:
    """A link that works until ``expires_at``. ``address`` is None when it went by mail."""

    address: str | None
    expires_at: datetime


def request_link(service: Service, given: str, context: Context) -> None:
    """Note that somebody lost the password of an account with this address or name."""

    def note(work: Work) -> None:
        request_id = work.new_id()
        work.connection.execute(
            REQUESTS.insert().values(
                request_id=request_id,
                email_index=email_index(service.keyring, given),
                name_index=name_index(service.keyring, given),
                asked_at=work.now,
            )
        )
        due = DueWork(f"reset/{request_id}", ASKED_KIND, work.now, request_id.encode())
        work.schedule(due)

    with_secrets(service, context, note)


def send_asked(service: Service, payload: bytes) -> None:
    """Mail a link to whom a request is about, a few an hour; due work. Nobody is told if not."""
    request_id = payload.decode()
    asked = REQUESTS.c.request_id == request_id
    with service.database.reading() as connection:
        request = connection.execute(select(REQUESTS).where(asked)).one_or_none()
        account = account_of(connection, request) if request is not None else None
    mailed = account is not None and bool(account.email)
    if account is not None and mailed and take(service, KIND, account.account_id) is None:
        context = service.system_context(INSTALLATION_WIDE, cause=request_id)
        # Suspended at this very moment: nobody is told, as for every account that is not there.
        with suppress(Refused):
            make_link(service, context, by=context.actor, account_id=account.account_id)
    with service.database.writing() as connection:
        connection.execute(delete(REQUESTS).where(asked))


def make_link(
    service: Service, context: Context, *, by: str, account_id: str, shown: bool = False
) -> MadeLink:
    """Make a link and have it mailed; without an address, or if ``shown``, give it back."""

    def make(work: Work) -> MadeLink:
        account = find_account(work.connection, account_id)
        if account is None:
            raise Missing("no-account", N_("There is no such account."))
        expires_at = work.now + LINK_LENGTH
        path = new_link(work.connection, account_id, expires_at)
        address = service.settings.public_url + path
        mailed = bool(account.email) and not shown
        command = AskReset(
            by=by,
            now=work.now,
            account_id=account_id,
            link=address if mailed else None,
            expires_at=expires_at,
        )
        work.decide(ACCOUNT, account_id, command)
        return MadeLink(None if mailed else address, expires_at)

    return with_secrets(service, context, make)


def link_for(service: Service, given: str, context: Context) -> MadeLink:
    """A link for an account by its id, address or name, shown and not mailed. Raises Missing."""
    with service.database.reading() as connection:
        found = find_account(connection, given) or find_by_sign_in(
            connection, service.keyring, given
        )
    if found is None:
        raise Missing("no-account", N_("There is no such account."))
    account_id: str = found.account_id
    return make_link(service, context, by=context.actor, account_id=account_id, shown=True)


@dataclass(frozen=True)
class OtherWays:
    """How else an account is signed in to. ``only_factor``: passkeys are its only second factor."""

    passkeys: int
    links: int
    only_factor: bool

    @classmethod
    def of(cls, connection: Connection, account_id: str) -> OtherWays:
        """Those of an account."""
        return cls(
            passkeys=count_of(connection, account_id),
            links=len(links_of(connection, account_id)),
            only_factor=not has_app(connection, account_id),
        )


def choose_password(
    work: Work, *, token: str, password_hash: str, keeps_other_ways: bool = False
) -> str:
    """Use a link: keep the new password and end every session; whose account it is.

    Passkeys and links to providers go too, unless they are kept: somebody else may have added
    them. Passkeys stay where they are the only second factor: a mailbox alone must not open what
    asks for a second one.
    """
    account_id = use_link(work.connection, token, work.now)
    command = ResetPassword(by=account_id, now=work.now, account_id=account_id)
    work.decide(ACCOUNT, account_id, command)
    keep_password(work.connection, account_id, password_hash, work.now)
    if not keeps_other_ways:
        unlink_all(work, account_id, by=account_id)
        if has_app(work.connection, account_id):
            remove_all(work, by=account_id, account_id=account_id)
    return account_id
