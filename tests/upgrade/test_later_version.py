"""What ``migrate`` of a later version does with read models: changed ones and new ones are filled.

A domain of boats (``tests/store/domain.py``) is written to, and then its tables get other columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from shared.bus.applying import apply_batch
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.rebuilding import differences
from shared.events.tables import EVENTS, PROJECTIONS
from shared.migrations.migrating import migrate
from shared.service import Service
from tests.store.domain import (
    BERTHS,
    BOATS,
    CREW,
    HARBOUR,
    HARBOURS,
    SHIPS,
    BoatLaunched,
    BoatSailed,
    Home,
    Launched,
    Sailed,
    launch,
    number,
    project_berths,
    rows,
    sail,
)

VIEWS = sa.MetaData()
LATER_SHIPS = sa.Table(
    "ships",
    VIEWS,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("captain", sa.Text),
    sa.Column("trips", sa.Integer, nullable=False),
    sa.Column("last_note", sa.Text, nullable=False),
    sa.Index("ships_last_note", "last_note"),
)
LATER_CREW = sa.Table(
    "crew",
    VIEWS,
    sa.Column("ship_id", sa.String(40), sa.ForeignKey("ships.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
)
TRIPS = sa.Table(
    "trips",
    VIEWS,
    sa.Column("ship_id", sa.String(40), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
LISTED = sa.MetaData()
LATER_HARBOUR = sa.Table(
    "harbour",
    LISTED,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("captain", sa.Text),
    sa.Column("last", sa.Integer),
)
LATER_BERTHS = BERTHS.to_metadata(LISTED)


def project_ships(at: Projecting, recorded: Recorded) -> None:
    boat = recorded.identifier
    match recorded.event:
        case Launched() as event:
            at.connection.execute(
                LATER_SHIPS.insert().values(
                    id=boat, captain=at.text(event.captain), trips=0, last_note=""
                )
            )
        case Sailed() as event:
            at.connection.execute(
                LATER_SHIPS.update()
                .where(LATER_SHIPS.c.id == boat)
                .values(trips=LATER_SHIPS.c.trips + 1, last_note=event.note or f"{event.number}")
            )
            at.connection.execute(LATER_CREW.insert().values(ship_id=boat, number=event.number))


def project_trips(at: Projecting, recorded: Recorded) -> None:
    match recorded.event:
        case Launched():
            at.connection.execute(TRIPS.insert().values(ship_id=recorded.identifier, count=0))
        case Sailed():
            at.connection.execute(
                TRIPS.update()
                .where(TRIPS.c.ship_id == recorded.identifier)
                .values(count=TRIPS.c.count + 1)
            )


def project_harbour(at: Projecting, recorded: Recorded) -> None:
    match recorded.event:
        case BoatLaunched() as event:
            at.connection.execute(
                LATER_HARBOUR.insert().values(
                    id=recorded.identifier, captain=at.text(event.captain)
                )
            )
        case BoatSailed() as event:
            at.connection.execute(
                LATER_HARBOUR.update()
                .where(LATER_HARBOUR.c.id == recorded.identifier)
                .values(last=event.number)
            )


SHIPS_TWO = Projection("ships", 2, (LATER_SHIPS, LATER_CREW), project_ships, (Launched, Sailed))
TRIPS_ONE = Projection("trips", 1, (TRIPS,), project_trips, (Launched, Sailed))
LATER_BOATS = replace(BOATS, projections=(SHIPS_TWO, TRIPS_ONE))
LATER_HARBOURS = replace(
    HARBOURS,
    projections=(
        Projection("harbour", 2, (LATER_HARBOUR,), project_harbour, (BoatLaunched, BoatSailed)),
        replace(HARBOURS.projections[1], tables=(LATER_BERTHS,), project=project_berths),
    ),
)
LATER = (LATER_BOATS, LATER_HARBOURS)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Two boats with their trips, known in the harbour too."""
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    home = Home.make(tmp_path, database_url=address)
    boats, harbours = home.open(BOATS), home.open(HARBOURS)
    launch(boats, "one", captain="Ana Anić", sail=3)
    launch(boats, "two", captain="Дејан", sail=1)
    number(boats)
    with boats.database.reading() as connection:
        found = dict(boats.store.whole_log(connection))
    apply_batch(harbours, {"trainings": found})
    number(harbours)
    yield home
    home.close()


def versions(service: Service) -> dict[str, int]:
    with service.database.reading() as connection:
        return {row.name: row.version for row in connection.execute(sa.select(PROJECTIONS))}


def events(service: Service) -> list[tuple[Any, ...]]:
    with service.database.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(EVENTS).order_by("event_id"))]


def test_changed_and_new_read_models_are_filled(home: Home) -> None:
    logs = [events(service) for service in home.opened]
    berths = rows(home.opened[1], BERTHS)
    assert len(berths) == 2
    migrate(home.settings, LATER)
    boats, harbours = home.open(LATER_BOATS), home.open(LATER_HARBOURS)
    assert rows(boats, LATER_SHIPS) == [("one", "Ana Anić", 3, "3"), ("two", "Дејан", 1, "1")]
    assert rows(boats, LATER_CREW) == [("one", 1), ("one", 2), ("one", 3), ("two", 1)]
    assert rows(boats, TRIPS) == [("one", 3), ("two", 1)]
    assert rows(harbours, LATER_HARBOUR) == [("one", "Ana Anić", 3), ("two", "Дејан", 1)]
    assert rows(harbours, LATER_BERTHS) == berths
    assert versions(boats) == {"ships": 2, "trips": 1}
    assert versions(harbours) == {"harbour": 2, "berths": 1}
    assert [events(boats), events(harbours)] == logs
    assert differences(boats) == differences(harbours) == []

    sail(boats, "two", times=2)
    assert rows(boats, LATER_SHIPS)[1] == ("two", "Дејан", 3, "3")
    assert rows(boats, TRIPS)[1] == ("two", 3)
    assert differences(boats) == []


def test_migrating_again_touches_nothing(home: Home) -> None:
    migrate(home.settings, LATER)
    boats = home.open(LATER_BOATS)
    with boats.database.writing() as connection:
        connection.execute(TRIPS.update().values(count=99))
    migrate(home.settings, LATER)
    assert rows(boats, TRIPS) == [("one", 99), ("two", 99)]


def test_an_upgrade_that_broke_off_goes_on(home: Home) -> None:
    def breaks(_at: Projecting, _recorded: Recorded) -> None:
        raise OSError("the power is gone")

    broken = replace(LATER_BOATS, projections=(replace(SHIPS_TWO, project=breaks), TRIPS_ONE))
    with pytest.raises(OSError, match="the power is gone"):
        migrate(home.settings, (broken, LATER_HARBOURS))
    assert versions(home.opened[0]) == {"ships": 0, "trips": 0}
    migrate(home.settings, LATER)
    boats = home.open(LATER_BOATS)
    assert rows(boats, LATER_SHIPS)[0] == ("one", "Ana Anić", 3, "3")
    assert differences(boats) == []


def test_the_version_before_makes_its_own_form_again(home: Home) -> None:
    """Nobody is asked to do so, but nothing is lost when somebody does."""
    before = [
        rows(home.opened[0], SHIPS),
        rows(home.opened[0], CREW),
        rows(home.opened[1], HARBOUR),
    ]
    migrate(home.settings, LATER)
    migrate(home.settings, (BOATS, HARBOURS))
    boats, harbours = home.open(BOATS), home.open(HARBOURS)
    assert [rows(boats, SHIPS), rows(boats, CREW), rows(harbours, HARBOUR)] == before
