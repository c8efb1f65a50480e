"""Mails each day's checkpoints to the address in ZANAT_CHECKPOINT_MAIL, when there is one.

They hold no personal data and go to no account, so they are no message in anybody's inbox.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from services.notifications.channels.mail.sending import hand_over, sender
from services.notifications.foreign import CheckpointsKept
from shared.events.append import DueWork
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.service import Reaction, Service

CHECKPOINTS_KIND: Final = "notifications.checkpoints"


class _Payload(msgspec.Struct, frozen=True):
    file: str
    notes: str


def react(work: Work, recorded: Recorded) -> None:
    """Have them sent after the commit."""
    if isinstance(event := recorded.event, CheckpointsKept):
        payload = msgspec.json.encode(_Payload(event.file, event.notes))
        work.schedule(DueWork(f"checkpoints/{event.file}", CHECKPOINTS_KIND, work.now, payload))


def send_checkpoints_due(service: Service, payload: bytes) -> None:
    """Send a day's checkpoints; a server that is away is tried again later."""
    settings = service.settings
    if not settings.checkpoint_mail:
        return
    kept = msgspec.json.decode(payload, type=_Payload)
    name = kept.file.removesuffix(".txt")
    mail = EmailMessage()
    mail["Subject"] = f"Zanat: {name}"
    mail["From"] = sender(settings)
    mail["To"] = settings.checkpoint_mail
    mail["Date"] = format_datetime(service.clock.now())
    mail["Message-ID"] = (
        f"<checkpoints-{name}@{urlsplit(settings.public_url).hostname or 'localhost'}>"
    )
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(kept.notes)
    mail.add_attachment(kept.notes, filename=kept.file)
    hand_over(settings, f"checkpoints-{name}", mail)


CHECKPOINTS_REACTION: Final = Reaction(events=(CheckpointsKept,), react=react)
