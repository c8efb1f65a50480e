"""From a password to a session, from a session to a token, and from an old token to a new one.

    desk = SignInDesk(service, TokenSigner(...))
    reader = desk.sign_in("mira@example.org", "four random words here", context)
    token = desk.token(reader)
    desk.renewed(token)   # hours later: the same session with the roles of now

Whoever tries addresses learns nothing: an unknown one, a wrong password, a locked and a suspended
account are answered alike and take as long.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from services.accounts.factors.keeping import has_factor
from services.accounts.factors.proving import CodeNeeded, prove
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import FailSignIn, RevokeSession
from services.accounts.staff.account_events import FactorMethod
from services.accounts.staff.account_state import Active, may_try_sign_in
from services.accounts.staff.credentials import keep_password, password_hash, with_secrets
from services.accounts.staff.views import find_by_sign_in, is_open, reader_of
from services.accounts.throttling.tries import forgive, take
from shared.access.keys import PublicKeys
from shared.access.passwords import hash_password, is_outdated, matches
from shared.access.reader import Reader
from shared.access.tokens import LIFETIME, TokenSigner
from shared.clock import FixedClock
from shared.errors import Missing, Refused, Unauthenticated
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import Service
from shared.web.composing import token_verifier

EXTENSION: Final = "zanat.accounts.desk"
DEVICE_KIND: Final = "sign-in/device"
IDLE_MAX: Final = timedelta(hours=12)
"""A session that was not used for so long cannot be renewed any more."""

REFUSED_AFTER_SECONDS: Final = 0.3
"""No sign-in is refused sooner: longer than checking a password and noting a failure takes."""

LAST_MOMENT: Final = 2**33
"""Seconds; a later end of a token is none of ours and would overflow the calendar."""


class _Ends(msgspec.Struct):
    exp: int


@dataclass(frozen=True)
class SignInDesk:
    """Opens sessions of one installation and makes their tokens."""

    service: Service
    signer: TokenSigner
    keys: PublicKeys | None = None

    @property
    def lifetime_seconds(self) -> int:
        """How long a token lives."""
        return int(LIFETIME.total_seconds())

    def token(self, reader: Reader) -> str:
        """A token that speaks for the reader."""
        return self.signer.sign(reader)

    def token_answer(self, reader: Reader) -> dict[str, Any]:
        """A token as the JSON interface answers it."""
        return {
            "token": self.token(reader),
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
            "account_id": reader.account_id,
            "session_id": reader.session_id,
        }

    def sign_in(
        self,
        given: str,
        password: str,
        context: Context,
        code: str = "",
        *,
        device_of: Callable[[str], str | None] = lambda _account_id: None,
    ) -> Reader:
        """Check an address or name with its password and open a session.

        device_of: the key of the asker's device, if the account was signed in by it before.
        code: of the second factor, which is looked at only after the right password. Raises
        CodeNeeded when there is a factor and no code, Invalid for a wrong code, and else
        Unauthenticated, always in the same words and never sooner than a moment after it was
        asked: what is done for an account that exists must not show on the clock.
        """
        began = time.monotonic()
        try:
            return self._sign_in(given, password, context, code, device_of)
        except Unauthenticated:
            time.sleep(max(0.0, REFUSED_AFTER_SECONDS - (time.monotonic() - began)))
            raise

    def _sign_in(
        self,
        given: str,
        password: str,
        context: Context,
        code: str,
        device_of: Callable[[str], str | None],
    ) -> Reader:
        service = self.service
        with service.database.reading() as connection:
            row = find_by_sign_in(connection, service.keyring, given)
        if row is None:
            matches(None, password)
            raise _refused()
        account_id: str = row.account_id
        device = device_of(account_id)
        own = replace(context, actor=account_id)
        if not self.is_password(account_id, password, own, known_by=device):
            raise _refused()
        with service.database.reading() as connection:
            asks = has_factor(connection, account_id)
        if not asks:
            return self.open(account_id, context, past_lock=device is not None)
        if not code.strip():
            raise CodeNeeded(account_id)
        return self.with_code(account_id, code, context)

    def with_code(self, account_id: str, code: str, context: Context) -> Reader:
        """Open a fresh session for an account whose password was checked. Raises Invalid, TooMany.

        The code is used, and the session opened, in one transaction, or neither is.
        """
        try:
            session_id = prove(
                self.service,
                account_id,
                code,
                context,
                lambda work, method: acts.sign_in(work, account_id, method),
            )
        except (Refused, Missing):
            raise _refused() from None
        return self.reader(account_id, session_id)

    def step_up(self, session_id: str, account_id: str, code: str, context: Context) -> Reader:
        """Prove an open session's second factor by a code. Raises Invalid, TooMany, Refused."""
        prove(
            self.service,
            account_id,
            code,
            context,
            lambda work, method: acts.step_up(work, account_id, session_id, method),
        )
        return self.reader(account_id, session_id)

    def is_password(
        self, account_id: str, password: str, context: Context, *, known_by: str | None = None
    ) -> bool:
        """Check an account's password; a wrong one counts, and five in a row lock the account.

        known_by: a device or session of the account, which has tries of its own: as long as some
        are left, a lock that strangers brought about does not hold there.
        """
        service = self.service
        past_lock = known_by is not None and take(service, DEVICE_KIND, known_by) is None
        with service.database.reading() as connection:
            kept = password_hash(connection, account_id)
            events, _ = service.store.stream(connection, ACCOUNT.stream(account_id))
        state = ACCOUNT.fold(events)
        may_try = may_try_sign_in(state, service.clock.now())
        may_try = may_try or (past_lock and isinstance(state, Active))
        if not matches(kept if may_try else None, password):
            if may_try:
                self._fail(account_id, context)
            return False
        if past_lock and known_by is not None:
            forgive(service, DEVICE_KIND, known_by)
        if kept is not None and is_outdated(kept):
            fresh = hash_password(password)
            with_secrets(
                service, context, lambda w: keep_password(w.connection, account_id, fresh, w.now)
            )
        return True

    def open(
        self,
        account_id: str,
        context: Context,
        *,
        fresh: bool = False,
        method: FactorMethod = "provider",
        past_lock: bool = False,
    ) -> Reader:
        """Open a session for an account whose secret was checked. Raises Unauthenticated.

        fresh: a second factor was proved with it, by ``method``; then no lock is in its way.
        past_lock: nor is it for a device that the account was signed in by before.
        """
        proved = method if fresh else None
        try:
            session_id = self.service.transact(
                replace(context, actor=account_id),
                lambda work: acts.sign_in(work, account_id, proved, past_lock=past_lock),
            )
        except (Refused, Missing):
            raise _refused() from None
        return self.reader(account_id, session_id)

    def stepped_up(
        self, session_id: str, account_id: str, method: FactorMethod, context: Context
    ) -> Reader:
        """Note that an open session proved a second factor; whoever reads by it now.

        Raises Refused when the session is over or the account may not sign in.
        """
        self.service.transact(
            replace(context, actor=account_id),
            lambda work: acts.step_up(work, account_id, session_id, method),
        )
        return self.reader(account_id, session_id)

    def reader(self, account_id: str, session_id: str) -> Reader:
        """The account as it is now, in this session."""
        with self.service.database.reading() as connection:
            return reader_of(connection, account_id, session_id, self.service.clock.now())

    def renewed(self, token: str) -> Reader | None:
        """Who an old token spoke of, with the roles of now; None when they must sign in again.

        It must be one of ours, not over for longer than ``IDLE_MAX``, and its session still open.
        """
        old = self._as_it_was(token)
        # A program comes back with its key: what is renewed here would be for more than that is.
        if old is None or old.scopes is not None:
            return None
        with self.service.database.reading() as connection:
            now = self.service.clock.now()
            if not is_open(connection, old.session_id, old.account_id, now):
                return None
            return reader_of(connection, old.account_id, old.session_id, now)

    def end(self, session_id: str, *, account_id: str, by: str, context: Context) -> None:
        """End a session of the account; nothing happens when it is over."""

        def end(work: Work) -> None:
            command = RevokeSession(
                by=by, now=work.now, account_id=account_id, session_id=session_id
            )
            work.decide(ACCOUNT, account_id, command)

        self.service.transact(context, end)

    def _fail(self, account_id: str, context: Context) -> None:
        def fail(work: Work) -> None:
            command = FailSignIn(by=account_id, now=work.now, account_id=account_id)
            work.decide(ACCOUNT, account_id, command)

        try:
            self.service.transact(context, fail)
        except Refused:
            # Somebody else's failure locked the account at this moment: nothing is left to count.
            return

    def _as_it_was(self, token: str) -> Reader | None:
        """What a token said while it was good: it is verified at its own last second."""
        try:
            payload = token.split(".")[1]
            padded = payload + "=" * (-len(payload) % 4)
            ends = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Ends).exp
        except (IndexError, binascii.Error, ValueError, msgspec.MsgspecError):
            return None
        if not 0 < ends < LAST_MOMENT:
            return None
        end = datetime.fromtimestamp(ends, UTC)
        if self.service.clock.now() - end > IDLE_MAX:
            return None
        then = replace(self.service, clock=FixedClock(end - timedelta(seconds=1)))
        try:
            return token_verifier(then, self.keys).verify(token)
        except Unauthenticated:
            return None


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "sign-in-refused",
        N_(
            "This address and password do not open an account. "
            "After five wrong passwords wait some minutes."
        ),
    )
