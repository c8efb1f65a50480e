"""The relay publishes a service's log in order, announces its head and answers replay requests.

It sends a window while the confirms of the one before come in. Its own cursor in the database moves
behind the confirms, now and then: a crash sends some windows twice, never skips one, and consumers
drop what they have. It is woken by the sequencer, by whoever asks and by the broker's confirms.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
import structlog
from kombu import Connection, Consumer, Exchange

from shared.bus.handing import Handed
from shared.bus.publishing import (
    CONFIRM_TIMEOUT_SECONDS,
    ConfirmTimeout,
    WindowPublisher,
)
from shared.bus.reading import RELAY_CURSOR, LogReader, read_cursor, reading_log
from shared.bus.topology import (
    CHECKPOINT_HEADER,
    COSIGNATURE_HEADER,
    HEAD_HEADER,
    HEAD_LIVES_SECONDS,
    HEAD_SECONDS,
    SOURCE_HEADER,
    ReplayRequest,
    connect,
    events_exchange,
    in_process,
    replay_queue,
)
from shared.log.sequencer import Entry
from shared.log.waking import Bell
from shared.log.watching.posting import CheckpointPost, keep_cosignature_of
from shared.service import Service

WINDOW: Final = 400
WINDOWS_AHEAD: Final = 2
"""How many windows may be sent whose confirms have not come."""
REPLAY_LIMIT_MAX: Final = 5_000
REPLAYS_A_TURN: Final = 20
_POLL_SECONDS: Final = 0.1
_KEEP_SECONDS: Final = 0.05

_log = structlog.get_logger("relay")


class Window(NamedTuple):
    """Entries that were sent: the last one's position and message number, and when."""

    position: int
    message: int
    sent_at: float


class Sending:
    """The log on its way to the exchange: what was sent, what of it is confirmed and kept."""

    def __init__(
        self,
        source: str,
        log: LogReader,
        publisher: WindowPublisher,
        cursor: int,
        handed: Handed | None = None,
    ) -> None:
        """``handed``: where entries come in that need not be read."""
        self._source = source
        self._log = log
        self._publisher = publisher
        self._windows: deque[Window] = deque()
        self._sent = self._confirmed = self._kept = cursor
        self._kept_at = 0.0
        self._handed = handed or Handed()

    def turn(self) -> int:
        """Send the next window where there is room; returns how many entries it has.

        Raises ConfirmTimeout.
        """
        self._publisher.take_confirms()
        now = time.monotonic()
        while self._windows and self._windows[0].message <= self._publisher.confirmed:
            self._confirmed = self._windows.popleft().position
        if self._windows and now - self._windows[0].sent_at > CONFIRM_TIMEOUT_SECONDS:
            self._publisher.close()
            raise ConfirmTimeout
        sent = 0 if len(self._windows) >= WINDOWS_AHEAD else self._send(now)
        # (after what waits has gone out)
        if now - self._kept_at > _KEEP_SECONDS:
            self.keep()
            self._kept_at = now
        return sent

    def _send(self, now: float) -> int:
        entries = self._next()
        if entries:
            message = self._publisher.send_entries(
                entries, key=lambda type_name: f"{self._source}.{type_name}"
            )
            self._sent = entries[-1][0]
            self._windows.append(Window(self._sent, message, now))
        return len(entries)

    def _next(self) -> list[Entry]:
        """What follows in the log: as it was handed over, else from the database."""
        handed = self._handed
        while (position := handed.first()) is not None and position <= self._sent:
            handed.take()
        found: list[Entry] = []
        # (some may lie between two that were handed over)
        while len(found) < WINDOW and handed.first() == self._sent + 1 + len(found):
            found.append(handed.take())
        return found or self._log.entries(start=self._sent + 1, limit=WINDOW)

    def keep(self) -> None:
        """Write down up to where all is confirmed."""
        if self._confirmed != self._kept:
            self._log.keep(self._confirmed)
            self._kept = self._confirmed


