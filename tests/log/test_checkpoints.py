"""A checkpoint says what is committed, continues the one before, and nothing else is signed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared import metrics
from shared.events.tables import CHECKPOINTS, COSIGNATURES
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.checkpoints import (
    RefusedToSign,
    latest,
    latest_signed,
    origin,
    prove,
    signed_of,
)
from shared.log.leaf import EMPTY_ROOT
from shared.log.notes import Checkpoint, Cosigner, Note, Signer, Verifier
from shared.log.rotating import log_events, rotate
from shared.log.tree import BadProof, verify_inclusion
from shared.service import Service
from tests.log.conftest import NAME, entry, fill, on_postgresql_too, signed, tamper
from tests.log.naive import leaf, naive_root
from tests.store.domain import Home, launch, number, rows, until


def checkpoint(raw: bytes | None) -> Checkpoint:
    assert raw is not None
    return Checkpoint.parse(Note.parse(raw).text)


def sign(service: Service) -> None:
    signed(service)


def verifiers(service: Service) -> tuple[Verifier, ...]:
    return keys.verifiers(service.settings, NAME)


def newest(service: Service) -> bytes | None:
    with service.database.reading() as connection:
        return latest(connection, NAME)


@on_postgresql_too
def test_the_first_is_of_an_empty_log_and_the_next_when_it_grew(boats: Service) -> None:
    assert checkpoint(newest(boats)) == Checkpoint(origin(boats.settings, NAME), 0, EMPTY_ROOT)
    assert signed(boats) is None
    launch(boats, "one", sail=2)
    number(boats)
    with boats.database.reading() as connection:
        leaves = [leaf(raw) for _, raw in boats.store.whole_log(connection)]
    second = signed(boats)
    assert checkpoint(second) == Checkpoint(
        f"{boats.settings.installation}/trainings", 3, naive_root(leaves)
    )
    assert newest(boats) == second
    assert second is not None
    assert Note.parse(second).verified_by(verifiers(boats)) == verifiers(boats)
    assert [row[:2] for row in rows(boats, CHECKPOINTS)] == [(NAME, 0), (NAME, 3)]


@on_postgresql_too
def test_what_is_not_committed_is_not_covered(boats: Service) -> None:
    fill(boats, 5)
    with boats.database.engine.connect() as connection:
        connection.execution_options(zanat_write=True)
        connection.exec_driver_sql("insert into log values (5, 'later', 'x')")
        raw = None
        if not boats.database.is_sqlite:
            raw = signed(boats)
        connection.rollback()
    assert checkpoint(raw or signed(boats)).size == 5


def test_cosignatures_stand_under_the_newest(boats: Service) -> None:
    fill(boats, 3)
    raw = signed(boats)
    assert raw is not None
    text = Note.parse(raw).text
    witnesses = [Cosigner(f"elsewhere/{n}", bytes([n]) * 32) for n in (2, 1)]
    with boats.database.writing() as connection:
        for one in witnesses:
            row = {"log": NAME, "size": 3, "key_name": one.name, "line": one.cosign(text, 5)}
            connection.execute(COSIGNATURES.insert().values(row | {"made_at": datetime.now(UTC)}))
    found = newest(boats)
    assert found is not None
    assert found.startswith(raw)
    lines = Note.parse(found).signatures
    assert [line.name for line in lines] == [
        origin(boats.settings, NAME),
        "elsewhere/1",
        "elsewhere/2",
    ]
    known = [Verifier.parse(one.verifier_key) for one in witnesses]
    assert len(Note.parse(found).verified_by([*known, *verifiers(boats)])) == 3
    with boats.database.reading() as connection:
        kept = signed_of(connection, NAME, 3)
        assert kept is not None and kept.note == raw
        assert signed_of(connection, NAME, 2) is None
    fill(boats, 4)
    assert signed(boats) == newest(boats)


CHANGES = {
    "the last leaf that was signed": "update log set leaf_hash = :bytes where position = 299",
    "a stored hash": "update log_hashes set hash = :bytes where position = 0",
    "the signed root": "update checkpoints set root = :bytes",
    "the signed note": "update checkpoints set note = :bytes",
    "a leaf that is gone": "delete from log where position = 270",
    "a log cut short": "delete from log where position >= 290",
    "two leaves swapped": "update log set leaf_hash = case position "
    "when 280 then (select leaf_hash from log where position = 281) "
    "else (select leaf_hash from log where position = 280) end where position in (280, 281)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_signed_over_what_was_bent(home: Home, boats: Service, change: str) -> None:
    fill(boats, 300)
    first = signed(boats)
    statement = CHANGES[change]
    tamper(boats, home, statement, **({"bytes": b"\7" * 32} if ":bytes" in statement else {}))
    if change != "a log cut short":
        fill(boats, 310)
    refused = metrics.checkpoints_refused.labels(NAME)
    before = refused._value.get()
    told: list[bool] = []
    with capture_logs() as lines:
        assert Checkpointer(boats, on_made=lambda: told.append(True)).turn() is None
    assert [line["event"] for line in lines] == ["checkpoint refused"]
    assert lines[0]["log_level"] == "error" and lines[0]["reason"]
    assert refused._value.get() == before + 1
    assert told == []
    assert [row[1] for row in rows(boats, CHECKPOINTS)] == [0, 300]
    assert first is not None


def test_a_leaf_that_is_bent_long_after_changes_nothing_that_is_signed(
    home: Home, boats: Service
) -> None:
    """Its tile's root was kept when it was complete; who checks the tile sees that it is bent."""
    fill(boats, 300)
    signed(boats)
    tamper(boats, home, "update log set leaf_hash = :bytes where position = 100", bytes=bytes(32))
    fill(boats, 310)
    leaves = [leaf(entry(n)) for n in range(310)]
    assert checkpoint(signed(boats)).root == naive_root(leaves)
    with boats.database.reading() as connection:
        proof = prove(connection, NAME, True, 7, 310)
    with pytest.raises(BadProof):
        verify_inclusion(leaves[7], 7, 310, proof, naive_root(leaves))


