"""Rows are looked through once more before they are entered, unless nothing can have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.trainings.imports import entering
from services.trainings.imports.judging import judge
from shared.access.roles import Role
from tests.http.trainings.conftest import House
from tests.http.trainings.importing import Importer

SHEET = "Šifra;Ime i prezime;Datum rođenja;Pol;Opština\nP7;Mira Primer;1.1.1980;Ž;Topola\n"


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The imports whose rows were looked through once more."""
    seen: list[str] = []

    def counted(service: Any, job: Any, *rest: Any, **more: Any) -> Any:
        seen.append(job.import_id)
        return judge(service, job, *rest, **more)

    monkeypatch.setattr(entering, "judge", counted)
    return seen


def importer(house: House) -> Importer:
    return Importer(house, house.as_reader(Role.programme_officer))


def sent(officer: Importer) -> str:
    return officer.send("p.csv", SHEET.encode(), kind="people", country="RS")


def test_where_nothing_was_written_once_is_enough(house: House, again: list[str]) -> None:
    officer = importer(house)
    assert officer.enter(sent(officer)) == "1 row is entered"
    assert again == []


def test_where_others_only_read_once_is_enough(house: House, again: list[str]) -> None:
    officer = importer(house)
    import_id = sent(officer)
    assert officer.asker.get("/trainings/people").status_code == 200
    assert officer.enter(import_id) == "1 row is entered"
    assert again == []


def test_whatever_was_written_has_rows_looked_through_again(house: House, again: list[str]) -> None:
    officer = importer(house)
    import_id = sent(officer)
    house.person(reference="P8", full_name="Somebody Else")
    assert officer.enter(import_id) == "1 row is entered"
    assert again == [import_id]


def test_on_another_day_rows_are_looked_through_again(house: House, again: list[str]) -> None:
    import_id = sent(importer(house))
    house.clock.advance(timedelta(days=1))
    assert importer(house).enter(import_id) == "1 row is entered"
    assert again == [import_id]
