"""What became of a message that left the house: it was taken, or it cannot be delivered.

delivered(service, shown, means="mail")
failed(service, shown, ground="refused")
"""

from __future__ import annotations

from services.notifications.messages.message import MESSAGE, Waiting
from services.notifications.messages.message_commands import DeliverMessage, FailMessage
from services.notifications.messages.views import Shown, message
from shared.events.work import Work
from shared.service import Service


def delivered(service: Service, shown: Shown, *, means: str) -> None:
    """Note that it was taken, unless something else was noted meanwhile."""

    def note(work: Work) -> None:
        if isinstance(work.load(MESSAGE, shown.message_id), Waiting):
            command = DeliverMessage(
                by=work.context.actor, now=work.now, message_id=shown.message_id, means=means
            )
            work.decide(MESSAGE, shown.message_id, command)

    service.transact(service.system_context(shown.programme, cause=shown.message_id), note)


def failed(service: Service, shown: Shown, *, ground: str) -> None:
    """Note that it will not arrive, so that somebody sees it."""

    def note(work: Work) -> None:
        command = FailMessage(
            by=work.context.actor, now=work.now, message_id=shown.message_id, ground=ground
        )
        work.decide(MESSAGE, shown.message_id, command)

    service.transact(service.system_context(shown.programme, cause=shown.message_id), note)


def give_up_due(service: Service, payload: bytes) -> None:
    """A message that still waits is given up, so that somebody sees that it did not arrive."""
    message_id, _, attempt = payload.decode().partition("/")
    with service.database.reading() as connection:
        shown = message(connection, message_id)
        events, _ = service.store.stream(connection, MESSAGE.stream(message_id))
    state = MESSAGE.fold(events)
    if shown is not None and isinstance(state, Waiting) and str(state.attempt) == attempt:
        failed(service, shown, ground="given_up")
