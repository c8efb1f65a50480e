"""Positions of the log: from 0 without a gap, final once given, each with the hash of its bytes."""

from __future__ import annotations

import hashlib
import threading

import pytest
import sqlalchemy as sa

from shared.errors import Conflict, Refused
from shared.events.append import Append, Claim
from shared.events.tables import EVENTS, LOG, PENDING
from shared.events.verifying import verify_log
from shared.service import Service
from tests.store.conftest import BOTH
from tests.store.domain import Home, launch, number, rows, sail, until
from tests.store.writing import WRITERS, append, painted, stored, together


def test_positions_have_no_gap_while_eight_threads_write(home: Home, boats: Service) -> None:
    """With two sequencers, of which one works; a reader never sees a gap nor a changed place."""
    sequencers = [home.sequence(boats), home.sequence(boats)]
    done = threading.Event()
    seen: list[list[str]] = []
    watching = threading.Thread(target=watch, args=(boats, done, seen))
    watching.start()

    def run(n: int) -> None:
        for turn in range(12):
            launch(boats, f"w{n}-{turn}", sail=turn % 4)
            if turn:
                sail(boats, f"w{n}-{turn - 1}", 2)

    assert together(WRITERS, run) == []
    total = len(rows(boats, EVENTS))
    until(lambda: service_head(boats) == total - 1)
    done.set()
    watching.join(20)
    for sequencer in sequencers:
        if sequencer:
            sequencer.stop()
    home.join()
    assert rows(boats, PENDING) == []
    final = positions(boats)
    assert len(seen) > 1 and all(found == final[: len(found)] for found in seen)
    assert_log_is_right(boats)


def watch(service: Service, done: threading.Event, seen: list[list[str]]) -> None:
    while not done.is_set():
        seen.append(positions(service))


def service_head(service: Service) -> int:
    with service.database.reading() as connection:
        return service.store.head(connection)


def positions(service: Service) -> list[str]:
    """Event ids by position; fails at a gap."""
    found = rows(service, LOG)
    assert [row[0] for row in found] == list(range(len(found)))
    return [row[1] for row in found]


def assert_log_is_right(service: Service) -> None:
    """Every position, hash and version, told without any code of the log's own."""
    number(service)
    total = len(rows(service, EVENTS))
    with service.database.reading() as connection:
        found = connection.execute(
            sa.text(
                "select l.position, l.leaf_hash, e.stream, e.version, e.envelope "
                "from log l join events e on e.event_id = l.event_id order by l.position"
            )
        ).all()
    versions: dict[str, int] = {}
    assert [row.position for row in found] == list(range(total))
    for row in found:
        assert bytes(row.leaf_hash) == hashlib.sha256(b"\x00" + bytes(row.envelope)).digest()
        assert row.version == versions.get(row.stream, 0) + 1
        versions[row.stream] = row.version
    assert verify_log(service) == (total, [])


def test_the_events_of_an_append_stand_together_however_many_they_are(boats: Service) -> None:
    """Also where they are more than the sequencer takes at once (2,000)."""
    number(boats)
    start = service_head(boats) + 1
    colours = tuple(str(n) for n in range(1_050))
    boats.store.commit(append(painted("boat/before", 0)))
    boats.store.commit(append(painted("boat/great", 0, *colours), painted("boat/2", 0, *colours)))
    boats.store.commit(append(painted("boat/after", 0)))
    number(boats)
    with boats.database.reading() as connection:
        log = boats.store.entries(connection, start=start, limit=3_000)
    assert [boats.store.recorded(raw).stream for _, raw in log] == [
        "boat/before",
        *["boat/great"] * len(colours),
        *["boat/2"] * len(colours),
        "boat/after",
    ]
    assert_log_is_right(boats)


@pytest.mark.parametrize("home", BOTH[1:], indirect=True)
def test_a_long_transaction_holds_nobody_up_and_moves_nobody(boats: Service) -> None:
    with boats.database.writing() as connection:
        boats.store.write(connection, append(painted("boat/long", 0, "red", "blue")))
        boats.store.commit(append(painted("boat/quick", 0)))
        number(boats)
        first = positions(boats)
        assert stored(boats, "boat/quick") == [1] and stored(boats, "boat/long") == []
        assert len(first) == len(rows(boats, EVENTS))
    boats.store.commit(append(painted("boat/quick", 1)))
    number(boats)
    assert positions(boats)[: len(first)] == first
    assert_log_is_right(boats)


def test_an_append_that_failed_leaves_no_gap(boats: Service) -> None:
    before = len(rows(boats, EVENTS))
    for turn in range(5):
        boats.store.commit(append(painted("boat/fine", turn)))
        with pytest.raises(Conflict):
            boats.store.commit(append(painted("boat/bad", 7), painted("boat/fine", turn + 1)))
        refused = refused_claim(boats, turn)
        with pytest.raises(Refused):
            boats.store.commit(refused)
    assert len(rows(boats, EVENTS)) == before + 10
    assert_log_is_right(boats)


def refused_claim(service: Service, turn: int) -> Append:
    """An append whose claim was taken just before."""
    name = f"boat/taken-{turn}"
    service.store.commit(append(painted(name, 0), claims=(Claim("hull", name, name),)))
    return append(painted("boat/late", 0), claims=(Claim("hull", name, "boat/late"),))


def test_a_replay_gives_what_the_log_holds_from_any_position_on(boats: Service) -> None:
    """Also over several batches, and when somebody leaves off in the midst of one."""
    for turn in range(3):
        colours = tuple(str(n) for n in range(700))
        boats.store.commit(append(painted(f"boat/replayed-{turn}", 0, *colours)))
    launch(boats, "replayed")
    number(boats)
    with boats.database.reading() as connection:
        log = [
            (at, boats.store.recorded(raw).event) for at, raw in boats.store.whole_log(connection)
        ]
    assert list(boats.store.replay()) == log and len(log) > 2_000
    assert list(boats.store.replay(start=1_234)) == log[1_234:]
    assert list(boats.store.replay(start=len(log))) == []
    for _ in range(3):
        assert next(boats.store.replay()) == log[0]
    assert list(boats.store.replay()) == log