class Relay:
    """One thread a service. Several may run; a repeated message does no harm."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings
        self._stop = threading.Event()
        self.wake = Bell()
        self._announced_at = 0.0
        self._post = CheckpointPost(service)
        self._requests: deque[Any] = deque()
        self._handed = Handed()
        self._at_work = False
        service.store.listeners.append(self.wake.set)

    def run(self) -> None:
        """Relay until stopped; a lost broker is waited for."""
        while not self._stop.is_set():
            try:
                with (
                    connect(self._settings) as connection,
                    reading_log(self._service.database) as log,
                ):
                    self._relay(connection, log)
            except Exception as error:  # noqa: BLE001 (whatever a broker or database raises)
                if not self._stop.is_set():
                    _log.warning("relay interrupted", error=type(error).__name__)
                    self._stop.wait(0.5)

    def stop(self) -> None:
        self._stop.set()
        self.wake.set()

    def hand(self, entries: list[Entry]) -> None:
        """Take entries that have just got their positions, so that they need not be read."""
        self._handed.put(entries)

    def wants(self) -> bool:
        """Whether there is room for such entries."""
        return self._at_work and self._handed.has_room()

    def _relay(self, connection: Connection, log: LogReader) -> None:
        confirms, name = not in_process(self._settings), self._service.name
        exchange = events_exchange(self._settings)
        publisher = WindowPublisher(connection, exchange, confirms=confirms, source=name)
        direct = WindowPublisher(connection, Exchange(""), confirms=False, source=name)
        queue = replay_queue(self._settings, name)(connection.channel())
        queue.declare()
        beside = self._listen(connection, queue) if confirms else None
        cursor = read_cursor(self._service.database, RELAY_CURSOR)
        sending = Sending(name, log, publisher, cursor, self._handed)
        with self.wake.open(beside, publisher.take_confirms), self._working():
            while not self._stop.is_set():
                self.wake.clear()
                sent = sending.turn()
                if beside is None and (message := queue.get(no_ack=False)) is not None:
                    self._requests.append(message)
                answered = self._answer(direct, log)
                self._announce(publisher)
                if connection.heartbeat:
                    connection.heartbeat_check()
                if not sent and not answered:
                    self.wake.wait(_POLL_SECONDS)
            sending.keep()

    @contextmanager
    def _working(self) -> Iterator[None]:
        """While entries may be handed over; what was before belongs to another connection."""
        self._handed.clear()
        self._at_work = True
        try:
            yield
        finally:
            self._at_work = False
            self._handed.clear()

    def _listen(self, connection: Connection, queue: Any) -> int:
        """Let requests come by themselves, as confirms do; returns the socket to await both on."""
        self._requests.clear()
        queue.channel.basic_qos(0, REPLAYS_A_TURN, False)
        listening = Consumer(
            queue.channel, [queue], on_message=self._requests.append, auto_declare=False
        )
        listening.consume()
        return int(connection.connection.sock.fileno())

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

    def _publish_checkpoint(self, publisher: WindowPublisher, now: float) -> None:
        """The newest checkpoint, when it is new or was not told for a while."""
        if (found := self._post.due(now)) is not None:
            size, note = found
            publisher.send(
                note,
                routing_key=f"{self._service.name}.checkpoint",
                headers={SOURCE_HEADER: self._service.name, CHECKPOINT_HEADER: size},
                content_type="text/plain",
                delivery_mode=1,
                expiration=HEAD_LIVES_SECONDS,
            )

    def _answer(self, direct: WindowPublisher, log: LogReader) -> int:
        answered = 0
        while self._requests and answered < REPLAYS_A_TURN:
            message = self._requests.popleft()
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
            _replay(request, direct, log)
            message.ack()
        return answered


def _replay(request: ReplayRequest, direct: WindowPublisher, log: LogReader) -> None:
    """Send what is asked for, window by window."""
    end = request.start + min(request.limit, REPLAY_LIMIT_MAX)
    for start in range(request.start, end, WINDOW):
        entries = log.entries(start=start, limit=min(WINDOW, end - start))
        if not entries:
            return
        direct.send_entries(entries, key=partial(_always, request.queue))


def _always(queue: str, _type: str) -> str:
    """An answer goes to the queue that asked, whatever its type."""
    return queue
