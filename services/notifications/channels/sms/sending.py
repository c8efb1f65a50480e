"""Sends one message as a text: to the gateway in ZANAT_SMS_URL, else as a file into the outbox.

    https://gateway.example.org/messages       see ``gateway``
    (empty)                                    <home>/outbox/<message id>.sms

The message's id is the key of the effect: a file is written over itself, and a gateway that knows
the key sends no text twice. A code that is no longer good is not sent at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from services.notifications.channels.outbox import into_outbox
from services.notifications.channels.settling import delivered, failed
from services.notifications.channels.sms.gateway import Gateway, GatewayRefused
from services.notifications.channels.sms.gsm import LENGTH_MAX, short
from services.notifications.messages.facts import unpack
from services.notifications.messages.rendering import text_words
from services.notifications.messages.secrets import secret_facts
from services.notifications.messages.views import message
from shared.service import Service
from shared.settings import Settings


def send_due(service: Service, payload: bytes) -> None:
    """Send a queued message, if it still waits; a gateway that is away is tried again later."""
    message_id = payload.decode().partition("/")[0]
    with service.database.reading() as connection:
        shown = message(connection, message_id)
    if shown is None or shown.state != "waiting":
        return
    packed = secret_facts(service, message_id)
    facts = unpack(packed) if packed is not None else {}
    to, until = facts.get("address"), facts.get("until")
    if packed is None or not isinstance(to, str):
        failed(service, shown, ground="no_address")
        return
    if isinstance(until, datetime) and until <= service.clock.now():
        failed(service, shown, ground="given_up")
        return
    text = compose(service.settings, text_words(shown.kind, packed, shown.language), facts)
    try:
        hand_over(service.settings, message_id, to=to, text=text)
    except GatewayRefused:
        failed(service, shown, ground="refused")
        return
    delivered(service, shown, means="sms")


def compose(settings: Settings, said: str, facts: Mapping[str, object]) -> str:
    """The text. A code is repeated for the phone's browser, which then offers to type it in.

    Source: the origin-bound one-time codes of the WICG, ``@host #code`` in the last line.
    """
    text = short(said)
    host, code = urlsplit(settings.public_url).hostname, facts.get("code")
    if host and isinstance(code, str):
        bound = f"{text}\n\n@{host} #{code}"
        if len(bound) <= LENGTH_MAX:
            return short(bound)
    return text


def hand_over(settings: Settings, message_id: str, *, to: str, text: str) -> None:
    """To the gateway when there is one, else into the outbox folder."""
    if settings.sms_url:
        gateway = Gateway(settings.sms_url, settings.sms_token_file)
        gateway.hand_over(to=to, text=text, key=message_id)
    else:
        content = msgspec.json.encode({"to": to, "text": text})
        into_outbox(settings.home / "outbox", f"{message_id}.sms", content)
