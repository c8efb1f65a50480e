"""A consumer applies other services' events: in order, once, whatever the queue does.

It keeps a cursor per source in its own database, written in the transaction of its effects, and
acknowledges after the commit. A position at or below the cursor is dropped, the next is applied, a
gap (or a head beyond the cursor) makes it ask the source to send again, over the queue. So
duplicates, reordering, a purged queue and a crash at any instant lose nothing and repeat nothing.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import msgspec
import structlog
from kombu import Connection, Consumer, Producer

from shared import metrics
from shared.bus.applying import apply_batch, cursors_of
from shared.bus.topology import (
    HEAD_HEADER,
    POSITION_HEADER,
    SOURCE_HEADER,
    ReplayRequest,
    connect,
    in_process,
    replay_exchange,
    service_queue,
)
from shared.service import Service

PREFETCH = 500
BATCH_MAX = 250
REPLAY_LIMIT = 2_000
AHEAD_MAX = 5_000
_IDLE_SECONDS = 0.05
_ASK_AGAIN_SECONDS = 2.0

_log = structlog.get_logger("consumer")


class ServiceConsumer:
    """One thread a service. On RabbitMQ one of several is active at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self._sources = service.definition.sources()
        self._stop = threading.Event()
        self._buffer: list[Any] = []
        self._ahead: dict[str, dict[int, bytes]] = {}
        self._heads: dict[str, int] = {}
        self._asked: dict[str, tuple[int, float]] = {}

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
        self._buffer, self._ahead, self._asked = [], {}, {}
        channel = connection.channel()
        queues = [
            q(channel) for q in service_queue(self._settings, self._service.name, self._sources)
        ]
        for queue in queues:
            queue.declare()
        replay_exchange(self._settings)(channel).declare()
        producer = Producer(connection.channel(), exchange=replay_exchange(self._settings))
        consumer = Consumer(
            channel,
            queues=queues[:1],
            on_message=self._buffer.append,
            prefetch_count=PREFETCH,
            auto_declare=False,
        )
        with consumer:
            for source in self._sources:
                self._ask(producer, source, self._cursors().get(source, -1))
            while not self._stop.is_set():
                self._drain(connection)
                if self._buffer:
                    self._handle(producer)
                if connection.heartbeat:
                    connection.heartbeat_check()

    def _drain(self, connection: Connection) -> None:
        wait = _IDLE_SECONDS
        while len(self._buffer) < BATCH_MAX:
            try:
                connection.drain_events(timeout=wait)
            except (TimeoutError, OSError) as error:
                if isinstance(error, TimeoutError):
                    return
                raise
            wait = 0.001

    def _cursors(self) -> dict[str, int]:
        with self._service.database.reading() as connection:
            return cursors_of(connection)

    def _handle(self, producer: Producer) -> None:
        messages = self._buffer[:]
        self._buffer.clear()
        for message in messages:
            source = message.headers[SOURCE_HEADER]
            if HEAD_HEADER in message.headers:
                self._heads[source] = max(
                    self._heads.get(source, -1), int(message.headers[HEAD_HEADER])
                )
                continue
            body = message.body if isinstance(message.body, bytes) else message.body.encode()
            ahead = self._ahead.setdefault(source, {})
            if len(ahead) < AHEAD_MAX:
                ahead[int(message.headers[POSITION_HEADER])] = body
        after = apply_batch(self._service, self._ahead)
        for message in messages:
            message.ack()
        for source in self._sources:
            cursor = after.get(source, -1)
            lag = max(0, self._heads.get(source, -1) - cursor)
            metrics.consumer_lag.labels(self._service.name, source).set(lag)
            waiting = self._ahead.get(source, {})
            if waiting or self._heads.get(source, -1) > cursor:
                self._ask(producer, source, cursor)

    def _ask(self, producer: Producer, source: str, cursor: int) -> None:
        """Ask for what follows the cursor; again only after progress or a pause."""
        position, at = self._asked.get(source, (-2, 0.0))
        now = time.monotonic()
        # What is on its way arrives in order; only a standing cursor is a loss.
        if now - at < _ASK_AGAIN_SECONDS and cursor < position + REPLAY_LIMIT:
            return
        self._asked[source] = (cursor, now)
        request = ReplayRequest(
            f"{self._settings.installation}.{self._service.name}", cursor + 1, REPLAY_LIMIT
        )
        options: dict[str, Any] = {} if in_process(self._settings) else {"delivery_mode": 1}
        producer.publish(
            msgspec.json.encode(request),
            routing_key=source,
            content_type="application/json",
            content_encoding="utf-8",
            **options,
        )