@on_postgresql_too
def test_a_shorter_log_is_refused_by_name(home: Home, boats: Service) -> None:
    fill(boats, 20)
    signed(boats)
    tamper(boats, home, "delete from log where position >= 15")
    with pytest.raises(RefusedToSign, match="the log has 15 entries; 20 were signed"):
        signed(boats)


def test_a_forged_checkpoint_is_not_continued(home: Home, boats: Service) -> None:
    """Of another key, or of another log under the right key."""
    fill(boats, 20)
    signed(boats)
    right = keys.signer(boats.settings, NAME)
    strange = Signer(right.name, bytes(32))
    content = Checkpoint(right.name, 20, bytes(32)).text()
    elsewhere = Checkpoint(
        "another/log", 20, naive_root([leaf(entry(n)) for n in range(20)])
    ).text()
    for signer, text in ((strange, content), (right, elsewhere)):
        forged = bytes(Note(text).with_line(signer.sign(text)))
        tamper(boats, home, "update checkpoints set note = :note where size = 20", note=forged)
        fill(boats, 25)
        with pytest.raises(RefusedToSign, match="the last checkpoint"):
            signed(boats)


@on_postgresql_too
def test_a_checkpointer_signs_while_others_append(home: Home, boats: Service) -> None:
    told: list[bool] = []
    checkpointer = Checkpointer(boats, on_made=lambda: told.append(True))
    home.sequence(boats)
    thread = home.start(checkpointer.run)
    launch(boats, "one", sail=30)
    until(lambda: checkpoint(newest(boats)).size == 31)
    checkpointer.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert len(told) == len(rows(boats, CHECKPOINTS)) - 1


def test_a_checkpointer_goes_on_after_trouble(boats: Service) -> None:
    fill(boats, 3)
    path = boats.settings.log_key_path / "trainings.key"
    aside = path.rename(path.with_suffix(".aside"))
    checkpointer = Checkpointer(boats, on_made=lambda: None)
    with capture_logs() as lines:
        assert checkpointer.turn() is None
    assert lines[0]["event"] == "checkpoint not made"
    aside.rename(path)
    assert checkpoint(checkpointer.turn()).size == 3


