"""The relay publishes a service's log in order, announces its head and answers replay requests.

It keeps its own cursor in the database, moved after the confirms: a crash sends a window twice,
never skips one, and consumers drop what they have.
"""

from __future__ import annotations

import threading
import time

import msgspec
import structlog
from kombu import Connection, Exchange
from sqlalchemy import select

from shared.bus.publishing import WindowPublisher
from shared.bus.topology import (
    CHECKPOINT_HEADER,
    COSIGNATURE_HEADER,
    HEAD_HEADER,
    HEAD_LIVES_SECONDS,
    HEAD_SECONDS,
    POSITION_HEADER,
    SOURCE_HEADER,
    ReplayRequest,
    connect,
    events_exchange,
    in_process,
    replay_queue,
)
from shared.database import Database
from shared.events.envelope import decode
from shared.events.tables import CURSORS
from shared.log.watching.posting import CheckpointPost, keep_cosignature_of
from shared.service import Service

WINDOW = 400
REPLAY_LIMIT_MAX = 5_000
REPLAYS_A_TURN = 20
_POLL_SECONDS = 0.1
RELAY_CURSOR = "relay"

_log = structlog.get_logger("relay")


class Relay:
    """One thread a service. Several may run; a repeated message does no harm."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self._stop = threading.Event()
        self.wake = threading.Event()
        self._announced_at = 0.0
        self._post = CheckpointPost(service)
        service.store.listeners.append(self.wake.set)

    def run(self) -> None:
        """Relay until stopped; a lost broker is waited for."""
        while not self._stop.is_set():
            try:
                with connect(self._settings) as connection:
                    self._relay(connection)
            except Exception as error:  # noqa: BLE001 (whatever a broker or database raises)
                if not self._stop.is_set():
                    _log.warning("relay interrupted", error=type(error).__name__)
                    self._stop.wait(0.5)

    def stop(self) -> None:
        self._stop.set()
        self.wake.set()

    def _relay(self, connection: Connection) -> None:
        confirms = not in_process(self._settings)
        publisher = WindowPublisher(connection, events_exchange(self._settings), confirms=confirms)
        direct = WindowPublisher(connection, Exchange(""), confirms=False)
        queue = replay_queue(self._settings, self._service.name)(connection.channel())
        queue.declare()
        cursor = read_cursor(self._service.database, RELAY_CURSOR)
        while not self._stop.is_set():
            cursor, sent = self._publish(publisher, cursor)
            answered = self._answer(queue, direct)
            self._announce(publisher)
            if connection.heartbeat:
                connection.heartbeat_check()
            if not sent and not answered:
                self.wake.wait(_POLL_SECONDS)
                self.wake.clear()

    def _publish(self, publisher: WindowPublisher, cursor: int) -> tuple[int, int]:
        with self._service.database.reading() as connection:
            entries = self._service.store.entries(connection, start=cursor + 1, limit=WINDOW)
        for position, raw in entries:
            self._send(publisher, position, raw, f"{self._service.name}.{_type_in(raw)}")
        if entries:
            publisher.confirm()
            cursor = entries[-1][0]
            write_cursor(self._service.database, RELAY_CURSOR, cursor)
        return cursor, len(entries)

    def _send(self, publisher: WindowPublisher, position: int, raw: bytes, key: str) -> None:
        headers = {SOURCE_HEADER: self._service.name, POSITION_HEADER: position}
        publisher.send(raw, routing_key=key, headers=headers, delivery_mode=2)

    def _announce(self, publisher: WindowPublisher) -> None:
        now = time.monotonic()
        if now - self._announced_at < HEAD_SECONDS:
            return
        self._announced_at = now
        self._publish_checkpoint(publisher, now)
        with self._service.database.reading() as connection:
            head = self._service.store.head(connection)
        publisher.send(
            b"{}",
            routing_key=f"{self._service.name}.head",
            headers={SOURCE_HEADER: self._service.name, HEAD_HEADER: head},
            delivery_mode=1,
            expiration=HEAD_LIVES_SECONDS,
        )
        publisher.confirm()

    def _publish_checkpoint(self, publisher: WindowPublisher, now: float) -> None:
        """The newest checkpoint, when it is new or was not told for a while."""
        if (found := self._post.due(now)) is not None:
            size, note = found
            publisher.send(
                note,
                routing_key=f"{self._service.name}.checkpoint",
                headers={SOURCE_HEADER: self._service.name, CHECKPOINT_HEADER: size},
                delivery_mode=1,
                expiration=HEAD_LIVES_SECONDS,
            )

    def _answer(self, queue: object, direct: WindowPublisher) -> int:
        answered = 0
        while answered < REPLAYS_A_TURN:
            message = queue.get(no_ack=False)  # type: ignore[attr-defined]
            if message is None:
                break
            answered += 1
            if COSIGNATURE_HEADER in (message.headers or {}):
                keep_cosignature_of(
                    self._service, message.headers[COSIGNATURE_HEADER], message.body
                )
                message.ack()
                continue
            try:
                request = msgspec.json.decode(message.body, type=ReplayRequest)
            except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
                _log.error("replay request skipped", source=self._service.name)
                message.ack()
                continue
            limit = min(request.limit, REPLAY_LIMIT_MAX)
            with self._service.database.reading() as connection:
                entries = self._service.store.entries(connection, start=request.start, limit=limit)
            for position, raw in entries:
                self._send(direct, position, raw, request.queue)
            message.ack()
        return answered


def _type_in(raw: bytes) -> str:
    """The type in an envelope; bytes that are none are sent all the same: whoever reads parks."""
    try:
        return decode(raw).type
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "unreadable"


def read_cursor(database: Database, source: str) -> int:
    """The last position handled; -1 before the first."""
    with database.reading() as connection:
        found = connection.execute(
            select(CURSORS.c.position).where(CURSORS.c.source == source)
        ).scalar()
    return -1 if found is None else int(found)


def write_cursor(database: Database, source: str, position: int) -> None:
    """Keep a cursor in a transaction of its own."""
    with database.writing() as connection:
        changed = connection.execute(
            CURSORS.update().where(CURSORS.c.source == source).values(position=position)
        )
        if changed.rowcount == 0:
            connection.execute(CURSORS.insert().values(source=source, position=position))
