"""What a watch cosigns and what it tells, message by message."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.hashes import StoredHashes
from shared.log.notes import Checkpoint, Note, Signer, Verifier
from shared.log.rotating import rotate
from shared.log.tree import root
from shared.log.watching import hearing
from shared.log.watching import watch as watching
from shared.log.watching.alarms import PASSING, raise_alarm
from shared.log.watching.copies import copy_size, is_whole
from shared.log.watching.deciding import Behind, Damaged, Inconsistent, Unsigned
from shared.log.watching.submissions import BadSubmission, Submission
from shared.log.watching.watch import Watch
from shared.log.watching.witnessing import add_checkpoint
from shared.worker import measure
from tests.store.domain import launch, sail
from tests.witness.place import QUICK, SOURCE, Place
from tests.witness.watching import Watched


def test_nothing_is_cosigned_that_has_not_arrived(watched: Watched) -> None:
    watched.arrive(10)
    audit = watched.place.audit
    add_checkpoint(audit, watched.submission(0, 10))
    # Signed by the log's own key and proved to go on, but never told here.
    forged = {10: b"forged", 11: b"forged"}
    with pytest.raises(Inconsistent):
        add_checkpoint(audit, watched.submission(10, 12, forged))
    with pytest.raises(Behind):
        add_checkpoint(audit, watched.submission(0, 12))
    assert watched.alarms() == []
    watched.arrive(2)
    with pytest.raises(Inconsistent):
        add_checkpoint(audit, watched.submission(10, 12, forged))
    assert watched.kinds() == ["fork"]
    add_checkpoint(audit, watched.submission(10, 12))


def test_of_a_log_that_told_nothing_no_size_is_cosigned(watched: Watched) -> None:
    with pytest.raises(Inconsistent):
        add_checkpoint(watched.place.audit, watched.submission(0, 3))


@pytest.mark.parametrize("size", [2**63, 10**19 - 1])
def test_a_size_that_nothing_can_keep_is_no_checkpoint(watched: Watched, size: int) -> None:
    signer = keys.signer(watched.place.settings, SOURCE)
    text = Checkpoint(signer.name, size, b"\1" * 32).text()
    huge = Note(text).with_line(signer.sign(text))
    with pytest.raises(BadSubmission):
        Submission.parse(bytes(Submission(0, (), huge)))
    watched.arrive(10)
    watched.tell(huge)
    watched.turn()
    assert watched.kinds() == ["signature"]
    watched.tell(watched.note(10))
    assert watched.turn() == [10]


def test_one_that_is_never_reached_holds_up_no_other(watched: Watched) -> None:
    signer = keys.signer(watched.place.settings, SOURCE)
    text = Checkpoint(signer.name, 2**63 - 1, b"\1" * 32).text()
    watched.arrive(10)
    watched.tell(Note(text).with_line(signer.sign(text)))
    watched.turn()
    watched.tell(watched.note(11))
    watched.tell(watched.note(12))
    watched.arrive(1)
    assert watched.turn() == [11]
    watched.arrive(1)
    assert watched.turn() == [12]


def test_a_key_that_was_replaced_signs_nothing_more_alone(place: Place) -> None:
    launch(place.boats, "one", sail=3)
    first = keys.signer(place.settings, SOURCE)
    with place.moving():
        place.wait()
        second = Verifier.parse(rotate(place.boats)[1])
        # The first checkpoint after the change has both signatures, and is cosigned.
        place.wait()
        note = place.checkpoint()
        assert note is not None and second in note.verified_by([second])
        rotate(place.boats)
        sail(place.boats, "one", 2)
        place.wait()
    assert place.alarms() == []
    sizes = keys.retired(place.settings, SOURCE)
    assert sizes[first.verifier_key] == 4 and sizes[second.verifier_key] == 5
    sail(place.boats, "one")
    size = place.size(place.boats)
    with place.boats.database.reading() as connection:
        found = root(StoredHashes(connection, SOURCE, own=True), size)
    text = Checkpoint(first.name, size, found).text()
    stolen = Note(text).with_line(first.sign(text))
    with pytest.raises(Unsigned):
        add_checkpoint(place.audit, Submission(size - 1, (), stolen))
    watch = Watch(place.audit, QUICK)
    watch.begin()
    watch.checkpoint(SOURCE, bytes(stolen))
    watch.turn({SOURCE: size - 1}, idle=True)
    assert [one.kind for one in place.alarms()] == ["signature"]


def test_keys_that_were_replaced_before_any_checkpoint_sign_none_alone(watched: Watched) -> None:
    old = keys.signer(watched.place.settings, SOURCE)
    rotate(watched.place.boats)
    rotate(watched.place.boats)
    watched.arrive(10)
    watched.tell(watched.note(10, signer=old))
    assert watched.turn() == []
    assert watched.kinds() == ["signature"]
    both = watched.note(10)
    watched.tell(both.with_line(old.sign(both.text)))
    assert watched.turn() == [10]


# What was settled hides nothing else


def test_beside_a_settled_difference_the_next_is_told(watched: Watched) -> None:
    watched.arrive(20)
    watched.answer({3: b"other"})
    watched.turn()
    watched.settle()
    found = {3: b"other", 7: b"forged", 8: b"forged too"}
    for _ in range(3):
        watched.answer(found)
        watched.turn()
    assert [(one.kind, one.position) for one in watched.alarms()] == [
        ("rewritten", 3),
        ("rewritten", 7),
    ]
    watched.settle()
    for _ in range(2):
        watched.answer(found)
        watched.turn()
    watched.settle()
    watched.answer(found)
    watched.turn()
    assert [one.position for one in watched.alarms()] == [3, 7, 8]
    assert watched.kinds() == []


def test_after_a_settled_fork_another_is_told(watched: Watched) -> None:
    watched.arrive(10)
    watched.tell(watched.note(10))
    assert watched.turn() == [10]
    first, second = {5: b"forged"}, {5: b"forged again"}
    for instead, size in ((first, 10), (first, 10), (second, 10), (second, 9)):
        watched.tell(watched.note(size, instead))
        assert watched.turn() == []
        watched.settle()
    assert [one.size for one in watched.alarms() if one.kind == "fork"] == [10, 10, 9]


def ask_in_vain(watched: Watched, without: list[int]) -> None:
    """Until a range was asked for as often as it is, and all but these came."""
    before = len(watched.asks)
    for _ in range(40):
        watched.clock.advance(timedelta(seconds=0.5))
        watched.head(watched.size)
        watched.answer(without=without)
        watched.turn()
    assert len(watched.asks) > before


def missing(watched: Watched) -> list[tuple[int, str]]:
    return [(one.position, one.expected) for one in watched.alarms() if one.kind == "missing"]


def test_beside_a_settled_missing_entry_the_next_is_told(watched: Watched) -> None:
    watched.arrive(20)
    ask_in_vain(watched, [4])
    watched.settle()
    ask_in_vain(watched, [4])
    assert missing(watched) == [(4, "4")]
    for _ in range(3):
        ask_in_vain(watched, [4, 5, 6, 9])
        watched.settle()
    assert sorted(missing(watched)) == [(4, "4"), (5, "5-6"), (9, "9")]


def test_an_entry_that_came_back_and_goes_again_is_told_again(watched: Watched) -> None:
    watched.arrive(20)
    ask_in_vain(watched, [4])
    watched.settle()
    ask_in_vain(watched, [])
    ask_in_vain(watched, [4])
    assert missing(watched) == [(4, "4"), (4, "4")]


def go_back(watched: Watched, size: int) -> None:
    for _ in range(6):
        watched.clock.advance(timedelta(seconds=0.5))
        watched.head(size)
        watched.turn()


def test_a_log_that_goes_back_again_is_told_again(watched: Watched) -> None:
    watched.arrive(20)
    watched.tell(watched.note(20))
    watched.turn()

    def shrunk() -> list[str]:
        return [one.found for one in watched.alarms() if one.kind == "shrunk"]

    go_back(watched, 12)
    watched.settle()
    go_back(watched, 12)
    watched.again()
    go_back(watched, 12)
    assert shrunk() == ["12"], "settled, and nothing else happened"
    go_back(watched, 8)
    watched.settle()
    assert shrunk() == ["12", "8"], "further back"
    go_back(watched, 20)
    go_back(watched, 12)
    assert shrunk() == ["12", "8", "12"], "it had come back meanwhile"


# Rows that are gone from the copy


GONE = "delete from log_hashes where log = 'trainings' and "


def cosigns(watched: Watched, size: int) -> bool:
    """Whether the log's checkpoint is cosigned, told twice as it is told again and again."""
    done = False
    for _ in range(2):
        watched.tell(watched.note(size))
        done = watched.turn() == [size] or done
    return done


