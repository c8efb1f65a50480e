"""The file of destroyed keys: durable, appended to by many, and telling when it was changed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from shared.identifiers import Uuid7
from shared.privacy.tombstones import Tombstones

SECRET = b"s" * 32


@pytest.fixture
def stones(tmp_path: Path) -> Tombstones:
    return Tombstones(tmp_path / "keys" / "destroyed")


def ids(count: int) -> list[str]:
    new = Uuid7()
    return sorted(new.new() for _ in range(count))


def keys(*key_ids: str) -> dict[str, str]:
    """Keys whose names are not known, as in lines from before names."""
    return dict.fromkeys(key_ids, "")


def test_what_was_added_is_there_for_everybody_at_once(stones: Tombstones) -> None:
    other = Tombstones(stones.path)
    assert other.ids() == frozenset()
    one, two, three = ids(3)
    assert stones.add(keys(one, two), SECRET) == 2
    assert other.ids() == {one, two}
    assert other.add(keys(two, three), SECRET) == 1
    assert stones.ids() == {one, two, three}
    assert stones.faults(SECRET) == []


def test_a_file_that_is_gone_or_cut_revives_nothing_in_a_process_that_has_read_it(
    stones: Tombstones,
) -> None:
    one, two = ids(2)
    stones.add(keys(one, two), SECRET)
    assert stones.ids() == {one, two}
    stones.path.write_text(stones.path.read_text().splitlines()[0] + "\n")
    assert stones.ids() == {one, two}
    stones.path.unlink()
    assert stones.ids() == {one, two}


def test_a_changed_line_is_told_by_its_number_and_still_believed(stones: Tombstones) -> None:
    all_ids = ids(4)
    stones.add(keys(*all_ids), SECRET)
    lines = stones.path.read_text().splitlines()
    forged = ids(1)[0]
    stones.path.write_text("\n".join([lines[0], f"{forged}{lines[1][36:]}", *lines[2:], ""]))
    assert stones.faults(SECRET) == [2]
    assert forged in Tombstones(stones.path).ids()


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_line_that_was_taken_out_is_told(stones: Tombstones, gone: int) -> None:
    stones.add(keys(*ids(4)), SECRET)
    lines = stones.path.read_text().splitlines()
    del lines[gone]
    stones.path.write_text("\n".join([*lines, ""]))
    assert stones.faults(SECRET) == [gone + 1]


def test_another_secret_proves_nothing(stones: Tombstones) -> None:
    stones.add(keys(*ids(2)), SECRET)
    assert stones.faults(b"t" * 32) == [1, 2]


@pytest.mark.parametrize("cut", [1, 20, 36, 60])
def test_a_line_that_a_crash_left_unfinished_spoils_no_other(stones: Tombstones, cut: int) -> None:
    one, two, three = ids(3)
    stones.add(keys(one, two), SECRET)
    whole = stones.path.read_text()
    stones.path.write_text(whole[: 102 + cut])
    stones = Tombstones(stones.path)
    stones.add(keys(two, three), SECRET)
    assert Tombstones(stones.path).ids() == {one, two, three}
    assert stones.faults(SECRET) == [2]


def test_many_who_add_at_once_make_one_chain(stones: Tombstones) -> None:
    parts = [ids(20) for _ in range(6)]

    def add(part: list[str]) -> None:
        for one in part:
            Tombstones(stones.path).add(keys(one), SECRET)

    threads = [threading.Thread(target=add, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stones.ids() == {one for part in parts for one in part}
    assert stones.faults(SECRET) == []


def test_a_name_stands_beside_the_id_and_is_added_where_a_line_has_none(
    stones: Tombstones,
) -> None:
    one, two = ids(2)
    stones.add({one: "a" * 64, two: ""}, SECRET)
    assert stones.ids() == {one, two} and stones.names() == {"a" * 64}
    assert stones.add({one: "a" * 64, two: "b" * 64}, SECRET) == 1
    assert stones.add({one: "a" * 64, two: "b" * 64}, SECRET) == 0
    assert Tombstones(stones.path).names() == {"a" * 64, "b" * 64}
    assert stones.ids() == {one, two} and stones.faults(SECRET) == []


def test_a_changed_name_is_told(stones: Tombstones) -> None:
    stones.add({ids(1)[0]: "a" * 64}, SECRET)
    stones.path.write_text(stones.path.read_text().replace("a" * 64, "c" * 64))
    assert stones.faults(SECRET) == [1]
