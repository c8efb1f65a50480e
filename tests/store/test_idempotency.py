"""A command is done once under its key: the same request, the same answer; another is refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask, g

from shared.access.reader import Reader
from shared.errors import Conflict, Invalid, Refused
from shared.events.append import Append, RequestRecord, StreamWrite
from shared.events.tables import EVENTS, RECORDS
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.privacy.keyring import KeyName
from shared.service import Service
from shared.web.commands import EXTENSION, Answer, perform, receipt
from shared.web.idempotency import HEADER, REPLAYED_HEADER
from tests.store.domain import BOAT, BOATS, Home, Launch, Sail, context, launch, rows

IDENTIFIERS = Uuid7()


@dataclass
class Caller:
    """Somebody who sends requests to a service, as a program does."""

    service: Service
    account: str = "a1"

    def sail(self, boat: str, key: str, *, times: int = 1) -> tuple[dict[str, Any], bool]:
        """The answer, and whether it was given before. Raises what the command is refused with."""
        app = Flask("boats")
        app.extensions[EXTENSION] = self.service

        def handler(work: Work) -> Answer:
            work.decide(BOAT, boat, Sail(times=times))
            return receipt(work, BOAT, boat)

        with app.test_request_context(
            f"/boats/{boat}", method="POST", headers={HEADER: key}, json={"times": times}
        ):
            g.reader = Reader(self.account, "s1", "Mira")
            g.correlation_id = IDENTIFIERS.new()
            answer = perform("rs", handler)
        return msgspec.json.decode(answer.data), REPLAYED_HEADER in answer.headers


def versions(service: Service, boat: str) -> list[int]:
    with service.database.reading() as connection:
        found = sa.select(EVENTS.c.version).where(EVENTS.c.stream == f"boat/{boat}")
        return list(connection.execute(found.order_by(EVENTS.c.version)).scalars())


def test_the_same_request_has_the_same_answer_and_is_done_once(boats: Service) -> None:
    launch(boats, "k1")
    caller = Caller(boats)
    assert caller.sail("k1", "key-1") == ({"id": "k1", "version": 2}, False)
    caller.sail("k1", "key-2")
    assert caller.sail("k1", "key-1") == ({"id": "k1", "version": 2}, True)
    assert versions(boats, "k1") == [1, 2, 3]


def test_another_request_under_the_same_key_is_refused(boats: Service) -> None:
    launch(boats, "k2")
    caller = Caller(boats)
    caller.sail("k2", "key-3")
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        caller.sail("k2", "key-3", times=2)
    assert versions(boats, "k2") == [1, 2]


def test_a_key_belongs_to_who_sends_it(boats: Service) -> None:
    launch(boats, "k3")
    Caller(boats, "a1").sail("k3", "key-4")
    assert Caller(boats, "a2").sail("k3", "key-4") == ({"id": "k3", "version": 3}, False)


def test_of_many_who_send_the_same_at_once_one_does_it_and_all_hear_of_it(boats: Service) -> None:
    launch(boats, "k4")
    caller = Caller(boats)
    gate = threading.Barrier(8)
    answers: list[tuple[dict[str, Any], bool]] = []

    def send() -> None:
        gate.wait()
        answers.append(caller.sail("k4", "key-5"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer for answer, _ in answers] == [{"id": "k4", "version": 2}] * 8
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 7
    assert versions(boats, "k4") == [1, 2]


def test_a_refused_command_keeps_no_answer_and_its_key_may_be_used_again(boats: Service) -> None:
    record = RequestRecord("a1", "POST /boats", "key-6", b"hash")
    launch(boats, "k5")

    def handler(work: Work) -> None:
        work.record(record)
        work.decide(BOAT, "k5", Launch(registration_id="r", captain="Ana"))

    with pytest.raises(Refused):
        boats.transact(context(), handler)
    assert "key-6" not in {row[2] for row in rows(boats, RECORDS)}
    boats.transact(context(), lambda work: work.record(record))
    assert "key-6" in {row[2] for row in rows(boats, RECORDS)}


def test_the_store_takes_a_key_once(boats: Service) -> None:
    """Whoever comes second writes nothing, and finds the answer of the first."""
    now = boats.clock.now()
    records = tuple(RequestRecord("a1", "POST /", f"n{n}", b"one", 201, b"{}") for n in range(250))
    boats.store.commit(Append(context=context(), now=now, writes=(), records=records))
    second = RequestRecord("a1", "POST /", "n249", b"two")
    write = StreamWrite("boat/k6", 0, ())
    with pytest.raises(Conflict):
        boats.store.commit(Append(context=context(), now=now, writes=(write,), records=(second,)))
    with boats.database.reading() as connection:
        found = boats.store.find_record(connection, actor="a1", route="POST /", key="n249")
    assert found == records[249]


def test_an_answer_is_stored_sealed_and_goes_with_its_day(tmp_path: Path) -> None:
    home = Home.make(tmp_path)
    boats = home.open(BOATS)
    launch(boats, "k7")
    caller = Caller(boats)
    caller.sail("k7", "key-7")
    (stored,) = rows(boats, RECORDS)
    assert b"k7" not in stored[5]
    day = stored[6].date().isoformat()
    answers = KeyName(f"responses/{day}", "trainings", "responses")
    assert len(boats.keyring.destroy([answers])) == 1
    with pytest.raises(Invalid, match="idempotency-key-expired"):
        caller.sail("k7", "key-7")
    assert versions(boats, "k7") == [1, 2]
    home.close()
