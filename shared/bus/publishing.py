"""Publishing in windows: some hundreds of messages, then their confirms while the next are sent.

    mark = publisher.send_entries(entries, key=lambda type_name: f"grants.{type_name}")
    publisher.take_confirms()
    publisher.confirmed >= mark

One confirm at a time is ten times slower. ``mandatory`` makes the broker give back what no queue
takes; a returned message is not an error here, since nobody may be listening to a source yet and
the log keeps it for whoever comes later.
"""

from __future__ import annotations

import select
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from kombu import Connection, Exchange, Producer

from shared.bus.frames import CONTENT_ENCODING, CONTENT_TYPE, PERSISTENT, Frames
from shared.bus.topology import POSITION_HEADER, SOURCE_HEADER
from shared.log.sequencer import Entry

CONFIRM_TIMEOUT_SECONDS: Final = 15.0
FRAME_TIMEOUT_SECONDS: Final = 0.005
WRITE_BYTES: Final = 1024 * 1024
"""So much is joined before it is written; a window of small messages is less."""


class ConfirmTimeout(Exception):
    """The broker did not confirm in time; the channel is closed and the window sent again."""


class WindowPublisher:
    """Publishes, and tells up to where all that was published is confirmed.

    The broker numbers the messages of a channel from 1. It may confirm them in any order, one by
    one or many at once; ``confirmed`` is the number up to which none is missing.
    """

    def __init__(
        self, connection: Connection, exchange: Exchange, *, confirms: bool, source: str = ""
    ) -> None:
        """``source``: whose entries ``send_entries`` sends."""
        self._connection = connection
        self._channel: Any = connection.channel()
        self._confirms = confirms
        self._source = source
        self.sent = 0
        self.confirmed = 0
        self._beyond: set[int] = set()
        self.returned = 0
        if confirms:
            self._channel.confirm_select()
            self._channel.events["basic_ack"].add(self._on_ack)
            self._channel.events["basic_nack"].add(self._on_nack)
            self._channel.events["basic_return"].add(self._on_return)
        exchange(self._channel).declare()
        self._producer = Producer(self._channel, exchange=exchange)
        self._frames: Frames | None = None
        if hasattr(connection.connection, "frame_writer"):
            self._frames = Frames(
                channel=self._channel.channel_id,
                exchange=exchange.name,
                source=source,
                mandatory=confirms,
                frame_bytes_max=connection.connection.frame_max,
            )

    def send(
        self,
        body: bytes,
        *,
        routing_key: str,
        headers: dict[str, Any],
        content_type: str = CONTENT_TYPE,
        **options: Any,
    ) -> None:
        """Publish one message without waiting."""
        self._producer.publish(
            body,
            routing_key=routing_key,
            headers=headers,
            content_type=content_type,
            content_encoding=CONTENT_ENCODING,
            mandatory=self._confirms,
            **options,
        )
        self._count(1)

    def send_entries(self, entries: Iterable[Entry], *, key: Callable[[str], str]) -> int:
        """Publish entries of the log without waiting; returns the number of the last message.

        key: from a type to the routing key.
        """
        if self._frames is None:
            for position, type_name, raw in entries:
                headers = {SOURCE_HEADER: self._source, POSITION_HEADER: position}
                self.send(
                    raw, routing_key=key(type_name), headers=headers, delivery_mode=PERSISTENT
                )
            return self.sent
        messages: list[bytes] = []
        size = 0
        for position, name, raw in entries:
            messages.append(self._frames.of(key(name), position, raw))
            size += len(raw)
            if size >= WRITE_BYTES:
                self._write(messages)
                messages, size = [], 0
        if messages:
            self._write(messages)
        return self.sent

    def take_confirms(self) -> bool:
        """Take what the broker has said on this connection until now; whether it said something."""
        return self._confirms and take_events(self._connection)

    def confirm(self) -> None:
        """Wait for the confirms of all that was sent. Raises ConfirmTimeout."""
        if not self._confirms:
            return
        deadline = time.monotonic() + CONFIRM_TIMEOUT_SECONDS
        while self.confirmed < self.sent:
            left = deadline - time.monotonic()
            if left <= 0:
                self.close()
                raise ConfirmTimeout
            self._connection.drain_events(timeout=left)

    def close(self) -> None:
        self._channel.close()

    def _write(self, messages: list[bytes]) -> None:
        amqp = self._connection.connection
        amqp.transport.write(b"".join(messages))
        amqp.bytes_sent += len(messages)
        self._count(len(messages))

    def _count(self, messages: int) -> None:
        self.sent += messages
        if not self._confirms:
            self.confirmed = self.sent

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self.confirmed = max(self.confirmed, delivery_tag)
            self._beyond = {tag for tag in self._beyond if tag > self.confirmed}
        else:
            self._beyond.add(delivery_tag)
        while self.confirmed + 1 in self._beyond:
            self.confirmed += 1
            self._beyond.discard(self.confirmed)

    def _on_nack(self, _delivery_tag: int, _multiple: bool) -> None:
        # Not taken: the connection is begun anew and sends from its cursor.
        raise ConfirmTimeout

    def _on_return(self, *_arguments: Any) -> None:
        self.returned += 1


def take_events(connection: Connection, *, until: Callable[[], bool] = bool) -> bool:
    """Let a RabbitMQ connection handle what has arrived; whether it was any.

    It waits for the rest of a frame that has begun, but not long: what there is of it is kept.
    """
    amqp: Any = connection.connection
    found = False
    poll = select.poll()
    poll.register(amqp.transport.sock, select.POLLIN)
    try:
        # (what drain_events does, with the time-out set once and not for every frame)
        with amqp.transport.having_timeout(FRAME_TIMEOUT_SECONDS) as sock:
            while not until() and (poll.poll(0) or _pending(sock)):
                amqp.on_inbound_frame(amqp.transport.read_frame())
                found = True
    except TimeoutError:
        return found
    return found


def _pending(sock: Any) -> int:
    """How many bytes of an encrypted connection have been read and not been asked for."""
    return sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
