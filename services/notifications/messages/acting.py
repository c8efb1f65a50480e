"""What people do with messages, for the API and the pages alike.

perform(row.programme, lambda work: told(work, row, means="phone", version=1))
"""

from __future__ import annotations

from services.notifications.channels.mail.scheduling import schedule_mail
from services.notifications.channels.sms.scheduling import schedule_sms
from services.notifications.messages.message import MESSAGE, Waiting
from services.notifications.messages.message_commands import (
    DeliverMessage,
    FailMessage,
    ReadMessage,
    RequeueMessage,
)
from services.notifications.messages.views import Recipient, Shown, inbox_message, message
from shared.access.reader import Reader
from shared.errors import Missing
from shared.events.work import Work
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service


def mine(reader: Reader, message_id: str) -> Shown:
    """A message of the reader's own inbox. Raises Missing for any other."""
    found = None
    if is_identifier(message_id):
        with service().database.reading() as connection:
            found = inbox_message(connection, Recipient.of(reader), message_id)
    if found is None:
        raise Missing("message-missing", N_("There is no such message."))
    return found


def of_programme(message_id: str, permission: str) -> Shown:
    """Any message, for those who have the permission in its programme."""
    found = None
    if is_identifier(message_id):
        with service().database.reading() as connection:
            found = message(connection, message_id)
    missing = Missing("message-missing", N_("There is no such message."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    return found


def read(work: Work, reader: Reader, shown: Shown) -> Answer:
    """The reader opened it."""
    command = ReadMessage(
        by=reader.account_id,
        now=work.now,
        message_id=shown.message_id,
        roles=frozenset(role.value for role in reader.roles_in(shown.programme)),
        registrations=Recipient.of(reader).registrations,
    )
    work.decide(MESSAGE, shown.message_id, command)
    return receipt(work, MESSAGE, shown.message_id, location="/notifications/")


def told(work: Work, message_id: str, *, by: str, means: str, version: int) -> Answer:
    """An officer told the person."""
    work.expect(MESSAGE, message_id, version)
    command = DeliverMessage(by=by, now=work.now, message_id=message_id, means=means)
    work.decide(MESSAGE, message_id, command)
    return receipt(work, MESSAGE, message_id, location="/notifications/people")


def not_reached(work: Work, message_id: str, *, by: str, ground: str, version: int) -> Answer:
    """An officer could not reach the person."""
    work.expect(MESSAGE, message_id, version)
    command = FailMessage(by=by, now=work.now, message_id=message_id, ground=ground)
    work.decide(MESSAGE, message_id, command)
    return receipt(work, MESSAGE, message_id, location="/notifications/people")


def again(work: Work, message_id: str, *, by: str, version: int) -> Answer:
    """It is to be tried again; mail is scheduled anew."""
    work.expect(MESSAGE, message_id, version)
    requeued = work.decide(
        MESSAGE, message_id, RequeueMessage(by=by, now=work.now, message_id=message_id)
    )
    state = work.load(MESSAGE, message_id)
    if requeued and isinstance(state, Waiting) and state.channel == "mail":
        schedule_mail(work, message_id, attempt=state.attempt)
    if requeued and isinstance(state, Waiting) and state.channel == "sms":
        schedule_sms(work, message_id, attempt=state.attempt)
    return receipt(work, MESSAGE, message_id, location="/notifications/deliveries")
