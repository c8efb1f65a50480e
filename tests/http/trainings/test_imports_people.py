"""Rows about people without references: the same people however the file is cut into batches."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.trainings.imports import entering, judging
from services.trainings.tables import REGISTRATIONS
from shared.identifiers import derived
from tests.http.trainings.conftest import NUMBER, PROGRAMME, Asker, House
from tests.http.trainings.importing import Importer
from tests.http.trainings.test_imports import count, findings, row_of

HEADERS = "Ime i prezime;Datum rođenja;Pol;Opština;JMBG"
TWICE = "Petar Petrović;01.02.1980;M;Topola;"


@pytest.fixture
def importer(house: House, officer: Asker) -> Importer:
    return Importer(house, officer)


def sheet(*, gap: int, number: str = "") -> bytes:
    """Two rows alike, with ``gap`` others between."""
    others = [f"Osoba Broj{place:04};03.04.1970;F;Topola;" for place in range(gap)]
    return "\n".join([HEADERS, TWICE + number, *others, TWICE + number]).encode()


@pytest.mark.parametrize("gap", [0, 5])
@pytest.mark.parametrize(
    ("number", "people", "code"),
    [
        ("", 2, "likely-duplicate"),
        (NUMBER, 1, "same-person"),
    ],
)
def test_rows_alike_give_the_same_people_near_and_far(
    house: House,
    importer: Importer,
    monkeypatch: pytest.MonkeyPatch,
    gap: int,
    number: str,
    people: int,
    code: str,
) -> None:
    monkeypatch.setattr(entering, "BATCH", 3)
    monkeypatch.setattr(judging, "AT_ONCE", 3)
    import_id = importer.send("ljudi.csv", sheet(gap=gap, number=number), country="RS")
    assert (gap + 3, code) in [(row, code) for row, _, code in findings(house, import_id)]
    judged = row_of(house, import_id)
    importer.enter(import_id)
    done = row_of(house, import_id)
    assert (judged.new, judged.already) == (done.entered, done.known)
    assert count(house) == gap + people


def test_references_that_an_import_gives_are_of_one_person_each(
    house: House, importer: Importer
) -> None:
    importer.enter(importer.send("ljudi.csv", sheet(gap=3), country="RS"))
    with house.service.database.reading() as connection:
        given = list(connection.execute(select(REGISTRATIONS.c.reference)).scalars())
    marks = {reference.rsplit("-", 1)[0] for reference in given}
    assert len(marks) == 1
    assert len(marks.pop().removeprefix("R-")) == 12
    assert {reference.rsplit("-", 1)[1] for reference in given} == {"2", "3", "4", "5", "6"}


def test_a_reference_that_is_taken_is_told_before_anything_is_entered(
    house: House, importer: Importer
) -> None:
    import_id = importer.upload("a.csv", sheet(gap=0)).location.split("/")[-2]
    mark = derived("import", PROGRAMME, import_id).replace("-", "")[-12:].upper()
    house.person(reference=f"R-{mark}-3")
    importer.choose(import_id, kind="people")
    importer.map(import_id, country="RS")
    assert (3, "", "reference-taken") in findings(house, import_id)
