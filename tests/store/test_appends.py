"""An append is written wholly or not at all: events, log, claims, stored answers, read models."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import Conflict, Refused, Stale
from shared.events.append import Claim, DueWork, RequestRecord, StreamWrite
from shared.events.event import Event
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.tables import CLAIMS, DUE, EVENTS, LOG, PENDING, RECORDS
from shared.events.work import Work
from shared.service import Service
from tests.store.domain import (
    BOAT,
    BOATS,
    CREW,
    HOT_BOAT,
    SHIPS,
    Home,
    Launch,
    Painted,
    Sail,
    Sailed,
    context,
    launch,
    rows,
    sail,
)
from tests.store.writing import NOON, WRITERS, append, painted, stored, together

EVERYTHING = (EVENTS, LOG, PENDING, CLAIMS, RECORDS, DUE, SHIPS, CREW)


def everything(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    """All that an append may touch."""
    return {table.name: rows(service, table) for table in EVERYTHING}


# Expected versions


def test_an_append_names_the_version_that_it_saw(boats: Service) -> None:
    boats.store.commit(append(painted("boat/seen", 0, "red", "blue")))
    boats.store.commit(append(painted("boat/seen", 2, "green")))
    assert stored(boats, "boat/seen") == [1, 2, 3]


@pytest.mark.parametrize("expected", [0, 1, 3, 99])
def test_another_version_is_a_conflict_and_writes_nothing(boats: Service, expected: int) -> None:
    name = f"boat/conflict-{expected}"
    boats.store.commit(append(painted(name, 0, "red", "blue")))
    before = everything(boats)
    with pytest.raises(Conflict):
        boats.store.commit(append(painted(name, expected)))
    assert everything(boats) == before


def test_of_many_who_saw_the_same_version_one_is_written(boats: Service) -> None:
    boats.store.commit(append(painted("boat/race", 0)))
    wrong = together(
        WRITERS, lambda n: boats.store.commit(append(painted("boat/race", 1, f"c{n}")))
    )
    assert [type(error) for error in wrong] == [Conflict] * (WRITERS - 1)
    assert stored(boats, "boat/race") == [1, 2]


def test_a_conflict_fails_nobody_who_writes_at_the_same_time(boats: Service) -> None:
    boats.store.commit(append(painted("boat/busy", 0)))

    def run(n: int) -> None:
        for turn in range(5):
            boats.store.commit(append(painted(f"boat/calm-{n}", turn)))
            with pytest.raises(Conflict):
                boats.store.commit(append(painted("boat/busy", 0)))

    assert together(WRITERS, run) == []
    assert all(stored(boats, f"boat/calm-{n}") == [1, 2, 3, 4, 5] for n in range(WRITERS))
    assert stored(boats, "boat/busy") == [1]


def test_a_handler_that_meets_a_conflict_decides_again_on_what_is_there_now(
    boats: Service,
) -> None:
    launch(boats, "again")
    seen: list[int] = []

    def handler(work: Work) -> None:
        seen.append(work.load(BOAT, "again").trips)
        if len(seen) == 1:
            thread = threading.Thread(target=sail, args=(boats, "again", 2))
            thread.start()
            thread.join(10)
        work.decide(BOAT, "again", Sail())

    boats.transact(context(), handler)
    assert seen == [0, 2]
    assert [row[1] for row in rows(boats, CREW) if row[0] == "again"] == [1, 2, 3]


def test_many_writers_of_a_hot_stream_wait_for_each_other(boats: Service) -> None:
    launch(boats, "hot")

    def run(_n: int) -> None:
        for _ in range(5):
            while True:
                try:
                    boats.transact(context(), lambda work: work.decide(HOT_BOAT, "hot", Sail()))
                    break
                except Conflict:  # On SQLite after many turns; on PostgreSQL never.
                    assert boats.database.is_sqlite

    assert together(WRITERS, run) == []
    numbers = [row[1] for row in rows(boats, CREW) if row[0] == "hot"]
    assert numbers == list(range(1, 5 * WRITERS + 1))


def test_a_reader_with_an_old_version_is_told_the_present_one(boats: Service) -> None:
    launch(boats, "stale", sail=2)
    before = everything(boats)

    def handler(work: Work) -> None:
        work.expect(BOAT, "stale", 1)
        work.decide(BOAT, "stale", Sail())

    with pytest.raises(Stale) as refusal:
        boats.transact(context(), handler)
    assert refusal.value.facts == {"current_version": 3}
    assert everything(boats) == before


# Several streams, claims, stored answers and due work: all or nothing


def test_several_streams_go_together(boats: Service) -> None:
    def handler(work: Work) -> None:
        for boat in ("left", "right", "middle"):
            work.decide(BOAT, boat, Launch(registration_id="r-together", captain="Ana"))
            work.decide(BOAT, boat, Sail(times=2))

    boats.transact(context(), handler)
    assert all(stored(boats, f"boat/{b}") == [1, 2, 3] for b in ("left", "right", "middle"))


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_one_stream_in_conflict_keeps_all_of_the_append_out(boats: Service, wrong: int) -> None:
    names = [f"boat/part-{wrong}-{n}" for n in range(3)]
    boats.store.commit(append(painted(names[wrong], 0)))
    before = everything(boats)
    with pytest.raises(Conflict):
        boats.store.commit(
            append(
                *(painted(name, 0, "red", "blue") for name in names),
                claims=(Claim("hull", f"h-{wrong}", names[0]),),
                records=(RequestRecord("a", "POST /", f"k-{wrong}", b"hash"),),
                due=(DueWork(f"d-{wrong}", "trainings.paint", NOON, b"{}"),),
            )
        )
    assert everything(boats) == before


def test_a_refusal_of_the_second_stream_leaves_the_first_as_it_was(boats: Service) -> None:
    launch(boats, "swims")
    before = everything(boats)

    def handler(work: Work) -> None:
        work.decide(BOAT, "new", Launch(registration_id="r-new", captain="Ana"))
        work.claim(Claim("hull", "h-new", "boat/new"))
        work.decide(BOAT, "swims", Launch(registration_id="r-swims", captain="Ana"))

    with pytest.raises(Refused, match="launched-already"):
        boats.transact(context(), handler)
    assert everything(boats) == before


def test_a_stream_stands_once_in_an_append(boats: Service) -> None:
    before = everything(boats)
    with pytest.raises(ValueError, match="twice"):
        boats.store.commit(append(painted("boat/twice", 0), painted("boat/twice", 1)))
    assert everything(boats) == before


# Claims


def test_a_claim_is_held_by_one_stream_and_refused_to_another(boats: Service) -> None:
    claim = Claim("hull", "h1", "boat/holder", "hull-taken", "Another boat has this hull.")
    boats.store.commit(append(painted("boat/holder", 0), claims=(claim,)))
    before = everything(boats)
    other = replace(claim, stream="boat/other")
    with pytest.raises(Refused, match="hull-taken: Another boat has this hull"):
        boats.store.commit(append(painted("boat/other", 0), claims=(other,)))
    assert everything(boats) == before
    # Who holds it may say so again; in another programme, or as another kind, it is another claim.
    boats.store.commit(append(painted("boat/holder", 1), claims=(claim,)))
    elsewhere = replace(claim, stream="boat/abroad")
    boats.store.commit(append(claims=(elsewhere,), at=context("ba")))
    boats.store.commit(append(claims=(replace(elsewhere, kind="mast"),)))


def test_of_many_who_claim_the_same_at_once_one_has_it(boats: Service) -> None:
    def run(n: int) -> None:
        name = f"boat/claimant-{n}"
        boats.store.commit(append(painted(name, 0), claims=(Claim("hull", "wanted", name),)))

    wrong = together(WRITERS, run)
    assert [type(error) for error in wrong] == [Refused] * (WRITERS - 1)
    written = [n for n in range(WRITERS) if stored(boats, f"boat/claimant-{n}")]
    holders = [row for row in rows(boats, CLAIMS) if row[2] == "wanted"]
    assert holders == [("rs", "hull", "wanted", f"boat/claimant-{written[0]}")]
    assert len(written) == 1


def test_a_released_claim_may_be_taken_by_another(boats: Service) -> None:
    held = Claim("hull", "passed on", "boat/first")
    taken = replace(held, stream="boat/second")
    boats.store.commit(append(claims=(held,)))
    # Only its holder releases it.
    boats.store.commit(append(released=(taken,)))
    with pytest.raises(Refused):
        boats.store.commit(append(claims=(taken,)))
    # To be passed on in one append it is released first.
    boats.store.commit(append(claims=(taken,), released=(held,)))
    assert [row[3] for row in rows(boats, CLAIMS) if row[2] == "passed on"] == ["boat/second"]


def test_a_release_that_fails_with_its_append_releases_nothing(boats: Service) -> None:
    held = Claim("hull", "kept", "boat/keeper")
    boats.store.commit(append(painted("boat/keeper", 0), claims=(held,)))
    before = everything(boats)
    with pytest.raises(Conflict):
        boats.store.commit(append(painted("boat/keeper", 0), released=(held,)))
    assert everything(boats) == before


# Read models in the same transaction


def test_what_was_saved_is_seen_at_once(boats: Service) -> None:
    launch(boats, "seen-at-once", captain="Ana Anić", sail=2)
    row = next(row for row in rows(boats, SHIPS) if row[0] == "seen-at-once")
    assert row[1:4] == ("rs", "Ana Anić", 2)


def test_a_read_model_that_fails_keeps_its_events_out(home: Home) -> None:
    def fail(_at: Projecting, _recorded: Recorded) -> None:
        raise RuntimeError("the read model fails")

    failing = Projection("failing", 1, (SHIPS,), fail, (Painted,))
    service = home.open(replace(BOATS, projections=(*BOATS.projections, failing)))
    launch(service, "fails")
    before = everything(service)

    def handler(work: Work) -> None:
        work.claim(Claim("hull", "fails", "boat/fails"))
        work.decide(BOAT, "fails", Sail(times=2))
        work.decide(BOAT, "fails", Painted(colour="red"))

    with pytest.raises(RuntimeError, match="the read model fails"):
        service.transact(context(), handler)
    assert everything(service) == before


def test_events_and_read_model_appear_together(home: Home, boats: Service) -> None:
    """A projection waits in the middle of its transaction; nobody sees half of it."""
    inside, go_on = threading.Event(), threading.Event()

    def wait(_at: Projecting, _recorded: Recorded) -> None:
        inside.set()
        go_on.wait(20)

    waiting = Projection("waiting", 1, (SHIPS,), wait, (Sailed,))
    service = home.open(replace(BOATS, projections=(*BOATS.projections, waiting)))
    before = everything(boats)
    thread = threading.Thread(target=launch, args=(service, "slow"), kwargs={"sail": 1})
    thread.start()
    assert inside.wait(20)
    assert everything(boats) == before
    go_on.set()
    thread.join(20)
    assert stored(boats, "boat/slow") == [1, 2]
    assert "slow" in {row[0] for row in rows(boats, SHIPS)}


# What is read back


def test_a_read_event_is_the_written_one(boats: Service) -> None:
    event: Event = Painted(colour="жуто – żółty 🚤 \u0000 \"'\\")
    boats.store.commit(append(StreamWrite("boat/colours", 0, (event,))))
    with boats.database.reading() as connection:
        assert boats.store.stream(connection, "boat/colours") == ([event], 1)
        (recorded,) = boats.store.history(connection, "boat/colours")
    assert recorded.at == NOON and recorded.actor == "clerk" and recorded.programme == "rs"
