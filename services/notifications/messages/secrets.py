"""What a message with a secret says: read from its sealed event when it leaves, kept in no list.

    facts = secret_facts(service, message_id)     ->  '{"code":["text","48291357"], …}', or None

Whoever may read lists of messages must not be able to sign in as somebody else by one of them.
"""

from __future__ import annotations

from typing import Final

from services.notifications.messages.facts import NOTHING, joined
from services.notifications.messages.message import MESSAGE, Queued
from shared.service import Service

SECRET_KINDS: Final = frozenset(
    {"account_invited", "contact_changed", "password_reset", "sign_in_code"}
)
"""Kinds of messages whose facts are in no read model and whose words are on no page."""


def secret_facts(service: Service, message_id: str) -> str | None:
    """The facts of a message as they were queued; None once any of them was erased."""
    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, MESSAGE.stream(message_id))
    queued = next((event for event in events if isinstance(event, Queued)), None)
    if queued is None:
        return None
    told = NOTHING if queued.told is None else service.text(queued.told)
    return joined(service.text(queued.facts), told)