@on_postgresql_too
def test_two_that_sign_at_once_sign_one_line_of_checkpoints(home: Home, boats: Service) -> None:
    others = [home.open(boats.definition) for _ in range(3)]
    for round_number in range(5):
        fill(boats, (round_number + 1) * 10)
        threads = [home.start(partial(sign, one)) for one in others]
        for thread in threads:
            thread.join(30)
    assert [row[1] for row in rows(boats, CHECKPOINTS)] == [0, 10, 20, 30, 40, 50]
    root = naive_root([leaf(entry(n)) for n in range(50)])
    with boats.database.reading() as connection:
        last = latest_signed(connection, NAME)
    assert last is not None and last.root == root


# Rotation


def recorded(service: Service) -> list[Any]:
    with service.database.reading() as connection:
        found = [service.store.recorded(raw) for _, raw in service.store.whole_log(connection)]
    return [one.event for one in found if isinstance(one.event, log_events(NAME).key_rotated)]


@on_postgresql_too
def test_another_key_signs_from_now_on_and_the_change_is_on_record(boats: Service) -> None:
    launch(boats, "one")
    number(boats)
    before = signed(boats)
    old, new = rotate(boats)
    number(boats)
    assert keys.verifier_keys(boats.settings, NAME) == (new, old)
    assert old.split("+")[0] == new.split("+")[0] == origin(boats.settings, NAME)
    assert old != new
    assert [(one.old_key, one.new_key) for one in recorded(boats)] == [(old, new)]
    both = signed(boats)
    launch(boats, "two")
    number(boats)
    after = signed(boats)
    assert before and both and after
    assert Note.parse(before).verified_by([Verifier.parse(old)])
    for known in ([old], [new], [old, new]):
        assert len(Note.parse(both).verified_by(map(Verifier.parse, known))) == len(known)
    assert [line.key_id.hex() for line in Note.parse(after).signatures] == [new.split("+")[1]]
    for raw in (before, both, after):
        assert Note.parse(raw).verified_by(verifiers(boats))
    assert not list(boats.settings.log_key_path.glob("*retiring*"))


def test_two_changes_before_a_checkpoint_owe_three_signatures(boats: Service) -> None:
    signed(boats)
    first, second = rotate(boats)
    again, third = rotate(boats)
    number(boats)
    assert again == second
    raw = signed(boats)
    assert raw is not None
    assert {v.verifier_key for v in Note.parse(raw).verified_by(verifiers(boats))} == {
        first,
        second,
        third,
    }
    assert len(recorded(boats)) == 2


@pytest.mark.parametrize("step", ["prepare_next", "begin_next"])
def test_a_change_that_was_cut_short_goes_on(
    boats: Service, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the new key was made; after it was recorded."""

    prepare = keys.prepare_next

    def cut(*given: Any) -> None:
        if step == "prepare_next":
            prepare(*given)
        raise OSError("the machine went down")

    with monkeypatch.context() as patched:
        patched.setattr(keys, step, cut)
        with pytest.raises(OSError, match="went down"):
            rotate(boats)
    old, new = rotate(boats)
    number(boats)
    assert keys.verifier_keys(boats.settings, NAME) == (new, old)
    assert [(one.old_key, one.new_key) for one in recorded(boats)] == [(old, new)]


def test_a_checkpoint_under_way_while_the_key_changes_is_not_kept(
    boats: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch(boats, "one")
    number(boats)
    assert signed(boats)
    launch(boats, "two")
    number(boats)
    owing = keys.retiring

    def rotated(*given: Any) -> Any:
        monkeypatch.setattr(keys, "retiring", owing)
        found = owing(*given)
        rotate(boats)
        return found

    monkeypatch.setattr(keys, "retiring", rotated)
    old = keys.signer(boats.settings, NAME).verifier_key
    assert signed(boats) is None
    assert keys.retired(boats.settings, NAME) == {old: 1}
    both = signed(boats)
    assert both is not None and len(Note.parse(both).verified_by(verifiers(boats))) == 2
