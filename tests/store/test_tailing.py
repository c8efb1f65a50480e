"""A reader that follows a log misses nothing, whoever writes meanwhile and whatever restarts.

Beside it the same reader follows a bare serial column, and does miss: the test is able to fail.
ZANAT_TAILING_SECONDS=60 makes it a minute on each database.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from shared.errors import Conflict
from shared.events.tables import EVENTS
from shared.events.verifying import verify_log
from shared.log.sequencer import Sequencer
from shared.service import Service
from tests.store.domain import BOATS, Home, launch, rows, until
from tests.store.writing import WRITERS, append, painted, together

SECONDS = float(os.environ.get("ZANAT_TAILING_SECONDS", "10"))
LIFE_SECONDS = (0.1, 0.6)
BATCH = 500

Read = Callable[[int], Sequence[tuple[int, str]]]
"""Told the last position seen; gives (position, what stands there) of what comes after it."""


class Tail:
    """Remembers how far it came and asks for what is beyond, as every consumer of a log does."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._stop = threading.Event()
        self.seen: list[tuple[int, str]] = []

    def once(self) -> int:
        """Read what is there now; how many."""
        last = self.seen[-1][0] if self.seen else -1
        found = self._read(last)
        self.seen += found
        return len(found)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Read and read again in a thread."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(30)
            assert not thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self.once():
                time.sleep(0.001)


def test_every_event_once_and_in_order_behind_eight_writers(fresh: Home) -> None:
    service = fresh.open(BOATS)
    other = fresh.open(BOATS)  # Another process has another store with a group of its own.

    def read(last: int) -> Sequence[tuple[int, str]]:
        with service.database.reading() as connection:
            found = service.store.entries(connection, start=last + 1, limit=BATCH)
        return [(position, service.store.recorded(raw).envelope.id) for position, raw in found]

    tail = Tail(read)
    end = time.monotonic() + SECONDS
    ended: list[int] = []
    with tail.at_work(), restarting(fresh, service, end, ended):
        writers = (service, other)
        wrong = together(WRITERS, lambda n: write(writers[n % 2], n, end), seconds=SECONDS + 60)
        assert wrong == []
        written = {row[0] for row in rows(service, EVENTS)}
        until(lambda: len(tail.seen) >= len(written), seconds=60)
    assert [position for position, _ in tail.seen] == list(range(len(written)))
    assert len({event_id for _, event_id in tail.seen}) == len(written)
    assert {event_id for _, event_id in tail.seen} == written
    assert len(written) > WRITERS
    assert service.database.is_sqlite or ended[0] > 1
    assert verify_log(service) == (len(written), [])
    assert_streams_in_order(service, tail.seen)


def write(service: Service, n: int, end: float) -> None:
    """Appends of every kind: alone, in one with another stream, with a read model, refused."""
    chance = random.Random(n)
    turn = 0
    while time.monotonic() < end:
        turn += 1
        own, shared = f"boat/t{n}-{turn}", f"boat/s{chance.randrange(6)}"
        service.store.commit(append(painted(own, 0, *"abc"[: 1 + turn % 3])))
        service.store.commit(append(painted(own, 1 + turn % 3), painted(f"{own}-too", 0)))
        if turn % 5 == 0:
            launch(service, f"l{n}-{turn}")
        if turn % 7 == 0:
            with service.database.writing() as connection:
                service.store.write(connection, append(painted(f"{own}-long", 0)))
                time.sleep(0.01)
        with service.database.reading() as connection:
            at = service.store.stream(connection, shared)[1]
        with suppress(Conflict):
            service.store.commit(append(painted(shared, at)))


@contextmanager
def restarting(home: Home, service: Service, end: float, ended: list[int]) -> Iterator[None]:
    """Sequencers that come and go until the end, and one that stays from then on."""
    if service.database.is_sqlite:
        yield
        return
    chance = random.Random(1)

    def run() -> None:
        lives = 0
        while time.monotonic() < end:
            sequencer = Sequencer(service.database, lambda: None)
            thread = threading.Thread(target=sequencer.run)
            thread.start()
            time.sleep(chance.uniform(*LIFE_SECONDS))
            sequencer.stop()
            thread.join(20)
            lives += 1
        home.sequence(service)
        ended.append(lives)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(SECONDS + 30)


def assert_streams_in_order(service: Service, seen: Sequence[tuple[int, str]]) -> None:
    versions: dict[str, int] = {}
    at = {row[0]: (row[1], row[2]) for row in rows(service, EVENTS)}
    for _, event_id in seen:
        stream, version = at[event_id]
        assert version == versions.get(stream, 0) + 1
        versions[stream] = version


def test_the_same_reader_misses_what_a_serial_column_numbers(postgres: Home) -> None:
    """A number is given before the commit: who commits late is behind a reader's back."""
    with postgres.owner("trainings").connect() as owner:
        owner.execute(sa.text("create table bare (number bigserial primary key, name text)"))
        owner.execute(sa.text("grant all on bare, bare_number_seq to public"))
        owner.commit()
    service = postgres.open(BOATS)

    def read(last: int) -> Sequence[tuple[int, str]]:
        with service.database.reading() as connection:
            found = connection.execute(
                sa.text("select number, name from bare where number > :last order by number"),
                {"last": last},
            )
            return [(row.number, row.name) for row in found]

    tail = Tail(read)
    with tail.at_work():
        with service.database.writing() as held:
            insert(held, "slow")
            assert together(WRITERS, lambda n: insert_alone(service, f"quick-{n}")) == []
            insert_alone(service, "marker")
            until(lambda: bool(tail.seen) and tail.seen[-1][1] == "marker")
        insert_alone(service, "last")
        until(lambda: tail.seen[-1][1] == "last")
    with service.database.reading() as connection:
        written = set(connection.execute(sa.text("select name from bare")).scalars())
    assert "slow" in written - {name for _, name in tail.seen}


def insert(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.text("insert into bare (name) values (:name)"), {"name": name})


def insert_alone(service: Service, name: str) -> None:
    with service.database.writing() as connection:
        insert(connection, name)
