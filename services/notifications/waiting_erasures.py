"""Tells officers that an erasure waits for one of them who did not ask for it.

    Requested(erasure_id="e1", by_the_person=True)  -> erasure_to_confirm, in their inbox

What was announced a month before waits for nobody.
"""

from __future__ import annotations

from typing import Final

from services.notifications.queueing import Draft, queue
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.privacy.erasure_events import Requested
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """Say so to the programme's officers."""
    event = recorded.event
    if not isinstance(event, Requested) or event.announced_on is not None:
        return
    draft = Draft(
        kind="erasure_to_confirm",
        to=("role", "programme_officer"),
        channel="inbox",
        owner_id=f"programme/{work.context.programme}",
        about=f"erasure/{event.erasure_id}",
        facts={"asked_by": "person" if event.by_the_person else "officer"},
    )
    queue(work, recorded, draft)


WAITING_REACTION: Final = Reaction(events=(Requested,), react=react)
