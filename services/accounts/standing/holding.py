"""When an account's business roles do not count, as for a bank account that was changed.

    PlaceHold(by="admin", account_id="a1", ground="link", …)   -> HoldPlaced until 72 hours later
    PlaceHold(by="a1", account_id="a1", …)                     -> (): one's own doing
    LiftHold(by="auditor", account_id="a1", …)                 -> HoldLifted
    LiftHold(by="admin", account_id="a1", …)                   -> Forbidden: had a part in it

Whoever may change an address, take second factors away or be shown a link could let themself into
somebody's account, and decide and pay there. So what they let in does neither until a second
person, who knows whom they speak to, says so, or the owner had three days to notice. A part of the
account's decider. No timer is needed: what is over follows from the event and the clock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.accounts.staff.account_commands import LiftHold, PlaceHold
from services.accounts.staff.account_events import HoldLifted, HoldPlaced
from services.accounts.staff.account_state import Held, Waiting
from shared.errors import Forbidden
from shared.events.event import Event
from shared.language.marking import N_

HOLD_LENGTH: Final = timedelta(hours=72)
"""Long enough for a weekend: the owner is told at once by every way that is known."""


def hold(state: Held, command: PlaceHold | LiftHold) -> tuple[Event, ...]:
    """Events that follow, or Forbidden."""
    account_id = command.account_id
    if isinstance(command, PlaceHold):
        # Who was only invited has nothing yet that could be taken over.
        if command.by == account_id or state.kind != "staff" or _is_unused(state):
            return ()
        until = command.now + HOLD_LENGTH
        placed = HoldPlaced(
            account_id=account_id,
            ground=command.ground,
            by=command.by,
            placed_at=command.now,
            until=until,
        )
        return (placed,)
    if state.hold is None or command.now >= state.hold.until:
        return ()
    if command.by == account_id:
        raise Forbidden("own-account", N_("Somebody else must say that it is you."))
    if command.by in state.hold.by:
        raise Forbidden(
            "hold-of-yours",
            N_("You had a part in this. Another administrator or an auditor must confirm it."),
        )
    if command.held or command.since >= state.hold.placed_at:
        raise Forbidden(
            "hold-by-newcomer",
            N_(
                "Your own account is too new for this, or waits itself to be confirmed. "
                "Another administrator or an auditor must confirm it."
            ),
        )
    return (HoldLifted(account_id=account_id),)


def _is_unused(state: Held) -> bool:
    return isinstance(state, Waiting) or getattr(state, "expires_at", None) is not None
