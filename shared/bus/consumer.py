"""A consumer applies other services' events: in order, once, whatever the queue does.

It keeps a cursor per source in its own database, written in the transaction of its effects, and
acknowledges after the commit. A position at or below the cursor is dropped, the next is applied, a
gap (or a head beyond the cursor) makes it ask the source to send again, over the queue. So
duplicates, reordering, a purged queue and a crash at any instant lose nothing and repeat nothing.

What came broken by the way is dropped and asked for as well; the source's own answer counts, so
bytes that are no envelope in that too are parked. A message that is not ours at all is skipped.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import msgspec
import structlog
from kombu import Connection, Consumer, Producer, Queue

from shared import metrics
from shared.bus.applying import apply_batch, cursors_of
from shared.bus.effects import Unreadable, read_envelope
from shared.bus.publishing import take_events
from shared.bus.topology import (
    CHECKPOINT_HEADER,
    COSIGNATURE_HEADER,
    HEAD_HEADER,
    POSITION_HEADER,
    POSITION_MAX,
    SOURCE_HEADER,
    ReplayRequest,
    connect,
    in_process,
    replay_exchange,
    service_queue,
)
from shared.log.watching.pace import PACE, Pace
from shared.log.watching.sweeping import Ask
from shared.log.watching.watch import Watch
from shared.service import Service

PREFETCH = 1_000
"""Twice as many as are applied together: the next are here while these are at work."""
BATCH_MAX = 500
REPLAY_LIMIT = 2_000
AHEAD_MAX = 5_000
_IDLE_SECONDS = 0.05
_MEMORY_SECONDS = 0.001
_ASK_AGAIN_SECONDS = 2.0

_log = structlog.get_logger("consumer")


class Read(NamedTuple):
    """What a message says. ``head``: the position that it announces, and then nothing else.

    checkpoint: whether ``body`` is a checkpoint of the source's log, not an entry.
    """

    source: str
    head: int | None = None
    position: int = -1
    body: bytes = b""
    checkpoint: bool = False


def read(message: Any, sources: Collection[str]) -> Read:
    """What a message from one of these sources says. Raises ValueError when it is no such one."""
    headers, body = message.headers or {}, message.body
    source = headers.get(SOURCE_HEADER)
    if not isinstance(source, str) or source not in sources:
        raise ValueError
    if HEAD_HEADER in headers:
        return Read(source, head=_position(headers[HEAD_HEADER], least=-1))
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        raise ValueError
    if CHECKPOINT_HEADER in headers:
        return Read(source, None, -1, body, checkpoint=True)
    return Read(source, None, _position(headers.get(POSITION_HEADER), least=0), body)


def _position(value: object, *, least: int) -> int:
    if not isinstance(value, int) or not least <= value <= POSITION_MAX:
        raise ValueError
    return value


def is_answer(message: Any) -> bool:
    """Whether it was sent to this queue alone, as replays are, not told to everybody."""
    return not message.delivery_info.get("exchange")


def is_readable(body: bytes) -> bool:
    """Whether there is an envelope in it."""
    try:
        read_envelope(body)
    except Unreadable:
        return False
    return True


def hold(ahead: dict[int, bytes], position: int, body: bytes) -> None:
    """Keep a message for its turn; when there are too many, let go of the one farthest ahead.

    That one is asked for again, while whatever comes next must always find room.
    """
    if len(ahead) >= AHEAD_MAX and position not in ahead:
        farthest = max(ahead)
        if position > farthest:
            return
        del ahead[farthest]
    ahead[position] = body


class _Receiving:
    """Messages of a queue on a RabbitMQ channel, as the AMQP library reads them."""

    def __init__(self, channel: Any, queue: str, on_message: Callable[[Any], None]) -> None:
        self._channel, self._queue, self._on_message = channel, queue, on_message
        self._tag = ""

    def __enter__(self) -> None:
        self._tag = self._channel.basic_consume(self._queue, callback=self._on_message)

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(Exception):  # (the connection may be what was lost)
            self._channel.basic_cancel(self._tag)


class ServiceConsumer:
    """One thread a service. On RabbitMQ one of several is active at a time."""

    def __init__(self, service: Service, pace: Pace = PACE) -> None:
        """``pace``: how patiently the followed logs are watched."""
        self._service = service
        self._settings = service.settings
        self._sources = service.definition.sources()
        self._stop = threading.Event()
        self._buffer: list[Any] = []
        self._ahead: dict[str, dict[int, bytes]] = {}
        self._heads: dict[str, int] = {}
        self._asked: dict[str, tuple[int, float]] = {}
        self._applied: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._watch = Watch(service, pace)

    def run(self) -> None:
        """Consume until stopped; a lost broker or database is waited for."""
        if not self._sources:
            return
        while not self._stop.is_set():
            try:
                with connect(self._settings) as connection:
                    self._consume(connection)
            except Exception as error:  # noqa: BLE001 (whatever a broker or database raises)
                if not self._stop.is_set():
                    _log.warning("consumer interrupted", error=type(error).__name__)
                    self._stop.wait(0.5)

    def stop(self) -> None:
        self._stop.set()

    def _consume(self, connection: Connection) -> None:
        self._buffer, self._ahead, self._asked, self._known = [], {}, {}, {}
        channel = connection.channel()
        queues = [
            q(channel) for q in service_queue(self._settings, self._service.name, self._sources)
        ]
        for queue in queues:
            queue.declare()
        replay_exchange(self._settings)(channel).declare()
        producer = Producer(connection.channel(), exchange=replay_exchange(self._settings))
        consumer = self._receiving(channel, queues[0])
        self._watch.begin()
        with consumer:
            self._applied = self._cursors()
            for source in self._sources:
                self._ask(producer, source, self._applied.get(source, -1))
            while not self._stop.is_set():
                self._drain(connection)
                idle = not self._buffer
                if self._buffer:
                    self._handle(producer)
                self._watch_on(producer, idle=idle)
                if connection.heartbeat:
                    connection.heartbeat_check()

    def _receiving(self, channel: Any, queue: Queue) -> AbstractContextManager[Any]:
        """What lets messages come into the buffer while it is entered."""
        if in_process(self._settings):
            consumer: AbstractContextManager[Any] = Consumer(
                channel, queues=[queue], on_message=self._buffer.append, auto_declare=False
            )
            return consumer
        # The bytes as they came, without a message of kombu's around each.
        channel.auto_decode = False
        channel.basic_qos(0, PREFETCH, False)
        return _Receiving(channel, queue.name, self._buffer.append)

    def _drain(self, connection: Connection) -> None:
        """Await the first message a moment, then take what is there besides."""
        try:
            connection.drain_events(timeout=_IDLE_SECONDS)
            if in_process(self._settings):
                while len(self._buffer) < BATCH_MAX:
                    connection.drain_events(timeout=_MEMORY_SECONDS)
            else:
                take_events(connection, until=lambda: len(self._buffer) >= BATCH_MAX)
        except TimeoutError:
            return

    def _cursors(self) -> dict[str, int]:
        with self._service.database.reading() as connection:
            return cursors_of(connection)

    def _handle(self, producer: Producer) -> None:
        messages = self._buffer[:]
        self._buffer.clear()
        for message in messages:
            self._take(message)
        reached = apply_batch(self._service, self._ahead, self._known)
        after = self._applied = {**self._applied, **reached}
        self._acknowledge(messages)
        for source in self._sources:
            cursor = after.get(source, -1)
            lag = max(0, self._heads.get(source, -1) - cursor)
            metrics.consumer_lag.labels(self._service.name, source).set(lag)
            waiting = self._ahead.get(source, {})
            if waiting or self._heads.get(source, -1) > cursor:
                self._ask(producer, source, cursor)

    def _acknowledge(self, messages: list[Any]) -> None:
        if in_process(self._settings):
            for message in messages:
                message.ack()
            return
        last = messages[-1]
        last.channel.basic_ack(last.delivery_tag, multiple=True)

    def _take(self, message: Any) -> None:
        """Note the head that a message announces, or hold what it carries until its turn."""
        try:
            source, head, position, body, checkpoint = read(message, self._sources)
        except ValueError:
            _log.error("foreign message skipped")
            return
        self._watch.heard(source)
        applied = self._applied.get(source, -1)
        if head is not None:
            self._heads[source] = max(self._heads.get(source, -1), head)
            self._watch.head(source, head, cursor=applied)
        elif checkpoint:
            self._watch.checkpoint(source, body)
        elif position <= applied:
            self._watch.again(source, position, body, answer=is_answer(message))
        elif is_answer(message) or is_readable(body):
            hold(self._ahead.setdefault(source, {}), position, body)
        else:
            _log.warning("broken message dropped", source=source, position=position)

    def _ask(self, producer: Producer, source: str, cursor: int) -> None:
        """Ask for what follows the cursor; again only after progress or a pause."""
        position, at = self._asked.get(source, (-2, 0.0))
        now = time.monotonic()
        # What is on its way arrives in order; only a standing cursor is a loss.
        if now - at < _ASK_AGAIN_SECONDS and cursor < position + REPLAY_LIMIT:
            return
        self._asked[source] = (cursor, now)
        self._request(producer, source, cursor + 1, REPLAY_LIMIT)

    def _request(self, producer: Producer, source: str, start: int, limit: int) -> None:
        request = ReplayRequest(f"{self._settings.installation}.{self._service.name}", start, limit)
        self._tell(producer, source, msgspec.json.encode(request), "application/json")

    def _tell(
        self,
        producer: Producer,
        source: str,
        body: bytes,
        content_type: str,
        headers: dict[str, Any] | None = None,
    ) -> None:
        options: dict[str, Any] = {} if in_process(self._settings) else {"delivery_mode": 1}
        producer.publish(
            body,
            routing_key=source,
            headers=headers or {},
            content_type=content_type,
            content_encoding="utf-8",
            **options,
        )

    def _watch_on(self, producer: Producer, *, idle: bool) -> None:
        """Let the watch look at what came, and send what it asks for and what it cosigned."""
        for one in self._watch.turn(self._applied, idle=idle):
            if isinstance(one, Ask):
                self._request(producer, one.source, one.start, one.limit)
            else:
                headers = {COSIGNATURE_HEADER: one.size}
                self._tell(producer, one.source, one.line.encode(), "text/plain", headers)
