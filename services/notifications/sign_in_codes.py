"""Sends an applicant's one-time code: by text to a phone, by mail to an address.

    CodeMade(registration_id="r1", channel="sms", address="+381601234567", code="48291357", …)
        -> sign_in_code for registration r1, by sms, until the code is worth nothing

The code is in the sealed event alone: no list of messages has it, see ``messages/secrets.py``.
"""

from __future__ import annotations

from typing import Final

from services.notifications.foreign import CodeMade
from services.notifications.queueing import Draft, queue
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.language.languages import LANGUAGES
from shared.privacy.sealing import open_text
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """Have the code sent, unless it is too late or the person was erased."""
    event = recorded.event
    if not isinstance(event, CodeMade) or event.expires_at <= work.now:
        return
    keyring = work.store.keyring
    code, address = open_text(keyring, event.code), open_text(keyring, event.address)
    if code is None or address is None:
        return
    draft = Draft(
        kind="sign_in_code",
        to=("registration", event.registration_id),
        channel="mail" if event.channel == "mail" else "sms",
        owner_id=event.registration_id,
        about=f"sign_in_code/{event.code_id}",
        facts={"code": code, "address": address, "until": event.expires_at},
        language=event.language if event.language in LANGUAGES else "",
        until=event.expires_at,
    )
    queue(work, recorded, draft)


CODE_REACTION: Final = Reaction(events=(CodeMade,), react=react)
