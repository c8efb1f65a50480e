"""Appends that share a commit: what becomes of one never becomes of its neighbours."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.errors import Conflict
from shared.events.append import Append, Guard
from shared.events.locking import STREAMS_MAX
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.tables import EVENTS, LOG
from shared.events.together import GROUP_MAX, Ticket, Together
from shared.events.verifying import verify_log
from shared.service import Service
from tests.store.conftest import BOTH
from tests.store.domain import BOATS, CREW, SHIPS, Home, Painted, number, rows, until
from tests.store.writing import append, painted, stored, together

on_postgresql = pytest.mark.parametrize("home", BOTH[1:], indirect=True)
WAITING = 6


def in_one_group(service: Service, *appends: Append) -> list[Exception | None]:
    """Commit these as one group; what became of each."""
    tickets = [service.store._ticket(one) for one in appends]
    assert all(ticket.plain for ticket in tickets)
    service.store._together._run(tickets)
    return [ticket.error for ticket in tickets]


def test_a_conflict_in_a_group_leaves_its_neighbours_untouched(boats: Service) -> None:
    boats.store.commit(append(painted("boat/at-1", 0)))
    found = in_one_group(
        boats,
        append(painted("boat/before", 0, "red", "blue")),
        append(painted("boat/at-1", 0)),
        append(painted("boat/at-1-too", 3)),
        append(painted("boat/half-fine", 0), painted("boat/half-wrong", 1)),
        append(painted("boat/rests", 0), guards=(Guard("boat/at-2", 7),)),
        append(painted("boat/after", 0)),
    )
    assert [type(error) for error in found] == [type(None), *[Conflict] * 4, type(None)]
    assert [stored(boats, f"boat/{name}") for name in ("before", "after", "at-1")] == [
        [1, 2],
        [1],
        [1],
    ]
    for name in ("at-1-too", "half-fine", "half-wrong", "rests"):
        assert stored(boats, f"boat/{name}") == []
    number(boats)
    assert verify_log(boats) == (len(rows(boats, EVENTS)), [])
    assert len(rows(boats, LOG)) == len(rows(boats, EVENTS))


def test_what_the_database_refuses_as_a_whole_is_tried_one_by_one(boats: Service) -> None:
    """An event's id that is there already is no version that could be looked at before."""
    first = boats.store.commit(append(painted("boat/first", 0)))
    tickets = [boats.store._ticket(append(painted(f"boat/next-{n}", 0))) for n in range(3)]
    second = tickets[1].prepared[0]
    forged = msgspec.structs.replace(second.envelope, id=first[0].envelope.id)
    tickets[1].prepared[0] = Recorded(second.event, forged, second.raw)
    boats.store._together._run(tickets)
    assert [type(t.error) for t in tickets] == [type(None), Conflict, type(None)]
    assert [stored(boats, f"boat/next-{n}") for n in range(3)] == [[1], [], [1]]
    assert stored(boats, "boat/first") == [1]


def shown_on_file(folder: Path, fail: Callable[[Connection], object]) -> Service:
    """Boats on SQLite, where appends with rows share a commit; of one the rows fail."""

    def project(at: Projecting, recorded: Recorded) -> None:
        values = {"programme": "rs", "captain": None, "trips": 0, "seen_at": recorded.at}
        at.put(SHIPS, {"id": recorded.identifier}, **values)
        if recorded.identifier == "bad":
            fail(at.connection)

    shown = Projection("ships", 1, (SHIPS, CREW), project, (Painted,))
    return Home.make(folder).open(replace(BOATS, projections=(shown,)))


def three_in_a_group(service: Service) -> list[Ticket]:
    names = ("first", "bad", "last")
    return [service.store._ticket(append(painted(f"boat/{name}", 0))) for name in names]


@pytest.mark.parametrize("wrong", [KeyError, OverflowError, OperationalError])
def test_rows_that_fail_in_whatever_way_fail_their_own_append_alone(
    tmp_path: Path, wrong: type[Exception]
) -> None:
    def fail(connection: Connection) -> None:
        if wrong is OperationalError:
            connection.exec_driver_sql("select no_such_column")
        raise wrong

    boats = shown_on_file(tmp_path, fail)
    tickets = three_in_a_group(boats)
    boats.store._together._run(tickets)
    assert [type(one.error) for one in tickets] == [type(None), wrong, type(None)]
    assert [row[0] for row in rows(boats, SHIPS)] == ["first", "last"]
    assert verify_log(boats) == (2, [])


