"""A message that cannot be applied parks its stream; every other stream flows on."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from shared.bus.parking import resolve_parked, retry_parked
from shared.events.rebuilding import differences
from shared.events.tables import DEAD_LETTERS
from tests.bus.harbour import Harbour
from tests.store.domain import HARBOUR, TROUBLE, launch, rows, sail


@pytest.fixture
def name() -> str:
    """What the boats of a test begin with."""
    return f"p{uuid.uuid4().hex[:8]}"


@pytest.fixture
def parked(harbour: Harbour, name: str) -> Harbour:
    """Three streams, of which the one in the middle cannot be applied."""
    TROUBLE.streams = {f"boat/{name}-bad"}
    with harbour.moving():
        for boat in ("first", "bad", "last"):
            launch(harbour.boats, f"{name}-{boat}", sail=2)
        sail(harbour.boats, f"{name}-bad")
        sail(harbour.boats, f"{name}-last")
        harbour.wait()
    return harbour


def trips(harbour: Harbour, name: str) -> dict[str, str]:
    """The trips of this test's boats as the harbours know them."""
    found = rows(harbour.harbours, HARBOUR)
    return {row[0].removeprefix(f"{name}-"): row[3] for row in found if row[0].startswith(name)}


def letters(harbour: Harbour, stream: str) -> list[Any]:
    with harbour.harbours.database.reading() as connection:
        return list(
            connection.execute(
                sa.select(DEAD_LETTERS)
                .where(DEAD_LETTERS.c.stream == stream)
                .order_by(DEAD_LETTERS.c.position)
            )
        )


def retry_parked_after_mending(harbour: Harbour, name: str) -> int:
    TROUBLE.streams = set()
    return retry_parked(harbour.harbours, "trainings", f"boat/{name}-bad")


def test_others_flow_on(parked: Harbour, name: str) -> None:
    assert trips(parked, name) == {"first": "1 2 ", "last": "1 2 3 "}
    found = letters(parked, f"boat/{name}-bad")
    log = dict(parked.log())
    assert [bytes(row.envelope) for row in found] == [log[row.position] for row in found]
    assert [row.error for row in found] == ["ValueError", *["behind a parked event"] * 3]
    assert retry_parked_after_mending(parked, name) == 4


def test_a_retry_applies_them_in_order_and_later_events_follow(parked: Harbour, name: str) -> None:
    assert retry_parked_after_mending(parked, name) == 4
    assert parked.parked() == []
    with parked.moving():
        sail(parked.boats, f"{name}-bad")
        parked.wait()
    assert trips(parked, name)["bad"] == "1 2 3 4 "
    parked.assert_all_told()
    assert differences(parked.harbours) == []
    # A second retry finds nothing to do.
    assert retry_parked(parked.harbours, "trainings", f"boat/{name}-bad") == 0


def test_a_retry_that_fails_leaves_all_as_it_was(parked: Harbour, name: str) -> None:
    stream = f"boat/{name}-bad"
    before = letters(parked, stream), rows(parked.harbours, HARBOUR)
    with pytest.raises(ValueError, match="stone"):
        retry_parked(parked.harbours, "trainings", stream)
    assert (letters(parked, stream), rows(parked.harbours, HARBOUR)) == before
    # The log and the queue did not stop for it.
    with parked.moving():
        launch(parked.boats, f"{name}-later")
        sail(parked.boats, f"{name}-bad")
        parked.wait()
    assert trips(parked, name)["later"] == ""
    assert len(letters(parked, stream)) == 5
    assert retry_parked_after_mending(parked, name) == 5
    parked.assert_all_told()


def test_parked_for_good_with_a_reason_on_record(parked: Harbour, name: str) -> None:
    stream = f"boat/{name}-bad"
    settled = resolve_parked(parked.harbours, "trainings", stream, resolution="a doublet")
    assert settled == 4
    found = letters(parked, stream)
    assert [row.resolution for row in found] == ["a doublet"] * 4
    assert all(row.resolved_at for row in found)
    TROUBLE.streams = set()
    assert retry_parked(parked.harbours, "trainings", stream) == 0
    assert "bad" not in trips(parked, name)
    assert parked.caught_up() and differences(parked.harbours) == []
