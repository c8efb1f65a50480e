"""The stored hashes are those of the tree, however often and by however many they are added."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select

from shared.events.tables import LOG_HASHES
from shared.log import hashes, tree
from shared.log.checkpoints import prove
from shared.log.hashes import OtherHash, StoredHashes, grow, grow_in_batches
from shared.log.tree import MissingHashes
from shared.service import Service
from tests.log.conftest import NAME, entry, fill, on_postgresql_too, tamper
from tests.log.naive import ListedHashes, leaf
from tests.store.domain import Home, launch, number, rows


def listed(size: int) -> ListedHashes:
    return ListedHashes([leaf(entry(n)) for n in range(size)])


def stored_rows(size: int) -> list[tuple[object, ...]]:
    return [
        (NAME, level, position, one)
        for level, found in enumerate(listed(size).levels)
        for position, one in enumerate(found)
        if level
    ]


@on_postgresql_too
def test_an_old_log_is_caught_up_in_short_transactions(
    boats: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "TILES_A_TURN", 3)
    fill(boats, 2_700)
    committed: list[object] = []
    event.listen(boats.database.engine, "commit", committed.append)
    assert grow_in_batches(boats.database, NAME, own=True) == 10
    assert len(committed) == 4
    assert rows(boats, LOG_HASHES) == stored_rows(2_700)
    assert grow_in_batches(boats.database, NAME, own=True) == 0
    assert len(committed) == 4


def test_only_what_is_complete_is_added(boats: Service) -> None:
    for size in (0, 1, 255, 256, 257, 511, 512):
        fill(boats, size)
        grow_in_batches(boats.database, NAME, own=True)
        assert rows(boats, LOG_HASHES) == stored_rows(size)


def test_growing_stays_within_what_was_asked_for(boats: Service) -> None:
    fill(boats, 256 * 5)
    counts = []
    for _ in range(4):
        with boats.database.writing() as connection:
            counts.append(grow(connection, NAME, True, tiles_max=2))
    assert counts == [2, 2, 1, 0]


@on_postgresql_too
def test_what_was_appended_is_proved(boats: Service) -> None:
    for n in range(5):
        launch(boats, f"b{n}", sail=60)
    number(boats)
    grow_in_batches(boats.database, NAME, own=True)
    with boats.database.reading() as connection:
        entries = dict(boats.store.whole_log(connection))
        stored = StoredHashes(connection, NAME, own=True)
        whole = tree.root(stored, 305)
        for position, raw in entries.items():
            proof = prove(connection, NAME, True, position, 305)
            tree.verify_inclusion(leaf(raw), position, 305, proof, whole)
    assert len(entries) == 305


def test_a_proof_reads_few_rows_of_a_large_log(boats: Service) -> None:
    size = 20_000
    fill(boats, size)
    grow_in_batches(boats.database, NAME, own=True)
    statements: list[str] = []

    def count(*given: Any) -> None:
        if given[2].startswith("SELECT"):
            statements.append(given[2])

    event.listen(boats.database.engine, "before_cursor_execute", count)
    with boats.database.reading() as connection:
        whole = tree.root(StoredHashes(connection, NAME, own=True), size)
        assert whole == tree.root(listed(size), size)
        assert len(statements) <= 2
        statements.clear()
        proof = prove(connection, NAME, True, 7, size)
    assert len(statements) <= 4
    tree.verify_inclusion(leaf(entry(7)), 7, size, proof, whole)


@on_postgresql_too
def test_two_that_grow_at_once_do_not_fail_each_other(home: Home, boats: Service) -> None:
    fill(boats, 256 * 40)
    others = [home.open(boats.definition) for _ in range(4)]
    failed: list[Exception] = []
    ready = threading.Barrier(len(others))

    def run(service: Service) -> None:
        ready.wait()
        try:
            grow_in_batches(service.database, NAME, own=True)
        except Exception as error:
            failed.append(error)

    threads = [home.start(partial(run, one)) for one in others]
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert rows(boats, LOG_HASHES) == stored_rows(256 * 40)


@on_postgresql_too
def test_a_followed_log_has_its_leaves_as_rows(boats: Service) -> None:
    leaves = [leaf(entry(n)) for n in range(600)]
    with boats.database.writing() as connection:
        connection.execute(
            LOG_HASHES.insert(),
            [
                {"log": "grants", "level": 0, "position": n, "hash": one}
                for n, one in enumerate(leaves)
            ],
        )
        assert grow(connection, "grants", False) == 2
        stored = StoredHashes(connection, "grants", own=False)
        assert tree.root(stored, 600) == tree.root(listed(600), 600)
        assert StoredHashes(connection, "grants", own=True).count(0) == 0
        held = select(func.count()).where(LOG_HASHES.c.log == NAME)
        assert connection.execute(held).scalar() == 0


@on_postgresql_too
def test_another_hash_in_the_place_is_noticed(home: Home, boats: Service) -> None:
    """Somebody put a root there before its tile was complete."""
    with boats.database.writing() as connection:
        forged = {"log": NAME, "level": 1, "position": 0, "hash": bytes(32)}
        connection.execute(LOG_HASHES.insert().values(forged))
    fill(boats, 600)
    grow_in_batches(boats.database, NAME, own=True)
    row = {"log": NAME, "level": 1, "position": 0, "hash": listed(600).levels[1][0]}
    with pytest.raises(OtherHash, match="level 1, position 0"), boats.database.writing() as at:
        hashes.keep(at, [row])


def test_a_leaf_that_is_gone_stops_growing(home: Home, boats: Service) -> None:
    fill(boats, 300)
    tamper(boats, home, "delete from log where position = 17")
    with pytest.raises(MissingHashes, match="level 0"):
        grow_in_batches(boats.database, NAME, own=True)


def test_what_is_no_hash_is_not_hashed(home: Home, boats: Service) -> None:
    fill(boats, 300)
    tamper(boats, home, "update log set leaf_hash = :short where position = 17", short=b"short")
    with pytest.raises(MissingHashes, match="are hashes"):
        grow_in_batches(boats.database, NAME, own=True)
