"""Sends one message by mail: to the server in ZANAT_MAIL_URL, else as a file into the outbox.

    smtp://user:password@mail.example.org:587?from=zanat@example.org      STARTTLS where offered
    smtps://mail.example.org                                              TLS from the start
    (empty)                                             <home>/outbox/<message id>.eml

The message's id is the key of the effect: a file is written over itself and never twice under two
names, and a mail that is sent again after a crash carries the same Message-ID, by which mail
programs know it. File names are ids, and the folder is its owner's alone.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, cast
from urllib.parse import parse_qs, unquote, urlsplit

from services.notifications.channels.outbox import into_outbox
from services.notifications.channels.settling import delivered, failed
from services.notifications.contacts.views import address
from services.notifications.messages.facts import unpack
from services.notifications.messages.rendering import Words, words
from services.notifications.messages.secrets import SECRET_KINDS, secret_facts
from services.notifications.messages.views import Shown, message
from shared.mail_address import is_mail_address
from shared.service import Service
from shared.settings import Settings

TIMEOUT_SECONDS: Final = 30


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over."""

    host: str
    port: int
    encrypted: bool
    user: str | None
    password: str | None
    sender: str


def send_due(service: Service, payload: bytes) -> None:
    """Send a queued message, if it still waits; a server that is away is tried again later."""
    message_id = payload.decode().partition("/")[0]
    with service.database.reading() as connection:
        shown = message(connection, message_id)
        name, to = address(connection, shown.recipient_id) if shown else (None, None)
    if shown is None or shown.state != "waiting":
        return
    if shown.kind in SECRET_KINDS:
        shown = replace(shown, facts=secret_facts(service, message_id))
    facts = unpack(shown.facts) if shown.facts is not None else {}
    to, until = cast(str | None, facts.get("address", to)), facts.get("until")
    if shown.kind in SECRET_KINDS and isinstance(until, datetime) and until <= service.clock.now():
        failed(service, shown, ground="given_up")
        return
    if to is None or shown.facts is None or not is_mail_address(to):
        failed(service, shown, ground="no_address")
        return
    mail = compose(service.settings, shown, name, to, now=service.clock.now())
    try:
        hand_over(service.settings, message_id, mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        code = error.smtp_code if isinstance(error, smtplib.SMTPSenderRefused) else _code_of(error)
        if code < 500:
            raise
        # 5xx is the server's last word (RFC 5321, section 4.2.1): repeating does not help.
        failed(service, shown, ground="refused")
        return

    delivered(service, shown, means="mail")


def compose(
    settings: Settings, shown: Shown, name: str | None, to: str, *, now: datetime
) -> EmailMessage:
    """The mail: plain text in the recipient's language. Raises ValueError for no one address."""
    if not is_mail_address(to):
        # What holds two addresses, or a line's end, would write more of the mail than its reader.
        raise ValueError("not one e-mail address")
    said: Words = words(shown.kind, shown.facts, shown.language)
    domain = urlsplit(settings.public_url).hostname or "localhost"
    mail = EmailMessage()
    mail["Subject"] = " ".join(said.subject.split())
    mail["From"] = sender(settings)
    mail["To"] = to
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{shown.message_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    greeting = f"{name},\n\n" if name else ""
    mail.set_content(f"{greeting}{said.body}\n\n--\nZanat\n{settings.public_url}\n")
    return mail


def hand_over(settings: Settings, message_id: str, mail: EmailMessage) -> None:
    """To the server when there is one, else into the outbox folder."""
    if settings.mail_url:
        _by_smtp(mail_server(settings), mail)
    else:
        into_outbox(settings.home / "outbox", f"{message_id}.eml", mail.as_bytes())


def mail_server(settings: Settings) -> MailServer:
    """The server in ZANAT_MAIL_URL. Raises ValueError for another scheme than smtp and smtps."""
    parts = urlsplit(settings.mail_url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("ZANAT_MAIL_URL: smtp://host or smtps://host")
    encrypted = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if encrypted else 25),
        encrypted=encrypted,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=sender(settings),
    )


def sender(settings: Settings) -> str:
    """From whom mail comes."""
    given = parse_qs(urlsplit(settings.mail_url).query).get("from")
    if given:
        return given[0]
    return f"zanat@{urlsplit(settings.public_url).hostname or 'localhost'}"


def _by_smtp(server: MailServer, mail: EmailMessage) -> None:
    context = ssl.create_default_context()
    client: smtplib.SMTP
    if server.encrypted:
        client = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    with client:
        client.ehlo()
        if not server.encrypted and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
        if server.user and server.password:
            client.login(server.user, server.password)
        client.send_message(mail)


def _code_of(error: smtplib.SMTPRecipientsRefused) -> int:
    return max((code for code, _ in error.recipients.values()), default=450)
