"""The witness on PostgreSQL and RabbitMQ: the same alarms, and one of many requests moves a log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import shared.bus.relay as relaying
from shared.log import keys
from shared.log.leaf import leaf_hash
from shared.log.notes import Checkpoint, Note, Signer
from shared.log.tree import consistency_proof, root
from shared.log.watching.deciding import Behind
from shared.log.watching.submissions import Submission
from shared.log.watching.witnessing import add_checkpoint
from tests.log.naive import ListedHashes
from tests.store.domain import launch, until
from tests.witness.place import SOURCE, Place

ORIGIN = "example.org/elsewhere"
SIGNER = Signer(ORIGIN, b"\7" * 32)
LEAVES = ListedHashes([leaf_hash(b"%d" % n) for n in range(40)])


@pytest.fixture
def place(
    tmp_path: Path, database_url: str, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.setattr(relaying, "HEAD_SECONDS", 0.1)
    file = tmp_path / "logs"
    file.write_text(f"{SIGNER.verifier_key}\n", "utf-8")
    made = Place.make(
        tmp_path, database_url=database_url, broker_url=broker_url, witnessed_logs=file
    )
    yield made
    made.close()
    made.drop()


def test_each_log_is_cosigned_and_a_rewritten_entry_found(place: Place) -> None:
    for name in ("one", "two", "three"):
        launch(place.boats, name, sail=3)
    with place.moving():
        place.wait()
        place.tamper(
            "update log set leaf_hash = sha256('x') where position = 4",
            "update events set envelope = 'x' where event_id ="
            " (select event_id from log where position = 4)",
        )
        alarm = place.alarm("rewritten")
        assert (alarm.source, alarm.position) == (SOURCE, 4)
        assert alarm.found == leaf_hash(b"x").hex()
        until(lambda: place.cosigned(place.audit, place.accounts))
    note = place.checkpoint()
    assert note is not None
    assert len(note.verified_by(keys.witness_verifiers(place.settings, "audit"))) == 1


def test_only_one_of_many_at_once_moves_the_log(place: Place) -> None:
    done: list[int] = []
    behind: list[int] = []
    start = threading.Barrier(8)

    def ask(size: int) -> None:
        text = Checkpoint(ORIGIN, size, root(LEAVES, size)).text()
        note = Note(text).with_line(SIGNER.sign(text))
        one = Submission(5, tuple(consistency_proof(LEAVES, 5, size)), note)
        start.wait(10)
        try:
            add_checkpoint(place.audit, one)
            done.append(size)
        except Behind as error:
            behind.append(error.size)

    text = Checkpoint(ORIGIN, 5, root(LEAVES, 5)).text()
    add_checkpoint(place.audit, Submission(0, (), Note(text).with_line(SIGNER.sign(text))))
    threads = [threading.Thread(target=ask, args=(size,)) for size in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 1 and behind == done * 7
