"""Sheets about people from file to receipt: understood, judged, entered whole, and once only."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from services.trainings.figures import programme_figures
from services.trainings.imports.tables import IMPORTS
from services.trainings.tables import REGISTRATIONS
from shared.access.roles import Role
from tests.http.trainings.conftest import PROGRAMME, Asker, House
from tests.http.trainings.importing import Importer

PEOPLE = """Šifra;Ime;Prezime;JMBG;Datum rođenja;Pol;Opština;Telefon;Saglasnost
P1;Mira;Primer;0101990715000;1.1.1990;Ž;Kragujevac;064 123 4567;da
P2;Amir;Primer;;31.12.1985;M;Topola;;ne
P3;Зорица;Пример;;5. maj 1979;ж;Рача;;
"""


@pytest.fixture
def importer(house: House, officer: Asker) -> Importer:
    return Importer(house, officer)


def count(house: House) -> int:
    with house.service.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(REGISTRATIONS)).scalar_one()


def test_people_are_entered_as_they_are_registered_by_hand(house: House, importer: Importer) -> None:
    import_id = importer.send("ljudi.csv", PEOPLE.encode(), country="RS")
    assert importer.title(import_id) == "3 rows can be entered"
    assert count(house) == 0
    assert importer.enter(import_id) == "3 rows are entered"
    with house.service.database.reading() as connection:
        rows = connection.execute(select(REGISTRATIONS).order_by(REGISTRATIONS.c.reference)).all()
    assert [(one.reference, one.full_name, one.birth_date, one.sex) for one in rows] == [
        ("P1", "Mira Primer", "1990-01-01", "F"),
        ("P2", "Amir Primer", "1985-12-31", "M"),
        ("P3", "Зорица Пример", "1979-05-05", "F"),
    ]
    assert {(one.state, one.registered_by, one.imported) for one in rows} == {
        ("unconfirmed", "officer-1", False)
    }


def test_the_same_file_again_changes_nothing(house: House, importer: Importer) -> None:
    importer.enter(importer.send("ljudi.csv", PEOPLE.encode(), country="RS"))
    again = importer.send("drugo ime.csv", PEOPLE.encode(), country="RS")
    assert importer.title(again) == "0 rows can be entered"
    importer.enter(again)
    assert count(house) == 3
    assert len(house.logged("trainings.registration.registered.v1")) == 3
