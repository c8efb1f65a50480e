"""What a work rests on without writing it has not changed when the work is committed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial

import pytest

from shared.errors import Conflict, Refused, Stale
from shared.events.append import Guard
from shared.events.locking import STREAMS_MAX
from shared.events.tables import EVENTS
from shared.events.work import Work
from shared.service import Service
from tests.store.conftest import BOTH
from tests.store.domain import BOAT, Painted, Sail, context, launch, number, rows, sail
from tests.store.writing import WRITERS, append, painted, stored, together

on_postgresql = pytest.mark.parametrize("home", BOTH[1:], indirect=True)


def meanwhile(run: Callable[[], object]) -> None:
    """Do it in another thread and wait for it."""
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_a_work_whose_ground_moves_decides_again(boats: Service) -> None:
    launch(boats, "ground")
    seen: list[int] = []

    def handler(work: Work) -> None:
        seen.append(work.guard(BOAT, "ground").trips)
        if len(seen) == 1:
            meanwhile(lambda: sail(boats, "ground"))
        work.decide(BOAT, "house", Painted(colour=f"c{seen[-1]}"))

    boats.transact(context(), handler)
    assert seen == [0, 1]
    assert stored(boats, "boat/house") == [1]


def test_a_work_without_a_guard_rests_on_what_it_read(boats: Service) -> None:
    launch(boats, "read")
    seen: list[int] = []

    def handler(work: Work) -> None:
        seen.append(work.load(BOAT, "read").trips)
        meanwhile(lambda: sail(boats, "read"))
        work.decide(BOAT, "written", Painted(colour="red"))

    boats.transact(context(), handler)
    assert seen == [0]


def test_a_stream_that_is_not_there_is_guarded_too(boats: Service) -> None:
    seen: list[bool] = []

    def handler(work: Work) -> None:
        seen.append(work.guard(BOAT, "absent").launched)
        if len(seen) == 1:
            meanwhile(lambda: launch(boats, "absent"))
        work.decide(BOAT, "beside", Painted(colour="red"))

    boats.transact(context(), handler)
    assert seen == [False, True]


def test_what_was_expected_holds_up_to_the_commit(boats: Service) -> None:
    """Also of a stream that the work does not write: the reader looked at an old version."""
    launch(boats, "looked-at")

    def handler(work: Work) -> None:
        work.expect(BOAT, "looked-at", 1)
        meanwhile(lambda: sail(boats, "looked-at"))
        work.decide(BOAT, "paper", Painted(colour="red"))

    with pytest.raises(Stale) as refusal:
        boats.transact(context(), handler)
    assert refusal.value.facts == {"current_version": 2}
    assert stored(boats, "boat/paper") == []


def test_a_work_may_write_what_it_guards(boats: Service) -> None:
    launch(boats, "own")

    def handler(work: Work) -> None:
        work.guard(BOAT, "own")
        work.decide(BOAT, "own", Sail())

    boats.transact(context(), handler)
    assert stored(boats, "boat/own") == [1, 2]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_another_version_of_a_guarded_stream_writes_nothing(boats: Service, version: int) -> None:
    name = f"boat/kept-{version}"
    boats.store.commit(append(painted(name, 0, "red", "blue")))
    before = rows(boats, EVENTS)
    with pytest.raises(Conflict):
        boats.store.commit(append(painted("boat/rests", 0), guards=(Guard(name, version),)))
    assert rows(boats, EVENTS) == before
    boats.store.commit(
        append(painted(f"boat/rests-{version}", 0), guards=(Guard(name, 2),)),
    )


def test_of_two_that_rule_each_other_out_one_is_done(boats: Service) -> None:
    """Each sails only while the other lies in the harbour."""
    for turn in range(12):
        pair = (f"left-{turn}", f"right-{turn}")
        for boat in pair:
            launch(boats, boat)
        gate = threading.Barrier(2)
        refused = together(2, partial(rule, boats, pair, gate))
        assert [type(error) for error in refused] == [Refused]
        assert sorted(len(stored(boats, f"boat/{boat}")) for boat in pair) == [1, 2]


def rule(service: Service, pair: tuple[str, str], gate: threading.Barrier, mine: int) -> None:
    first = True

    def handler(work: Work) -> None:
        nonlocal first
        other = work.guard(BOAT, pair[1 - mine])
        if first:
            first = False
            gate.wait(10)
        if other.trips:
            raise Refused("out-already", "The other one is out.")
        work.decide(BOAT, pair[mine], Sail())

    service.transact(context(), handler)


@on_postgresql
def test_an_append_to_a_guarded_stream_waits_and_has_a_later_place(boats: Service) -> None:
    launch(boats, "call")
    late = threading.Thread(target=sail, args=(boats, "call"))
    with boats.database.writing() as connection:
        boats.store.write(
            connection, append(painted("boat/bid", 0), guards=(Guard("boat/call", 1),))
        )
        late.start()
        late.join(0.3)
        assert late.is_alive() and stored(boats, "boat/call") == [1]
    late.join(10)
    assert stored(boats, "boat/call") == [1, 2]
    number(boats)
    with boats.database.reading() as connection:
        log = [boats.store.recorded(raw).stream for _, raw in boats.store.whole_log(connection)]
    assert log[-2:] == ["boat/bid", "boat/call"]


@on_postgresql
def test_an_append_to_very_many_streams_waits_for_guards_and_for_nobody_else(
    boats: Service,
) -> None:
    names = [f"boat/many-{n}" for n in range(STREAMS_MAX + 1)]
    many = append(*(painted(name, 0) for name in names))
    late = threading.Thread(target=boats.store.commit, args=(many,))
    with boats.database.writing() as connection:
        boats.store.write(connection, append(painted("boat/few", 0), guards=(Guard(names[0], 0),)))
        late.start()
        late.join(0.3)
        assert late.is_alive()
        meanwhile(lambda: launch(boats, "passing"))
    late.join(10)
    assert stored(boats, names[0]) == [1]


def test_many_who_guard_and_write_each_others_streams_never_block_for_good(boats: Service) -> None:
    names = [f"boat/ring-{n}" for n in range(6)]
    boats.store.commit(append(*(painted(name, 0) for name in names)))
    done: list[int] = []

    def run(n: int) -> None:
        chance = random.Random(n)
        for _ in range(15):
            guarded, written, other = chance.sample(names, 3)
            at = {name: stored(boats, name)[-1] for name in (guarded, written, other)}
            try:
                boats.store.commit(
                    append(
                        painted(written, at[written]),
                        painted(other, at[other]),
                        guards=(Guard(guarded, at[guarded]),),
                    )
                )
                done.append(n)
            except Conflict:
                pass

    assert together(WRITERS, run) == []
    assert sum(len(stored(boats, name)) for name in names) == len(names) + 2 * len(done)
