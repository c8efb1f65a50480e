"""Puts a message where it is sent from: once, sealed for whom it is about, never for the erased.

    queue(work, recorded, Draft(kind="certificate_issued", to=("registration", "r1"), …))

A message's id is derived from the event's, so that an event which arrives twice says nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notifications.channels.mail.scheduling import schedule_mail
from services.notifications.channels.sms.scheduling import schedule_sms
from services.notifications.contacts import views as contacts
from services.notifications.messages.facts import Fact, pack
from services.notifications.messages.message import MESSAGE, Channel, Kind, RecipientKind
from services.notifications.messages.message_commands import QueueMessage
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.identifiers import derived
from shared.privacy.keyring import KeyName

OF_IDENTITY: Final = frozenset({"note", "who", "by"})
"""Facts that say who somebody is, or what was written about them."""
OF_MONEY: Final = ("payment_failed", "payment_held", "payment_returned", "payment_to_export")
"""What staff must do about money under way, whoever was erased: numbers alone."""
LANGUAGE_DEFAULT: Final = "sr_Latn"
_LANGUAGES: Final = {"BA": "bs"}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message before it is queued. ``once``: what makes two of them one; else the event.

    facts: of any class; those that say who somebody is are kept apart by ``queue``.
    language: other than the recipient's usual one. until: when it is too late to send it.
    """

    kind: Kind
    to: tuple[RecipientKind, str]
    channel: Channel
    owner_id: str
    about: str
    facts: Mapping[str, Fact]
    once: str = ""
    language: str = ""
    until: datetime | None = None


def queue(work: Work, recorded: Recorded, draft: Draft) -> None:
    """Have one message said, unless it was already."""
    told = {name: fact for name, fact in draft.facts.items() if name in OF_IDENTITY}
    facts = {name: fact for name, fact in draft.facts.items() if name not in OF_IDENTITY}
    owner_id = draft.owner_id
    if _erased(work, owner_id):
        # Whoever was erased in the meantime is neither written to nor written about any more; what
        # is left to do about money under way has numbers alone.
        if told or draft.kind not in OF_MONEY:
            return
        owner_id = f"programme/{work.context.programme}"
    recipient_kind, recipient_id = draft.to
    message_id = derived(
        "message", draft.once or recorded.envelope.id, draft.kind, recipient_id, draft.channel
    )
    queued = work.decide(
        MESSAGE,
        message_id,
        QueueMessage(
            by=work.context.actor,
            now=work.now,
            message_id=message_id,
            kind=draft.kind,
            recipient_kind=recipient_kind,
            recipient_id=recipient_id,
            channel=draft.channel,
            owner_id=owner_id,
            about=draft.about,
            facts=pack(facts),
            told=pack(told),
            language=draft.language or _language(work, recipient_kind, recipient_id),
            texts_agreed=contacts.agrees_to_texts(work.connection, recipient_id),
        ),
    )
    if queued and draft.channel == "mail":
        schedule_mail(work, message_id, attempt=1, until=draft.until)
    if queued and draft.channel == "sms":
        schedule_sms(work, message_id, attempt=1, until=draft.until)


def _erased(work: Work, owner_id: str) -> bool:
    names = {KeyName(owner_id, data_class) for data_class in ("contact", "identity")}
    return any(key.cipher is None for key in work.store.keyring.ensure(names).values())


def _language(work: Work, recipient_kind: RecipientKind, recipient_id: str) -> str:
    if recipient_kind != "registration":
        return LANGUAGE_DEFAULT
    country = contacts.country_of(work.connection, recipient_id) or ""
    return _LANGUAGES.get(country, LANGUAGE_DEFAULT)
