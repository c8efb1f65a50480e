"""What a watch cosigns and what it tells, message by message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.log import keys
from shared.log.hashes import StoredHashes
from shared.log.notes import Checkpoint, Note, Verifier
from shared.log.rotating import rotate
from shared.log.tree import root
from shared.log.watching.deciding import Behind, Inconsistent, Unsigned
from shared.log.watching.submissions import BadSubmission, Submission
from shared.log.watching.watch import Watch
from shared.log.watching.witnessing import add_checkpoint
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
