"""Tells the owner of an account that its second factors changed: perhaps it was not them.

    AppAdded(account_id="a1")      -> factor_added for account a1, in the inbox and by mail
    FactorsReset(account_id="a1")  -> factors_reset, the same

What goes because somebody else reset everything is told once, by the reset.
"""

from __future__ import annotations

from typing import Final

from services.notifications import foreign
from services.notifications.messages.message import Channel, Kind
from services.notifications.queueing import Draft, queue
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.service import Reaction

_CHANNELS: Final[tuple[Channel, ...]] = ("inbox", "mail")


def react(work: Work, recorded: Recorded) -> None:
    """Queue a message for each change that the owner should know of."""
    event = recorded.event
    kind: Kind
    match event:
        case foreign.AppAdded() | foreign.PasskeyAdded():
            kind = "factor_added"
        case foreign.AppRemoved() | foreign.PasskeyRemoved():
            if recorded.actor != event.account_id:
                return
            kind = "factor_removed"
        case foreign.FactorsReset():
            kind = "factors_reset"
        case _:
            return
    for channel in _CHANNELS:
        draft = Draft(
            kind=kind,
            to=("account", event.account_id),
            channel=channel,
            owner_id=event.account_id,
            about=f"account/{event.account_id}",
            facts={},
        )
        queue(work, recorded, draft)


FACTORS_REACTION: Final = Reaction(
    events=(
        foreign.AppAdded,
        foreign.AppRemoved,
        foreign.PasskeyAdded,
        foreign.PasskeyRemoved,
        foreign.FactorsReset,
    ),
    react=react,
)
