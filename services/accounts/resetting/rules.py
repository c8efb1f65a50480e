"""When a link that resets a password may be made and used: a part of the account's decider.

    AskReset(by="system/accounts", link="/accounts/reset/…", …)   -> ResetRequested
    AskReset(by="a1", account_id="a1", …)                         -> Forbidden: own account
    ResetPassword(by="a1", account_id="a1", …)                    -> PasswordChanged, sessions end

A link is worth nothing any more once the account has another password or address, was suspended,
or another of its links was used: whoever has an old mailbox or an old mail has no way in.
"""

from __future__ import annotations

from services.accounts.staff.account_commands import AskReset, PlaceHold, ResetPassword
from services.accounts.staff.account_events import PasswordChanged, ResetRequested, SessionRevoked
from services.accounts.staff.account_state import Active, Held
from services.accounts.standing.holding import hold
from shared.errors import Forbidden, Invalid, Refused
from shared.events.event import Event
from shared.language.marking import N_


def reset(state: Held, command: AskReset | ResetPassword) -> tuple[Event, ...]:
    """Events that follow, or Forbidden, Invalid, Refused."""
    account_id = command.account_id
    if isinstance(command, AskReset) and command.by == account_id:
        raise Forbidden("own-account", N_("Change your own password on the page of your account."))
    if not isinstance(state, Active):
        raise Refused("account-not-active", N_("This account is not active."))
    if isinstance(command, AskReset):
        if command.expires_at <= command.now:
            raise Invalid("expires-in-the-past", N_("A link must end in the future."))
        asked = ResetRequested(
            account_id=account_id, link=command.link, expires_at=command.expires_at
        )
        if command.link is not None:
            return (asked,)
        # It was shown, and perhaps to somebody who will use it themself.
        shown = PlaceHold(by=command.by, now=command.now, account_id=account_id, ground="link")
        return (asked, *hold(state, shown))
    if state.reset_until is None or command.now >= state.reset_until:
        raise Refused("reset-over", N_("This link is too old or was used already."))
    ended = (SessionRevoked(account_id=account_id, session_id=one) for one in state.sessions)
    return (PasswordChanged(account_id=account_id, reset=True), *ended)
