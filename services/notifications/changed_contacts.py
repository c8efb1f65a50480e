"""Tells whoever had a person's number or address until now that it is another from now on.

    ContactChanged(registration_id="r1", phone_before="+381601234567", …)
        -> contact_changed for registration r1, as a text to that number

By its phone a person signs in. Whoever writes another one down could mean their own, so the person
hears of it before it counts. Nothing of anybody stands in the message.
"""

from __future__ import annotations

from typing import Final

from services.notifications.foreign import ContactChanged
from services.notifications.messages.message import Channel
from services.notifications.queueing import Draft, queue
from shared.events.event import Sealed
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.privacy.sealing import open_text
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """Write to what the person gave up."""
    event = recorded.event
    if not isinstance(event, ContactChanged):
        return
    channels: tuple[tuple[Channel, str | Sealed | None], ...] = (
        ("sms", event.phone_before),
        ("mail", event.email_before),
    )
    for channel, sealed in channels:
        address = open_text(work.store.keyring, sealed)
        if address is None:
            continue
        draft = Draft(
            kind="contact_changed",
            to=("registration", event.registration_id),
            channel=channel,
            owner_id=event.registration_id,
            about=f"registration/{event.registration_id}",
            facts={"address": address},
        )
        queue(work, recorded, draft)


CONTACT_REACTION: Final = Reaction(events=(ContactChanged,), react=react)
