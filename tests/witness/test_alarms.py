"""Whatever is done to a log that somebody watches is told, with what differs, and told once."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bus.publishing import WindowPublisher
from shared.bus.topology import CHECKPOINT_HEADER, SOURCE_HEADER, connect, events_exchange
from shared.errors import Missing, Refused
from shared.log import keys
from shared.log.leaf import leaf_hash
from shared.log.notes import Checkpoint, Note, Signer
from shared.log.watching.alarms import alarms_of, open_alarms, settle
from tests.store.domain import context, launch, sail, until
from tests.witness.place import SOURCE, Place

AT = "where event_id = (select event_id from log where position = {})"


@pytest.fixture
def told(place: Place) -> Place:
    """Ten entries that are cosigned."""
    for name in ("one", "two", "three", "four", "five"):
        launch(place.boats, name, sail=1)
    return place


def entry(place: Place, position: int) -> bytes:
    with place.boats.database.reading() as connection:
        ((_, raw),) = place.boats.store.entries(connection, start=position, limit=1)
    return raw


def flip(place: Place, position: int) -> tuple[bytes, bytes]:
    """Other bytes in the place of an entry's, with the leaf that fits them; both hashes."""
    before = entry(place, position)
    after = before.replace(b'"actor":"clerk"', b'"actor":"clark"')
    assert after != before
    hashed = leaf_hash(after).hex()
    place.tamper(
        f"update events set envelope = x'{after.hex()}' {AT.format(position)}",  # noqa: S608
        f"update log set leaf_hash = x'{hashed}' where position = {position}",  # noqa: S608
    )
    return leaf_hash(before), leaf_hash(after)


def test_a_rewritten_entry_is_found_when_it_is_asked_for_again(told: Place) -> None:
    with told.moving():
        told.wait()
        before, after = flip(told, 4)
        alarm = told.alarm("rewritten")
        assert (alarm.source, alarm.position) == (SOURCE, 4)
        assert (alarm.expected, alarm.found) == (before.hex(), after.hex())
        time.sleep(1)
    assert len(told.alarms()) == 1


def test_a_missing_entry_is_found_when_it_is_asked_for_again(told: Place) -> None:
    with told.moving():
        told.wait()
        told.tamper("delete from log where position = 4")
        alarm = told.alarm("missing")
    assert (alarm.source, alarm.position) == (SOURCE, 4)


def test_an_entry_that_is_never_given_is_missing_too(told: Place) -> None:
    told.tamper("delete from log where position = 4")
    with told.moving():
        alarm = told.alarm("missing")
    assert alarm.position == 4
    with told.audit.database.reading() as connection:
        assert open_alarms(connection, alarms_of("audit").table)


def test_reordered_entries_are_found(told: Place) -> None:
    with told.moving():
        told.wait()
        before, moved = leaf_hash(entry(told, 4)), leaf_hash(entry(told, 7))
        told.tamper(
            "update log set position = -1 where position = 4",
            "update log set position = 4 where position = 7",
            "update log set position = 7 where position = -1",
        )
        alarm = told.alarm("reordered")
    # Which of the two is asked for first is a matter of chance.
    hashes = {4: before.hex(), 7: moved.hex()}
    assert {alarm.position, alarm.size} == {4, 7}
    assert (alarm.expected, alarm.found) == (hashes[alarm.position], hashes[alarm.size])


def test_a_fork_is_told_with_both_notes_and_the_first_entry_that_differs(told: Place) -> None:
    with told.moving():
        told.wait()
        seen = told.checkpoint()
        assert seen is not None
    # Signed anew, with the log's own key, as whoever holds the machine can.
    flip(told, 4)
    told.tamper("delete from checkpoints", "delete from cosignatures")
    sail(told.boats, "five", 2)
    with told.moving():
        fork, rewritten = told.alarm("fork"), told.alarm("rewritten")
        forged = told.checkpoint()
        time.sleep(1)
    assert forged is not None
    assert (fork.source, fork.size) == (SOURCE, 10) or fork.size == 12
    assert seen.text in fork.note_expected
    assert Note.parse(fork.note_found.encode()).text == forged.text
    assert rewritten.position == 4
    assert len(told.alarms()) == 2
    # What was forged is not cosigned.
    assert not told.cosigned(told.boats, told.audit)


