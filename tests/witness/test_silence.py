"""A log that is silent, or has no checkpoint or no cosignature for long, is told of once."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.notes import Signer
from shared.log.watching import hearing
from shared.log.watching import watch as watching
from shared.log.watching.alarms import PASSING, raise_alarm
from shared.worker import measure
from tests.store.domain import launch, sail
from tests.witness.place import SOURCE, Place
from tests.witness.watching import GONE, Watched, cosigns


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