def damaged(watched: Watched) -> list[tuple[int, bool]]:
    """Position, and whether it was made whole again, of each alarm."""
    return [
        (one.position, one.found == one.expected)
        for one in watched.alarms()
        if one.kind == "damaged"
    ]


def test_a_row_that_is_gone_is_told_and_comes_from_the_inbox(watched: Watched) -> None:
    watched.arrive(10)
    assert cosigns(watched, 10)
    watched.lose(f"{GONE} level = 0 and position = 4")
    watched.arrive(2)
    watched.clock.advance(timedelta(seconds=1))
    assert cosigns(watched, 12)
    assert damaged(watched) == [(4, True)]
    # Once more is another matter, also after the first was settled.
    watched.settle()
    watched.lose(f"{GONE} level = 0 and position = 4")
    watched.arrive(1)
    watched.clock.advance(timedelta(seconds=1))
    assert cosigns(watched, 13)
    assert damaged(watched) == [(4, True), (4, True)]


@pytest.mark.parametrize(
    ("what", "first"),
    [
        ("level = 0 and position = 4", 4),
        ("level = 1 and position = 0", 0),
        ("level = 0 and position >= 590", 590),
        ("level = 0", 0),
        ("position < 300", 0),
    ],
)
def test_below_a_complete_tile_it_is_found_at_the_next_beginning(
    watched: Watched, what: str, first: int
) -> None:
    watched.arrive(600)
    assert cosigns(watched, 600)
    watched.lose(GONE + what)
    watched.again()
    assert damaged(watched) == [(first, True)]
    watched.arrive(300)
    assert cosigns(watched, 900)
    assert len(watched.alarms()) == 1


