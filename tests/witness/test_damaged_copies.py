"""Rows that are gone from the copy are told, and come back where the witnessed root proves them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.log.watching.copies import copy_size, is_whole
from shared.log.watching.deciding import Damaged
from shared.log.watching.witnessing import add_checkpoint
from tests.store.domain import launch, sail
from tests.witness.place import SOURCE, Place
from tests.witness.watching import GONE, Watched, cosigns


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
