"""What is done with programs' keys: made, exchanged for tokens, revoked.

    key_id, key = make(work, by=actor(), account_id=program, name="Ledger export", …)
    token = exchange(service, desk, key, context)
    revoke(work, by=actor(), account_id=program, key_id=key_id)

Run ``make`` and ``revoke`` by ``with_secrets``: what is kept of a key is written with the event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.accounts.programs.keeping import keep, new_key, note_use, recognised, secret_of
from services.accounts.programs.program_key import PROGRAM_KEY, Key, MakeKey, RevokeKey, UseKey
from services.accounts.programs.views import permissions_of, working_keys
from services.accounts.sessions.signing_in import SignInDesk
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import Activate, RevokeSession, SignIn
from services.accounts.staff.account_state import Waiting
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import find_account, is_open, reader_of
from shared.access.reader import Reader
from shared.access.roles import PERMISSIONS
from shared.errors import Missing, Refused, Unauthenticated
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import Service

NOTED_EVERY: Final = timedelta(minutes=1)
"""The last use is written down at most so often; a program that asks all the time writes little."""


@dataclass(frozen=True)
class Exchanged:
    """What a program gets for its key. ``lifetime``: of the token."""

    token: str
    reader: Reader
    lifetime: timedelta
    key_expires_at: datetime


def make(
    work: Work, *, by: str, account_id: str, name: str, scopes: tuple[str, ...], days: int
) -> tuple[str, str]:
    """Make a key for a program; its id and the key itself, which is kept nowhere."""
    account = find_account(work.connection, account_id)
    if account is None:
        raise Missing("no-account", N_("There is no such account."))
    key_id = work.new_id()
    command = MakeKey(
        by=by,
        now=work.now,
        key_id=key_id,
        account_id=account_id,
        kind=account.kind,
        name=name,
        scopes=scopes,
        days=days,
        allowed=permissions_of(reader_of(work.connection, account_id, "")),
        working=working_keys(work.connection, account_id, work.now),
    )
    work.decide(PROGRAM_KEY, key_id, command)
    state = work.guard(ACCOUNT, account_id)
    if isinstance(state, Waiting):
        # Set up before programs had keys, and its link was never used.
        work.decide(ACCOUNT, account_id, Activate(by=by, now=work.now, account_id=account_id))
    key = new_key(key_id)
    keep(work.connection, key_id, key)
    return key_id, key


def revoke(work: Work, *, by: str, account_id: str, key_id: str) -> None:
    """Let a key open nothing any more, and end what it has opened, in every service."""
    kept = secret_of(work.connection, key_id, hold=True)
    state = work.load(PROGRAM_KEY, key_id)
    if not isinstance(state, Key) or state.account_id != account_id:
        raise Missing("no-key", N_("There is no such key."))
    work.decide(PROGRAM_KEY, key_id, RevokeKey(by=by, now=work.now))
    if kept is not None and kept.session_id is not None:
        command = RevokeSession(
            by=by, now=work.now, account_id=account_id, session_id=kept.session_id
        )
        work.decide(ACCOUNT, account_id, command)


def exchange(service: Service, desk: SignInDesk, key: str, context: Context) -> Exchanged:
    """A token for a key: of minutes, with the key's scopes, never fresh. Raises Unauthenticated.

    Whoever shows a key that is not known here learns only that. Every exchange of a key goes on
    with one session, which ends with the key.
    """
    with service.database.reading() as connection:
        kept = recognised(connection, key)
    if kept is None:
        raise Unauthenticated("key-refused", N_("This key is not known here."))
    try:
        session_id, state = _session(service, kept.key_id, context)
    except (Refused, Missing) as refused:
        raise Unauthenticated(refused.code, refused.sentence, **refused.facts) from None
    with service.database.reading() as connection:
        program = reader_of(connection, state.account_id, session_id, service.clock.now())
    reader = scoped(program, state.scopes)
    lifetime = min(timedelta(seconds=desk.lifetime_seconds), state.expires_at - service.clock.now())
    try:
        token = desk.signer.sign(reader, lifetime=lifetime)
    except ValueError:
        raise Refused(
            "key-too-wide",
            N_("What this key is for does not fit into a token. Use several keys in its place."),
        ) from None
    return Exchanged(token, reader, lifetime, state.expires_at)


def scoped(reader: Reader, scopes: tuple[str, ...]) -> Reader:
    """The program as its key lets it: with those scopes that its roles have now, and no more.

    Roles that none of the scopes needs are left out. A key is never fresh and owns no records.
    """
    held = permissions_of(reader)
    left = frozenset(one for one in scopes if one in held)
    roles = tuple(
        grant for grant in reader.roles if any(grant.role in PERMISSIONS[one] for one in left)
    )
    return replace(reader, roles=roles, fresh_at=None, registrations=frozenset(), scopes=left)


def _session(service: Service, key_id: str, context: Context) -> tuple[str, Key]:
    """The session of a key, opened when there is none, and the key as it is now."""

    def use(work: Work) -> tuple[str, Key]:
        kept = secret_of(work.connection, key_id, hold=True)
        state = work.load(PROGRAM_KEY, key_id)
        if kept is None or not isinstance(state, Key):
            raise Missing("key-refused", N_("This key is not known here."))
        account_id = state.account_id
        work.decide(PROGRAM_KEY, key_id, UseKey(by=account_id, now=work.now))
        session_id: str | None = kept.session_id
        opened = session_id is not None and is_open(
            work.connection, session_id, account_id, work.now
        )
        if not opened or session_id is None:
            session_id = work.new_id()
            command = SignIn(
                by=account_id,
                now=work.now,
                account_id=account_id,
                session_id=session_id,
                by_key=True,
            )
            work.decide(ACCOUNT, account_id, command)
        if not opened or kept.last_used_at is None or work.now - kept.last_used_at >= NOTED_EVERY:
            note_use(work.connection, key_id, session_id, work.now)
        return session_id, state

    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, PROGRAM_KEY.stream(key_id))
    account_id = getattr(PROGRAM_KEY.fold(events), "account_id", context.actor)
    return with_secrets(service, replace(context, actor=account_id), use)