def test_a_transaction_that_the_database_undid_is_nobodys_success(tmp_path: Path) -> None:
    boats = shown_on_file(tmp_path, lambda connection: connection.exec_driver_sql("rollback"))
    with pytest.raises(DBAPIError):
        boats.store._together._run(three_in_a_group(boats))
    assert rows(boats, SHIPS) == rows(boats, EVENTS) == []


@pytest.mark.parametrize("expected", [1, 2, 2**31 - 3])
def test_a_version_that_is_not_reached_yet_is_refused(boats: Service, expected: int) -> None:
    with pytest.raises(Conflict):
        boats.store.commit(append(painted(f"boat/high-{expected}", expected)))
    boats.store.commit(append(painted(f"boat/low-{expected}", 0)))
    with pytest.raises(Conflict):
        boats.store.commit(append(painted(f"boat/low-{expected}", expected + 1)))
    assert stored(boats, f"boat/high-{expected}") == []
    assert stored(boats, f"boat/low-{expected}") == [1]


def test_a_stream_may_stand_once_in_an_append(boats: Service) -> None:
    with pytest.raises(ValueError, match="twice"):
        boats.store.commit(append(painted("boat/two", 0), guards=(Guard("boat/two", 0),)))


@pytest.mark.parametrize("count", [2, STREAMS_MAX, STREAMS_MAX + 1, 700])
def test_an_append_to_many_streams_is_done_wholly_or_not_at_all(boats: Service, count: int) -> None:
    names = [f"boat/many-{count}-{n}" for n in range(count)]
    boats.store.commit(append(*(painted(name, 0) for name in names)))
    assert all(stored(boats, name) == [1] for name in names[:: max(1, count // 7)])
    before = len(rows(boats, EVENTS))
    with pytest.raises(Conflict):
        boats.store.commit(append(*(painted(name, int(name != names[-1])) for name in names)))
    assert len(rows(boats, EVENTS)) == before


def test_of_many_at_once_each_hears_of_its_own_append(boats: Service) -> None:
    """Sixteen threads over few streams: who is told success finds exactly its events."""
    names = [f"boat/shared-{n}" for n in range(6)]
    done: list[tuple[str, int]] = []

    def run(n: int) -> None:
        chance = random.Random(n)
        for turn in range(25):
            own = f"boat/own-{n}-{turn}"
            name = chance.choice(names)
            at = len(stored(boats, name))
            try:
                boats.store.commit(append(painted(name, at, f"{n}/{turn}")))
                done.append((name, at + 1))
            except Conflict:
                pass
            boats.store.commit(append(painted(own, 0)))
            assert stored(boats, own) == [1]

    assert together(16, run) == []
    for name in names:
        assert sorted(version for of, version in done if of == name) == stored(boats, name)
    number(boats)
    assert verify_log(boats) == (len(rows(boats, EVENTS)), [])


@on_postgresql
def test_an_append_by_itself_waits_for_who_rests_on_its_stream(boats: Service) -> None:
    boats.store.commit(append(painted("boat/ground", 0)))
    late = threading.Thread(target=boats.store.commit, args=(append(painted("boat/ground", 1)),))
    with boats.database.writing() as connection:
        rests = append(painted("boat/house", 0), guards=(Guard("boat/ground", 1),))
        boats.store.write(connection, rests)
        late.start()
        late.join(0.3)
        assert late.is_alive() and stored(boats, "boat/ground") == [1]
    late.join(10)
    assert stored(boats, "boat/ground") == [1, 2]
    number(boats)
    with boats.database.reading() as connection:
        log = [boats.store.recorded(raw).stream for _, raw in boats.store.whole_log(connection)]
    assert log[-2:] == ["boat/house", "boat/ground"]


@on_postgresql
def test_a_guard_by_itself_looks_once_it_holds_its_stream(boats: Service) -> None:
    """It began before the stream was changed, and is told so nevertheless."""
    boats.store.commit(append(painted("boat/moves", 0)))
    wrong: list[Exception] = []

    def rest() -> None:
        try:
            guards = (Guard("boat/moves", 1),)
            boats.store.commit(append(painted("boat/on-sand", 0), guards=guards))
        except Conflict as error:
            wrong.append(error)

    late = threading.Thread(target=rest)
    with boats.database.writing() as connection:
        boats.store.write(connection, append(painted("boat/moves", 1)))
        late.start()
        late.join(0.3)
        assert late.is_alive()
    late.join(10)
    assert len(wrong) == 1 and stored(boats, "boat/on-sand") == []


def test_a_connection_lost_in_mid_group_is_told_to_everybody(
    postgres: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told success, nothing is tried again, and the next append gets a new connection."""
    boats = postgres.open(BOATS)
    wrong: list[BaseException] = []
    with boats.database.writing() as connection:
        boats.store.lock(connection, "boat/held")
        tickets = [boats.store._ticket(append(painted("boat/held", 0)))]
        tickets += [
            boats.store._ticket(append(painted(f"boat/beside-{n}", 0))) for n in range(WAITING)
        ]
        group = threading.Thread(target=boats.store._together._run, args=(tickets,))
        group.start()
        owner = postgres.owner("trainings")
        until(lambda: end_who_waits(owner) == 1)
        group.join(10)
        assert not group.is_alive()
    wrong = [ticket.error for ticket in tickets if ticket.error is not None]
    assert len(wrong) == len(tickets)
    assert all(isinstance(e, DBAPIError) and e.connection_invalidated for e in wrong)
    assert len({id(error) for error in wrong}) == len(wrong)
    assert rows(boats, EVENTS) == []
    boats.store.commit(append(painted("boat/held", 0)))
    assert stored(boats, "boat/held") == [1]


def end_who_waits(owner: sa.Engine) -> int:
    """End the server's processes that wait for a stream's lock; how many they were."""
    with owner.connect() as connection:
        return len(
            connection.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
                " and wait_event = 'advisory'"
            ).all()
        )


def test_a_connection_that_ended_while_it_was_idle_is_made_again(postgres: Home) -> None:
    boats = postgres.open(BOATS)
    boats.store.commit(append(painted("boat/one", 0)))
    with postgres.owner("trainings").connect() as connection:
        ended = connection.exec_driver_sql(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).all()
    assert ended
    boats.store.commit(append(painted("boat/one", 1)))
    assert stored_again(boats) == [1, 2]


def stored_again(service: Service) -> list[int]:
    """What is stored, asked on a connection of the pool that may have ended too."""
    try:
        return stored(service, "boat/one")
    except DBAPIError:
        return stored(service, "boat/one")


# The queue by itself


def ticket(*streams: str, guards: tuple[str, ...] = ()) -> Ticket:
    writes = [painted(name, 0) for name in streams]
    return Ticket(append(*writes, guards=tuple(Guard(g, 0) for g in guards)), [], plain=True)


def queued(apart: bool, *tickets: Ticket, run: Callable[[list[Ticket]], None]) -> list[object]:
    """Let tickets queue in this order behind one that is on its way; what each raised."""
    begun, go = threading.Event(), threading.Event()

    def held(group: list[Ticket]) -> None:
        if not begun.is_set():
            begun.set()
            go.wait(10)
            return
        run(group)

    queue = Together(held, leaders=1, apart=apart)
    raised: dict[int, object] = {}

    def commit(one: Ticket) -> None:
        try:
            queue.commit(one)
        except BaseException as error:
            raised[id(one)] = error

    threads = [threading.Thread(target=commit, args=(ticket("boat/first"),))]
    threads[0].start()
    assert begun.wait(10)
    for count, one in enumerate(tickets, 1):
        threads.append(threading.Thread(target=commit, args=(one,)))
        threads[-1].start()
        until(partial(holds, queue, count))
    go.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert queue._free == 1 and not queue._queue
    return [raised.get(id(one)) for one in tickets]


def holds(queue: Together, count: int) -> bool:
    return len(queue._queue) == count


def test_groups_are_bounded_and_keep_the_order() -> None:
    groups: list[list[Ticket]] = []
    tickets = [ticket(f"boat/{n % 50}", guards=()) for n in range(GROUP_MAX + 10)]
    assert queued(False, *tickets, run=lambda g: groups.append(list(g))) == [None] * len(tickets)
    assert max(len(group) for group in groups) <= GROUP_MAX
    assert [one for group in groups for one in group] == tickets


def test_two_who_touch_one_stream_are_apart_and_in_order() -> None:
    groups: list[list[Ticket]] = []
    a, b, c = ticket("boat/a"), ticket("boat/b", guards=("boat/g",)), ticket("boat/a", "boat/c")
    d, e, f = ticket("boat/c"), ticket("boat/e", guards=("boat/g",)), ticket("boat/g")
    queued(True, a, b, c, d, e, f, run=lambda group: groups.append(list(group)))
    assert groups == [[a, b, e], [c, f], [d]]


def test_an_interrupted_leader_tells_those_who_waited() -> None:
    def interrupted(_group: list[Ticket]) -> None:
        raise KeyboardInterrupt

    found = queued(True, ticket("boat/a"), ticket("boat/b"), run=interrupted)
    assert [type(error) for error in found] == [KeyboardInterrupt, RuntimeError]
