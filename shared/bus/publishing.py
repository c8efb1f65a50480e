"""Publishing in windows: some hundreds of messages, then all their confirms (RabbitMQ).

One confirm at a time is ten times slower. ``mandatory`` makes the broker give back what no queue
takes; a returned message is not an error here, since nobody may be listening to a source yet and
the log keeps it for whoever comes later.
"""

from __future__ import annotations

import time
from typing import Any, Final

from kombu import Connection, Exchange, Producer

CONFIRM_TIMEOUT_SECONDS: Final = 15.0


class ConfirmTimeout(Exception):
    """The broker did not confirm in time; the channel is closed and the window sent again."""


class WindowPublisher:
    """Publishes and then waits until everything published is confirmed."""

    def __init__(self, connection: Connection, exchange: Exchange, *, confirms: bool) -> None:
        self._connection = connection
        self._channel: Any = connection.channel()
        self._confirms = confirms
        self._sent = 0
        self._confirmed = 0
        self.returned = 0
        if confirms:
            self._channel.confirm_select()
            self._channel.events["basic_ack"].add(self._on_ack)
            self._channel.events["basic_return"].add(self._on_return)
        exchange(self._channel).declare()
        self._producer = Producer(self._channel, exchange=exchange)

    def send(
        self, body: bytes, *, routing_key: str, headers: dict[str, Any], **options: Any
    ) -> None:
        """Publish one message without waiting."""
        self._producer.publish(
            body,
            routing_key=routing_key,
            headers=headers,
            content_type="application/cloudevents+json",
            content_encoding="utf-8",
            mandatory=self._confirms,
            **options,
        )
        self._sent += 1

    def confirm(self) -> None:
        """Wait for the confirms of all that was sent. Raises ConfirmTimeout."""
        if not self._confirms:
            return
        deadline = time.monotonic() + CONFIRM_TIMEOUT_SECONDS
        while self._confirmed < self._sent:
            left = deadline - time.monotonic()
            if left <= 0:
                self.close()
                raise ConfirmTimeout
            self._connection.drain_events(timeout=left)

    def close(self) -> None:
        self._channel.close()

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        # Tags count from 1 a channel; with ``multiple`` all up to it are confirmed.
        self._confirmed = delivery_tag if multiple else self._confirmed + 1

    def _on_return(self, *_arguments: Any) -> None:
        self.returned += 1
