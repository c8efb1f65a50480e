"""On PostgreSQL an append and all that it brings is sent at once: wholly written or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg.errors import PipelineAborted, UniqueViolation
from sqlalchemy.exc import IntegrityError

from shared.database import first_error
from shared.errors import Conflict, Refused
from shared.events import at_once, rebuilding
from shared.events.append import Claim, DueWork, RequestRecord
from shared.events.event import Event
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.tables import CLAIMS, DUE, EVENTS, PENDING, RECORDS
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
    Launched,
    Painted,
    Sail,
    Sailed,
    context,
    launch,
    number,
    rows,
    sail,
    until,
)
from tests.store.writing import NOON, WRITERS, append, painted, stored, together

EVERYTHING = (EVENTS, PENDING, CLAIMS, RECORDS, DUE, SHIPS, CREW)


def project(at: Projecting, recorded: Recorded) -> None:
    key = {"id": recorded.identifier}
    match recorded.event:
        case Launched() as event:
            at.put(
                SHIPS, key, programme=recorded.programme, captain=event.captain, trips=0,
                seen_at=recorded.at,
            )  # fmt: skip
        case Sailed() as event:
            at.add(SHIPS, key, {"trips": 1}, seen_at=recorded.at)
            at.make(CREW, {"ship_id": recorded.identifier, "number": event.number})
        case Painted(colour="gone"):
            at.remove(CREW, {"ship_id": recorded.identifier})
            at.remove(SHIPS, key)
        case Painted():
            at.change(SHIPS, key, programme="painted")


@pytest.fixture
def boats(postgres) -> Service:
    shown = Projection("ships", 1, (SHIPS, CREW), project, (Launched, Sailed, Painted))
    return postgres.open(replace(BOATS, projections=(shown,)))


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """The first statement of each append that was sent at once."""
    found: list[str] = []
    run = at_once.run

    def spy(connection: Any, written: at_once.Written) -> None:
        found.append(written[0][0])
        run(connection, written)

    monkeypatch.setattr(at_once, "run", spy)
    return found


def everything(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: rows(service, table) for table in EVERYTHING}


def record(key: str) -> RequestRecord:
    return RequestRecord("clerk", "POST /boats", key, b"hash", 201, b"answer")


def test_events_rows_answers_and_work_are_sent_at_once(boats: Service, sent) -> None:
    def handler(work: Work) -> None:
        work.decide(BOAT, "b1", Launch(registration_id="r1", captain="Ana"))
        work.record(record("k1"))
        work.schedule(DueWork("d1", "remind", NOON, b"{}"))

    boats.transact(context(), handler)
    assert len(sent) == 1
    found = everything(boats)
    assert [row[1:3] for row in found["events"]] == [("boat/b1", 1)]
    assert len(found["pending"]) == len(found["due"]) == 1
    assert found["idempotency_records"][0][:6] == (
        "clerk", "POST /boats", "k1", b"hash", 201, b"answer",
    )  # fmt: skip
    (ship,) = found["ships"]
    assert ship[:4] == ("b1", "rs", "Ana", 0)
    sail(boats, "b1")
    boats.transact(context(), lambda work: work.decide(BOAT, "b1", Painted(colour="red")))
    assert len(sent) == 3
    assert rows(boats, SHIPS)[0][:4] == ("b1", "painted", "Ana", 1)
    assert rows(boats, CREW) == [("b1", 1)]


def test_what_changed_meanwhile_undoes_all_of_it(boats: Service, sent) -> None:
    launch(boats, "b1")
    before: list[Any] = []

    def handler(work: Work) -> None:
        work.load(BOAT, "b1")
        if not before:
            sail(boats, "b1")
            before.append(everything(boats))
            work.record(record("k1"))
            work.decide(BOAT, "b1", Sail())
        else:
            assert everything(boats) == before[0]
            raise Refused("enough", "Enough.")

    with pytest.raises(Refused):
        boats.transact(context(), handler)
    assert everything(boats) == before[0]


def test_a_key_that_was_used_undoes_all_of_it(boats: Service, sent) -> None:
    launch(boats, "b1")

    def handler(work: Work) -> None:
        work.record(record("k1"))
        work.decide(BOAT, "b1", Sail())

    boats.transact(context(), handler)
    before = everything(boats)
    with pytest.raises(Conflict):
        boats.transact(context(), handler)
    assert everything(boats) == before


def test_one_of_many_with_the_same_key_is_written(boats: Service, sent) -> None:
    launch(boats, "b1")

    def handler(work: Work) -> None:
        work.record(record("k1"))
        work.decide(BOAT, work.new_id(), Launch(registration_id="r", captain="Ana"))

    wrong = together(WRITERS, lambda _: boats.transact(context(), handler))
    assert len(wrong) == WRITERS - 1 and {type(error) for error in wrong} == {Conflict}
    assert len(rows(boats, EVENTS)) == len(rows(boats, SHIPS)) == 2


def test_what_touches_a_table_twice_is_a_transaction_and_the_same_comes_of_it(
    boats: Service, sent
) -> None:
    launch(boats, "b1", sail=2)
    assert sent == []
    assert rows(boats, SHIPS)[0][3] == 2 and len(rows(boats, CREW)) == 2
    boats.transact(context(), lambda work: work.decide(BOAT, "b1", Painted(colour="gone")))
    assert rows(boats, SHIPS) == []


def test_a_claim_is_a_transaction(boats: Service, sent) -> None:
    def handler(work: Work) -> None:
        name = work.new_id()
        work.claim(Claim("name", "ana", f"boat/{name}"))
        work.decide(BOAT, name, Launch(registration_id="r1", captain="Ana"))

    boats.transact(context(), handler)
    before = everything(boats)
    with pytest.raises(Refused):
        boats.transact(context(), handler)
    assert everything(boats) == before and sent == []


def test_a_hot_stream_is_locked_until_the_commit(boats: Service, sent) -> None:
    launch(boats, "b1")
    tries: list[int] = []

    def handler(work: Work) -> tuple[Event, ...]:
        tries.append(1)
        return work.decide(HOT_BOAT, "b1", Sail())

    sent.clear()
    assert together(WRITERS, lambda _: boats.transact(context(), handler)) == []
    assert len(tries) == WRITERS and sent == []
    assert rows(boats, SHIPS)[0][3] == WRITERS


def test_a_handler_that_fails_after_a_lock_leaves_nothing_behind(boats: Service) -> None:
    launch(boats, "b1")

    def handler(work: Work) -> None:
        work.decide(HOT_BOAT, "b1", Sail())
        raise Refused("no", "No.")

    before = everything(boats)
    for _ in range(3):
        with pytest.raises(Refused):
            boats.transact(context(), handler)
    sail(boats, "b1")
    assert len(everything(boats)["events"]) == len(before["events"]) + 1


def test_a_row_that_stands_in_the_way_is_no_conflict(boats: Service) -> None:
    launch(boats, "b1")
    with boats.database.writing() as connection:
        connection.execute(CREW.insert().values(ship_id="b1", number=1))
    before = everything(boats)
    with pytest.raises(IntegrityError):
        sail(boats, "b1")
    assert everything(boats) == before


# What is committed while an append waits


def paint(service: Service, boat: str, colour: str) -> None:
    service.transact(context(), lambda work: work.decide(BOAT, boat, Painted(colour=colour)))


def waiting(postgres: Home) -> int:
    """How many statements wait for a lock."""
    with postgres.owner("trainings").connect() as connection:
        return int(
            connection.exec_driver_sql(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            ).scalar_one()
        )


def test_rows_that_a_rebuild_put_in_place_meanwhile_are_changed(
    postgres: Home, boats: Service, sent, monkeypatch
) -> None:
    for boat in ("sails", "is-painted", "goes"):
        launch(boats, boat)
    number(boats)
    acts: list[Callable[[], None]] = [
        lambda: sail(boats, "sails"),
        lambda: paint(boats, "is-painted", "red"),
        lambda: paint(boats, "goes", "gone"),
        lambda: launch(boats, "comes"),
    ]
    threads = [threading.Thread(target=act) for act in acts]
    replace_rows = rebuilding._Build._replace_rows

    def while_others_wait(build: rebuilding._Build) -> None:
        for thread in threads:
            thread.start()
        until(lambda: waiting(postgres) == len(threads))
        replace_rows(build)

    sent.clear()
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding._Build, "_replace_rows", while_others_wait)
        rebuilding.rebuild(boats, progress=lambda done, total: None)
    for thread in threads:
        thread.join(10)
    number(boats)
    assert len(sent) == len(acts)
    assert [row[:4] for row in rows(boats, SHIPS)] == [
        ("comes", "rs", "Ana", 0),
        ("is-painted", "painted", "Ana", 0),
        ("sails", "rs", "Ana", 1),
    ]
    assert rebuilding.differences(boats) == []


def test_a_row_that_another_append_made_meanwhile_is_changed(postgres: Home) -> None:
    def total(at: Projecting, recorded: Recorded) -> None:
        match recorded.event:
            case Launched():
                values = {"programme": "rs", "trips": 0, "seen_at": recorded.at}
                at.make(SHIPS, {"id": "total", "captain": None, **values})
            case Painted():
                at.add(SHIPS, {"id": "total"}, {"trips": 1})

    shown = Projection("ships", 1, (SHIPS, CREW), total, (Launched, Painted))
    boats = postgres.open(replace(BOATS, projections=(shown,)))
    late = threading.Thread(target=paint, args=(boats, "b1", "red"))
    with boats.database.writing() as connection:
        boats.store.lock(connection, "boat/b1")
        late.start()
        until(lambda: waiting(postgres) == 1)
        launch(boats, "b2")
    late.join(10)
    assert [row[3] for row in rows(boats, SHIPS)] == [1]


def test_of_two_statements_the_first_that_is_refused_is_heard(boats: Service, sent) -> None:
    """On a connection that has not seen them, and again and again on one that has."""
    launch(boats, "b1")
    with boats.database.deciding() as connection:
        for version in range(1, 20):
            with pytest.raises(Conflict):
                boats.store.conclude(connection, append(painted("boat/b1", version - 1)))
            boats.store.conclude(connection, append(painted("boat/b1", version)))
    assert len(sent) == 1 + 2 * 19
    assert stored(boats, "boat/b1") == list(range(1, 21))
    assert rows(boats, SHIPS)[0][1] == "painted"


def test_what_went_wrong_first_is_told_when_a_pipeline_was_broken_off() -> None:
    """The answers come in one by one: the last error hides the first, or does not."""
    first = UniqueViolation()
    for last in (first, PipelineAborted(), PipelineAborted()):
        try:
            try:
                raise first
            finally:
                raise last
        except psycopg.Error as error:
            assert first_error(error) is first
    assert isinstance(first_error(PipelineAborted()), PipelineAborted)