def test_below_a_complete_tile_it_is_found_when_it_is_asked_for_again(watched: Watched) -> None:
    watched.arrive(600)
    assert cosigns(watched, 600)
    watched.lose(f"{GONE} level = 0 and position = 4")
    watched.answer()
    watched.turn()
    assert damaged(watched) == [(4, True)]


def test_what_does_not_give_the_witnessed_root_is_not_put_into_the_copy(watched: Watched) -> None:
    watched.arrive(300)
    assert cosigns(watched, 300)
    watched.lose(
        f"{GONE} level = 0 and position = 4",
        "update inbox set envelope = x'00' where position = 4",
    )
    watched.again()
    watched.again()
    assert damaged(watched) == [(4, False)]
    with watched.place.audit.database.reading() as connection:
        assert not is_whole(connection, SOURCE, [4])


def test_a_gap_that_nothing_fills_stops_neither_the_beginning_nor_the_rest(
    watched: Watched,
) -> None:
    watched.arrive(200)
    assert cosigns(watched, 200)
    watched.lose(
        f"{GONE} level = 0 and position = 4", "delete from inbox where position between 3 and 5"
    )
    watched.arrive(100)
    for _ in range(3):
        watched.again()
        assert not cosigns(watched, 300)
    assert damaged(watched) == [(4, False)]
    # The rest of the watch goes on.
    watched.answer({9: b"forged"})
    watched.turn()
    assert watched.kinds() == ["damaged", "rewritten"]
    with pytest.raises(Damaged):
        add_checkpoint(watched.place.audit, watched.submission(200, 300))


def test_what_is_no_hash_is_told_too(watched: Watched) -> None:
    watched.arrive(200)
    watched.lose("update log_hashes set hash = 'none' where position = 4")
    watched.arrive(100)
    assert not cosigns(watched, 300)
    watched.again()
    assert [(one.kind, one.position) for one in watched.alarms()] == [("damaged", None)]


def test_many_entries_at_once_are_cosigned(watched: Watched) -> None:
    watched.arrive(600)
    assert cosigns(watched, 600)
    watched.arrive(600)
    assert cosigns(watched, 1_200)


def test_the_consumer_goes_on_when_a_row_of_the_copy_is_gone(place: Place) -> None:
    launch(place.boats, "one", sail=199)
    with place.moving():
        place.wait()
    place.tamper(f"{GONE} level = 0 and position = 4", service="audit")
    sail(place.boats, "one", 100)
    for _ in range(2):
        sail(place.boats, "one")
        with place.moving():
            place.wait()
    assert [one.kind for one in place.alarms()] == ["damaged"]
    with place.audit.database.reading() as connection:
        assert copy_size(connection, SOURCE) == 302


# Silence


def test_heads_alone_are_no_life_of_a_log(watched: Watched) -> None:
    watched.arrive(10)
    note = watched.note(10)
    watched.tell(note)
    watched.turn()
    watched.quiet(300, heads=True, note=note)
    assert watched.alarms() == []
    watched.quiet(110, heads=True)
    assert watched.alarms() == []
    watched.quiet(20, heads=True)
    assert watched.kinds() == ["uncovered"]
    watched.tell(note)
    watched.turn()
    assert watched.kinds() == []
    # A checkpoint that somebody else signed is no sign of life.
    forged = watched.note(
        10, signer=Signer(keys.origin(watched.place.settings, SOURCE), b"\2" * 32)
    )
    watched.quiet(130, heads=True, note=forged)
    assert sorted(watched.kinds()) == ["signature", "uncovered"]


