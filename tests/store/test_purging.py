"""Stored answers go after a week and their days' keys with them; what was loaded is remembered."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import pytest

from shared.due.purging import KEPT, key_of_answers, purge_answers
from shared.due.worker import DueWorker
from shared.events.append import Append, RequestRecord
from shared.events.tables import RECORDS
from shared.privacy.keyring import KeyName
from shared.service import Service
from tests.store.domain import BOATS, HARBOURS, Home, context, launch, rows, until
from tests.store.test_idempotency import Caller
from tests.store.writing import NOON


@pytest.fixture
def boats(fresh: Home) -> Service:
    return fresh.open(BOATS)


def answered(service: Service, key: str, at: datetime, *, response: bytes = b"sealed") -> None:
    """An answer of a moment, sealed under the key of its day."""
    service.keyring.ensure([key_of_answers(service.name, at)])
    record = RequestRecord("a1", "POST /boats", key, b"hash", 200, response)
    service.store.commit(Append(context=context(), now=at, writes=(), records=(record,)))


def kept(service: Service) -> list[str]:
    return sorted(row[2] for row in rows(service, RECORDS))


def days(service: Service) -> list[str]:
    """The days whose answers can be read."""
    names = service.keyring.names(owners="responses/", data_class=service.name)
    return [name.owner.removeprefix("responses/") for name in names]


def test_answers_of_more_than_a_week_ago_are_gone_and_their_keys_destroyed(boats: Service) -> None:
    person = KeyName("r-one", "identity")
    boats.keyring.ensure([person])
    for age in (0, 6, 7, 8, 30):
        answered(boats, f"{age:02}", NOON - timedelta(days=age))
    assert purge_answers(boats, NOON) == 2
    assert kept(boats) == ["00", "06", "07"]
    assert days(boats) == ["2026-02-22", "2026-02-23", "2026-03-01"]
    assert purge_answers(boats, NOON + timedelta(seconds=1)) == 1
    # The day is not over: the key of others of that day stays.
    assert days(boats) == ["2026-02-22", "2026-02-23", "2026-03-01"]
    assert purge_answers(boats, NOON + KEPT + timedelta(days=1)) == 2
    assert (kept(boats), days(boats)) == ([], [])
    assert purge_answers(boats, NOON + KEPT + timedelta(days=1)) == 0
    assert boats.keyring.ensure([person])[person].cipher is not None


def test_what_holds_no_answer_is_kept(boats: Service) -> None:
    """The marks of loaded rows are records too, and loading again must still know them."""
    answered(boats, "row-1", NOON - timedelta(days=400), response=b"")
    assert purge_answers(boats, NOON) == 0
    assert kept(boats) == ["row-1"]


def test_another_services_keys_are_left_alone(fresh: Home) -> None:
    boats, harbours = fresh.open(BOATS), fresh.open(HARBOURS)
    name = key_of_answers("grants", NOON - timedelta(days=30))
    harbours.keyring.ensure([name])
    purge_answers(boats, NOON)
    assert boats.keyring.destroy([name]) == []
    assert harbours.keyring.names(owners="responses/", data_class="grants") == [name]


def test_the_worker_purges_by_itself_though_nothing_is_ever_due(boats: Service) -> None:
    assert BOATS.due == {}
    answered(boats, "old", datetime.now(UTC) - KEPT - timedelta(days=2))
    answered(boats, "new", datetime.now(UTC))
    worker = DueWorker(boats)
    thread = threading.Thread(target=worker.run)
    thread.start()
    until(lambda: kept(boats) == ["new"])
    until(lambda: len(days(boats)) == 1)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_no_hash_of_a_request_is_stored_that_could_be_tried_out(boats: Service) -> None:
    """A body may hold nothing but an account number, of which there are few enough to try."""
    launch(boats, "k1")
    caller = Caller(boats)
    caller.sail("k1", "key-1", times=3)
    (record,) = rows(boats, RECORDS)
    assert len(record[3]) == 32
    assert bytes(record[3]) != plain(b'{"times": 3}')
    assert caller.sail("k1", "key-1", times=3)[1]


def plain(body: bytes) -> bytes:
    """The hash that anybody can make of this request."""
    digest = hashlib.sha256()
    for part in (b"POST", b"/boats/k1", b"", hashlib.sha256(body).digest()):
        digest.update(b"%d:" % len(part) + part)
    return digest.digest()
