"""Read models made again from the log are those that grew with it, even while others write."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa

from shared.bus.applying import apply_batch
from shared.bus.parking import resolve_parked, retry_parked
from shared.events import rebuilding
from shared.events.rebuilding import differences, rebuild
from shared.events.replaying import Entry
from shared.events.tables import PROJECTIONS
from shared.service import Service
from tests.store.domain import (
    BERTHS,
    BOATS,
    CREW,
    HARBOUR,
    HARBOURS,
    SHIPS,
    TROUBLE,
    Home,
    launch,
    number,
    rows,
    sail,
    until,
)


def quiet(_done: int, _total: int) -> None:
    return


def logged(service: Service, count: int) -> bool:
    with service.database.reading() as connection:
        return service.store.head(connection) + 1 >= count


def carry(home: Home, boats: Service, harbours: Service) -> None:
    """All of one service's log into the other, without a queue."""
    with boats.database.reading() as connection:
        entries = dict(boats.store.whole_log(connection))
    apply_batch(harbours, {"trainings": entries})


def spoil(service: Service) -> None:
    with service.database.writing() as connection:
        connection.execute(SHIPS.update().where(SHIPS.c.id == "one").values(captain="Nobody"))
        connection.execute(CREW.delete().where(CREW.c.ship_id == "two"))


def test_a_spoilt_read_model_is_noticed_and_mended(home: Home, boats: Service) -> None:
    launch(boats, "one", captain="Ana Anić", sail=3)
    launch(boats, "two", captain="Дејан", sail=2)
    before = rows(boats, SHIPS), rows(boats, CREW)
    assert differences(boats) == []
    spoil(boats)
    found = differences(boats)
    assert found == ["ships: different in 1 row (captain)", "crew: 2 rows missing"]
    assert "Ana" not in "".join(found)
    seen: list[tuple[int, int]] = []
    rebuild(boats, progress=lambda done, total: seen.append((done, total)))
    assert (rows(boats, SHIPS), rows(boats, CREW)) == before
    assert seen[-1][0] == seen[-1][1] >= 7
    assert differences(boats) == []
    assert not list(home.settings.home.glob("data/*aside.sqlite3"))


def test_a_changed_version_asks_for_a_rebuild_of_that_one(home: Home, boats: Service) -> None:
    with boats.database.writing() as connection:
        connection.execute(PROJECTIONS.update().values(version=0))
    assert differences(boats) == ["ships: made by another version, needs a rebuild"]
    rebuild(boats, progress=quiet, names=["ships"])
    assert differences(boats) == []
    with pytest.raises(KeyError):
        rebuild(boats, progress=quiet, names=["no such"])


def test_nothing_is_lost_while_others_write(home: Home, boats: Service) -> None:
    home.sequence(boats)
    for boat in range(30):
        launch(boats, f"many-{boat}")
    stop = threading.Event()
    wrong: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            # Not as fast as they can: each rebuild reads the whole of what they wrote by then.
            while not stop.wait(0.01):
                sail(boats, f"many-{worker}")
        except BaseException as error:
            wrong.append(error)

    threads = [home.start(lambda n=n: write(n)) for n in range(4)]  # type: ignore[misc]
    for _ in range(5):
        rebuild(boats, progress=quiet)
        assert differences(boats) == []
    stop.set()
    for thread in threads:
        thread.join(10)
    assert not wrong
    assert differences(boats) == []


def test_foreign_events_are_told_again_except_parked_ones(home: Home, boats: Service) -> None:
    home.sequence(boats)
    harbours = home.open(HARBOURS)
    for boat in ("parked", "left", "fine"):
        launch(boats, boat, sail=2)
    with boats.database.reading() as connection:
        count = connection.execute(sa.text("select count(*) from events")).scalar_one()
    until(lambda: logged(boats, count))
    TROUBLE.streams = {"boat/parked", "boat/left"}
    carry(home, boats, harbours)
    TROUBLE.streams = set()
    assert differences(harbours) == []
    rebuild(harbours, progress=quiet)
    assert differences(harbours) == []
    assert resolve_parked(harbours, "trainings", "boat/left", resolution="a doublet") == 3
    assert retry_parked(harbours, "trainings", "boat/parked") == 3
    before = rows(harbours, HARBOUR), rows(harbours, BERTHS)
    assert {"parked", "fine"} <= {row[0] for row in before[0]}
    assert "left" not in {row[0] for row in before[0]}
    rebuild(harbours, progress=quiet)
    assert (rows(harbours, HARBOUR), rows(harbours, BERTHS)) == before
    assert differences(harbours) == []


def test_what_is_retried_during_a_rebuild_keeps_its_place_in_its_stream(
    fresh: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits in the first round, is retried before the second, and its stream goes on."""
    boats, harbours = fresh.open(BOATS), fresh.open(HARBOURS)
    for boat in ("parked", "left"):
        launch(boats, boat, sail=1)
    number(boats)
    TROUBLE.streams = {"boat/parked", "boat/left"}
    carry(fresh, boats, harbours)
    TROUBLE.streams = set()
    rounds: list[int] = []
    begin = rebuilding._Build.round

    def another_round(build: rebuilding._Build) -> Iterator[tuple[str, Sequence[Entry]]]:
        rounds.append(1)
        if len(rounds) == 2:
            retry_parked(harbours, "trainings", "boat/parked")
            resolve_parked(harbours, "trainings", "boat/left", resolution="a doublet")
            for boat in ("parked", "left"):
                sail(boats, boat)
            number(boats)
            carry(fresh, boats, harbours)
        yield from begin(build)

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding._Build, "round", another_round)
        rebuild(harbours, progress=quiet)
    assert [(row[0], *row[2:]) for row in rows(harbours, HARBOUR)] == [("parked", 2, "1 2 ")]
    assert differences(harbours) == []


def test_two_rebuilds_at_once_wait_for_each_other(home: Home) -> None:
    boats = home.open(BOATS)
    launch(boats, "twice", sail=1)
    wrong: list[BaseException] = []

    def again() -> None:
        try:
            rebuild(boats, progress=quiet)
        except BaseException as error:
            wrong.append(error)

    threads = [home.start(again) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert differences(boats) == []
