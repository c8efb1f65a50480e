"""What the tests of the queue do to two services: hold back, lose, double and disorder messages.

harbour = Harbour.make(tmp_path, database_url="", broker_url="memory://")
launch(harbour.boats, "one", sail=3)
harbour.lose_unsent()
with harbour.moving():
    harbour.wait()
harbour.assert_all_told()
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from kombu import Connection

from shared.bus.consumer import ServiceConsumer
from shared.bus.publishing import WindowPublisher
from shared.bus.reading import RELAY_CURSOR, read_cursor, write_cursor
from shared.bus.relay import Relay
from shared.bus.topology import (
    POSITION_HEADER,
    SOURCE_HEADER,
    connect,
    events_exchange,
    service_queue,
)
from shared.events.tables import DEAD_LETTERS, EVENTS, INBOX
from shared.service import Service
from tests.store.domain import (
    BERTHS,
    BOATS,
    HARBOUR,
    HARBOURS,
    BoatLaunched,
    BoatSailed,
    Home,
    rows,
    until,
)

SOURCE = "trainings"


@dataclass
class Harbour:
    """``boats`` tells, ``harbours`` listens."""

    home: Home
    boats: Service
    harbours: Service

    @classmethod
    def make(cls, folder: Path, *, database_url: str, broker_url: str) -> Self:
        home = Home.make(folder, database_url=database_url, broker_url=broker_url)
        boats, harbours = home.open(BOATS), home.open(HARBOURS)
        home.sequence(boats)
        home.sequence(harbours)
        return cls(home, boats, harbours)

    def close(self) -> None:
        self.home.close()

    @contextmanager
    def moving(self, *, relay: bool = True, consumers: int = 1) -> Iterator[None]:
        """Relay and consumers at work in threads."""
        parts: list[Relay | ServiceConsumer] = [Relay(self.boats)] if relay else []
        parts += [ServiceConsumer(self.harbours) for _ in range(consumers)]
        with self.home.moving(*parts):
            yield

    def relay(self) -> Relay:
        return Relay(self.boats)

    def idle(self) -> None:
        """Until the consumer has taken whatever lies in its queue."""
        until(lambda: self.waiting() == 0)

    @property
    def in_memory(self) -> bool:
        return self.home.settings.broker_url.startswith("memory://")

    # What is there

    def log(self) -> list[tuple[int, bytes]]:
        """All that the boats have to tell, once it has its positions."""
        until(lambda: self.head() + 1 == len(rows(self.boats, EVENTS)))
        with self.boats.database.reading() as connection:
            return list(self.boats.store.whole_log(connection))

    def head(self) -> int:
        with self.boats.database.reading() as connection:
            return self.boats.store.head(connection)

    def cursor(self) -> int:
        """The last position that the harbours applied."""
        return read_cursor(self.harbours.database, SOURCE)

    def parked(self) -> list[Any]:
        """Dead letters that nobody has settled."""
        with self.harbours.database.reading() as connection:
            return list(
                connection.execute(
                    sa.select(DEAD_LETTERS)
                    .where(DEAD_LETTERS.c.resolved_at.is_(None))
                    .order_by(DEAD_LETTERS.c.position)
                )
            )

    # What is done to it

    def caught_up(self) -> bool:
        """Whether the harbours have applied all that was ever written."""
        return self.cursor() + 1 == len(self.log())

    def wait(self) -> None:
        """Until the harbours have applied all that was ever written."""
        until(self.caught_up, seconds=30)

    def publish(self, entries: Sequence[tuple[int, bytes]]) -> None:
        """Send these to whoever listens, in this order, past the relay."""
        with self.connection() as connection:
            exchange = events_exchange(self.home.settings)
            publisher = WindowPublisher(connection, exchange, confirms=not self.in_memory)
            for position, raw in entries:
                headers = {SOURCE_HEADER: SOURCE, POSITION_HEADER: position}
                key = f"{SOURCE}.any"
                publisher.send(raw, routing_key=key, headers=headers, delivery_mode=2)
            publisher.confirm()

    def lose_unsent(self) -> None:
        """As if the relay had sent all and the broker had lost it: only a replay brings it."""
        write_cursor(self.boats.database, RELAY_CURSOR, self.log()[-1][0])

    def send_all_again(self) -> None:
        """As if the relay's cursor had been lost."""
        write_cursor(self.boats.database, RELAY_CURSOR, -1)

    def relayed(self) -> int:
        return read_cursor(self.boats.database, RELAY_CURSOR)

    def purge(self) -> int:
        """Throw away what waits for the harbours; returns how many messages that were."""
        with self.connection() as connection:
            (queue, *_) = service_queue(self.home.settings, "grants", (SOURCE,))
            bound = queue(connection.channel())
            bound.declare()
            return int(bound.purge() or 0)

    def delete_queue(self) -> None:
        with self.connection() as connection:
            connection.channel().queue_delete(f"{self.home.settings.installation}.grants")

    def waiting(self) -> int:
        """How many messages wait for the harbours, those given out and not acknowledged too."""
        with self.connection() as connection:
            (queue, *_) = service_queue(self.home.settings, "grants", (SOURCE,))
            return int(queue(connection.channel()).queue_declare(passive=True).message_count)

    def connection(self) -> Connection:
        return connect(self.home.settings)

    # What must hold

    def assert_all_told(self) -> None:
        """Each event once, in order, though told by the log alone."""
        trips: dict[str, list[int]] = {}
        known: list[tuple[int, bytes]] = []
        types = self.harbours.store.types
        for position, raw in self.log():
            recorded = self.boats.store.recorded(raw)
            if not types.knows(recorded.envelope.type):
                continue
            known.append((position, raw))
            event = types.event(recorded.envelope.type, recorded.envelope.data)
            match event:
                case BoatLaunched():
                    trips[recorded.identifier] = []
                case BoatSailed():
                    trips[recorded.identifier].append(event.number)
        found = {row[0]: (row[2], row[3]) for row in rows(self.harbours, HARBOUR)}
        assert found == {
            boat: (len(numbers), "".join(f"{n} " for n in numbers))
            for boat, numbers in trips.items()
        }
        assert rows(self.harbours, BERTHS) == [(boat, 1) for boat in sorted(trips)]
        assert len(rows(self.harbours, EVENTS)) == len(trips)
        inbox = [(row[1], bytes(row[3])) for row in rows(self.harbours, INBOX)]
        assert inbox == known
        assert self.cursor() == self.head()
