"""Whatever happens to messages on their way, each event takes effect once and in order."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

import pytest

from shared.events.verifying import verify_log
from tests.bus.harbour import Harbour
from tests.installation.commands import ROOT
from tests.store.domain import BOAT, Painted, context, launch, sail, until


def paint(harbour: Harbour, boat: str) -> None:
    harbour.boats.transact(context(), lambda work: work.decide(BOAT, boat, Painted(colour="red")))


def some_boats(harbour: Harbour, prefix: str, count: int = 6) -> list[tuple[int, bytes]]:
    """New boats, launched and sailed, with events that the harbours do not read among them."""
    before = harbour.log()
    for n in range(count):
        launch(harbour.boats, f"{prefix}-{n}", sail=3)
    for n in range(count):
        paint(harbour, f"{prefix}-{n}")
        sail(harbour.boats, f"{prefix}-{n}", 2)
    return harbour.log()[len(before) :]


def test_what_is_written_arrives(harbour: Harbour) -> None:
    with harbour.moving():
        some_boats(harbour, "arrives")
        harbour.wait()
    harbour.assert_all_told()
    assert verify_log(harbour.harbours)[1] == []


def test_who_begins_to_listen_late_hears_all(harbour: Harbour) -> None:
    some_boats(harbour, "before")
    harbour.lose_unsent()
    with harbour.moving():
        harbour.wait()
    harbour.assert_all_told()


def test_doubled_messages_take_effect_once(harbour: Harbour) -> None:
    entries = some_boats(harbour, "doubled")
    harbour.publish([entry for entry in entries for _ in range(3)])
    harbour.publish(entries)
    with harbour.moving(relay=False):
        harbour.wait()
    harbour.assert_all_told()


def test_a_relay_that_sends_its_whole_log_again_changes_nothing(harbour: Harbour) -> None:
    some_boats(harbour, "again")
    harbour.send_all_again()
    with harbour.moving():
        harbour.wait()
        until(lambda: harbour.relayed() == harbour.head())
    harbour.assert_all_told()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_disordered_messages_take_effect_in_order(harbour: Harbour, seed: int) -> None:
    entries = some_boats(harbour, f"disordered-{seed}")
    random.Random(seed).shuffle(entries)
    harbour.publish(entries)
    with harbour.moving(relay=False):
        harbour.wait()
    harbour.assert_all_told()


@pytest.mark.parametrize("seed", [4, 5])
def test_gaps_are_sent_again(harbour: Harbour, seed: int) -> None:
    """Most messages are lost, some come twice, all in disorder; nothing is left with the relay."""
    chance = random.Random(seed)
    entries = some_boats(harbour, f"gaps-{seed}")
    harbour.lose_unsent()
    harbour.publish(chance.choices(entries, k=len(entries) // 2))
    with harbour.moving():
        harbour.wait()
    harbour.assert_all_told()


def test_a_purged_queue_loses_nothing(harbour: Harbour) -> None:
    entries = some_boats(harbour, "purged")
    with harbour.home.moving(harbour.relay()):
        until(lambda: harbour.relayed() == harbour.head())
    assert harbour.purge() >= len(entries)
    with harbour.moving():
        harbour.wait()
    harbour.assert_all_told()


def test_a_lost_tail_shows_by_the_head_that_is_announced(harbour: Harbour) -> None:
    """The consumer is at work and was told of nothing: no later message shows it the gap."""
    with harbour.moving(relay=False):
        harbour.idle()
        some_boats(harbour, "tail")
        harbour.lose_unsent()
        with harbour.home.moving(harbour.relay()):
            harbour.wait()
    harbour.assert_all_told()


def test_a_queue_that_is_deleted_under_its_consumer_is_made_again(harbour: Harbour) -> None:
    if harbour.in_memory:
        pytest.skip("the queue in memory ends with its process")
    with harbour.moving():
        some_boats(harbour, "deleted-before")
        harbour.delete_queue()
        some_boats(harbour, "deleted-after")
        harbour.wait()
    harbour.assert_all_told()


def test_two_consumers_at_once_repeat_nothing(harbour: Harbour) -> None:
    with harbour.moving(consumers=2):
        some_boats(harbour, "two", 12)
        harbour.wait()
    harbour.assert_all_told()


def test_a_message_of_broken_bytes_is_sent_again_whole(harbour: Harbour) -> None:
    entries = some_boats(harbour, "broken")
    harbour.lose_unsent()
    harbour.publish([(entries[0][0], b"{"), (entries[1][0], b"\xff\x00")])
    with harbour.moving():
        harbour.wait()
    harbour.assert_all_told()


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["committed", "middle"])
def test_a_consumer_that_is_killed_repeats_nothing_and_loses_nothing(
    harbour: Harbour, moment: str
) -> None:
    """Killed after its commit before it acknowledges, or in the middle of a batch."""
    some_boats(harbour, f"killed-{moment}", 10)
    before = harbour.cursor()
    settings = harbour.home.settings
    words = (str(settings.home), settings.database_url, settings.broker_url, settings.installation)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bus.killed", *words, moment],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    if moment == "committed":
        assert harbour.cursor() > before
        assert harbour.in_memory or harbour.waiting() > 0
    else:
        assert harbour.cursor() < harbour.head()
    with harbour.moving():
        harbour.wait()
        harbour.idle()
    harbour.assert_all_told()
    assert verify_log(harbour.harbours)[1] == []