def test_a_restored_backup_is_noticed_before_and_after_it_writes_on(
    told: Place, tmp_path: Path
) -> None:
    with told.moving():
        told.wait()
    yesterday = told.back_up(tmp_path)
    with told.moving():
        launch(told.boats, "six", sail=3)
        told.wait()
    told.restore(yesterday)
    with told.moving():
        alarm = told.alarm("shrunk")
        assert (alarm.expected, alarm.found) == ("14", "10")
        launch(told.boats, "seven", sail=1)
        rewritten = told.alarm("rewritten")
        fork = told.alarm("fork")
        time.sleep(1)
    assert rewritten.position == 10 and fork.size == 12
    assert sorted(row.kind for row in told.alarms()) == ["fork", "rewritten", "shrunk"]


def test_a_log_that_stops_is_told_and_its_return_is_on_record(told: Place) -> None:
    told.with_settings(log_silent_seconds=1)
    with told.moving():
        told.wait()
    with told.moving(source=False):
        alarm = told.alarm("stopped")
        assert alarm.settled_at is None
    with told.moving():
        until(lambda: told.alarm("stopped").settled_at is not None)
        told.wait()
    alarm = told.alarm("stopped")
    assert alarm.by_itself and alarm.settled_by == "system/audit"
    assert alarm.settled_at - alarm.raised_at < timedelta(seconds=20)


def test_a_log_that_grows_without_checkpoints_is_told(told: Place) -> None:
    told.with_settings(log_silent_seconds=1)
    key = told.settings.log_key_path / f"{SOURCE}.key"
    kept = key.rename(key.with_suffix(".away"))
    with told.moving():
        alarm = told.alarm("uncovered")
        assert (alarm.expected, alarm.settled_at) == ("10", None)
        kept.rename(key)
        until(lambda: told.alarm("uncovered").settled_at is not None)


def test_a_checkpoint_of_a_key_that_is_not_on_record_is_told(told: Place) -> None:
    origin = keys.origin(told.settings, SOURCE)
    text = Checkpoint(origin, 3, b"\1" * 32).text()
    forged = bytes(Note(text).with_line(Signer(origin, b"\2" * 32).sign(text)))
    with told.moving():
        told.wait()
        with connect(told.settings) as connection:
            publisher = WindowPublisher(connection, events_exchange(told.settings), confirms=False)
            headers = {SOURCE_HEADER: SOURCE, CHECKPOINT_HEADER: 3}
            publisher.send(forged, routing_key=f"{SOURCE}.checkpoint", headers=headers)
        alarm = told.alarm("signature")
    assert alarm.note_found == forged.decode()
    assert alarm.expected == keys.verifier_keys(told.settings, SOURCE)[0]


def test_an_alarm_is_settled_once_with_a_reason_and_not_raised_again(told: Place) -> None:
    with told.moving():
        told.wait()
        flip(told, 4)
        alarm = told.alarm("rewritten")

        def settling(reason: str):
            return lambda work: settle(work, "audit", alarm.alarm_id, reason=reason, by="ana")

        told.audit.transact(context("-"), settling("We did this ourselves to see the alarm."))
        with pytest.raises(Refused):
            told.audit.transact(context("-"), settling("Once more"))
        with pytest.raises(Missing):
            told.audit.transact(
                context("-"), lambda work: settle(work, "audit", "none", reason="x", by="ana")
            )
        time.sleep(1)
    (settled,) = told.alarms()
    assert settled.reason.startswith("We did this") and settled.settled_by == "ana"
    assert not settled.by_itself