def test_entries_alone_are_no_life_of_a_log(watched: Watched) -> None:
    watched.arrive(10)
    watched.tell(watched.note(10))
    watched.turn()
    for _ in range(65):
        watched.clock.advance(timedelta(seconds=2))
        watched.answer()
        watched.turn()
    assert "stopped" in watched.kinds()


def test_of_a_log_that_is_quite_silent_there_is_one_alarm(watched: Watched) -> None:
    watched.arrive(10)
    watched.tell(watched.note(10))
    watched.turn()
    watched.quiet(8, heads=True)
    watched.quiet(600)
    assert [one.kind for one in watched.alarms() if one.kind in PASSING] == ["stopped"]


def test_while_messages_wait_silence_is_counted_slowly(watched: Watched) -> None:
    watched.arrive(10)
    watched.tell(watched.note(10))
    watched.turn()

    def wait(seconds: int) -> None:
        for _ in range(seconds // 2):
            watched.clock.advance(timedelta(seconds=2))
            watched.turn(idle=False)

    wait(400)
    assert watched.alarms() == []
    wait(400)
    assert watched.kinds() == ["stopped"]


def test_what_was_heard_in_times_to_come_was_not_heard(watched: Watched) -> None:
    watched.lose(
        "insert into heard (source, heard_at, head, checkpoint_at, swept) values"
        " ('trainings', '2099-01-01 00:00:00', 0, '2099-01-01 00:00:00', 0)"
    )
    watched.again()
    watched.quiet(130)
    assert watched.kinds() == ["stopped"]


def test_a_silence_that_could_not_be_written_down_is_told_the_next_time(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 3

    def busy(*arguments: Any) -> str | None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise RuntimeError("the database is locked")
        return raise_alarm(*arguments)

    monkeypatch.setattr(hearing, "raise_alarm", busy)
    watched.quiet(140)
    assert failures == -1
    assert watched.kinds() == ["stopped"]


def test_checkpoints_that_come_and_are_not_cosigned_are_told(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.arrive(10)
    assert cosigns(watched, 10)
    with monkeypatch.context() as broken:
        broken.setattr(watching, "add_checkpoint", _failing)
        watched.arrive(2)
        watched.quiet(100, heads=True, note=watched.note(12))
        assert watched.kinds() == []
        watched.quiet(40, heads=True, note=watched.note(12))
        assert watched.kinds() == ["uncosigned"]
        (alarm,) = watched.alarms()
        assert (alarm.size, alarm.expected, alarm.found) == (10, "12", "10")
        # Settled it is told no more, as long as it is the same.
        watched.settle()
        watched.again()
        watched.quiet(300, heads=True, note=watched.note(12))
        assert watched.kinds() == []
    assert cosigns(watched, 12)
    with monkeypatch.context() as broken:
        broken.setattr(watching, "add_checkpoint", _failing)
        watched.arrive(1)
        watched.quiet(140, heads=True, note=watched.note(13))
        assert watched.kinds() == ["uncosigned"]
    assert cosigns(watched, 13)
    assert watched.kinds() == []
    assert watched.alarms()[-1].by_itself


def _failing(*_: Any) -> str:
    raise RuntimeError("whatever it may be")


def test_what_another_alarm_explains_is_told_once_until_that_is_settled(watched: Watched) -> None:
    watched.arrive(200)
    assert cosigns(watched, 200)
    watched.lose(
        f"{GONE} level = 0 and position = 4", "delete from inbox where position between 3 and 5"
    )
    watched.arrive(100)
    watched.again()
    watched.quiet(200, heads=True, note=watched.note(300))
    assert watched.kinds() == ["damaged"]
    watched.settle()
    watched.quiet(200, heads=True, note=watched.note(300))
    assert watched.kinds() == ["uncosigned"]


def test_a_log_measures_how_long_nobody_has_cosigned_it(place: Place) -> None:
    def waited() -> float:
        measure(place.boats)
        found = REGISTRY.get_sample_value("zanat_log_uncosigned_seconds", {"service": SOURCE})
        assert found is not None
        return found

    launch(place.boats, "one", sail=3)
    with place.moving():
        place.wait()
    assert waited() == 0
    for _ in range(2):
        sail(place.boats, "one")
        Checkpointer(place.boats, lambda: None).turn()
        time.sleep(0.3)
    # From the first that nobody cosigned, not from the last.
    assert 0.6 <= waited() < 60
    with place.moving():
        place.wait()
    assert waited() == 0
