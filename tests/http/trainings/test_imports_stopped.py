"""An import that cannot go on as it was judged ends all the same, and lets go of what it held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.trainings.cohorts.cohort import COHORT
from services.trainings.imports import entering, shelving
from services.trainings.imports.tables import DESKS, HOLDS
from shared.access.roles import Role
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import NUMBER, House
from tests.http.trainings.importing import IMPORTS, Importer
from tests.http.trainings.test_imports import findings, row_of

PEOPLE_API = "/trainings/api/v1/people"


class Killed(BaseException):
    """The server is gone in the middle."""


@contextmanager
def killed_before(monkeypatch: pytest.MonkeyPatch, part: str) -> Iterator[None]:
    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(entering.Entry, part, killed)
        with pytest.raises(Killed):
            yield


@pytest.fixture
def cohort(house: House) -> Cohort:
    return Cohort.begun(house, people=1)


@pytest.fixture
def officer(house: House) -> Importer:
    return Importer(house, house.as_reader(Role.programme_officer))


def gone_on(house: House, officer: Importer) -> None:
    house.clock.advance(timedelta(hours=1))
    officer.work()


def one_enrolment(house: House, officer: Importer) -> str:
    """A sheet that enrols somebody who is there; the import."""
    house.person(reference="OTHER")
    return officer.send("e.csv", b"Grupa;Polaznik\nRS-BT-01;OTHER\n", kind="enrolments")


def signed_in_again(house: House) -> Importer:
    return Importer(house, house.as_reader(Role.programme_officer))


def running(house: House, cohort: Cohort) -> Any:
    return house.act(lambda work: work.load(COHORT, cohort.id))


def let_go(house: House, cohort: Cohort) -> bool:
    with house.service.database.reading() as connection:
        desk = connection.execute(select(DESKS.c.import_id)).scalar()
        holds = connection.execute(select(HOLDS)).all()
    return not desk and not holds and not running(house, cohort).held_for


def test_a_number_corrected_meanwhile_leaves_its_row_out_and_the_rest_is_entered(
    house: House, cohort: Cohort, officer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered = house.person(reference="NUM", jmbg=NUMBER)
    other = house.person(reference="OTHER")
    content = f"Grupa;Polaznik\nRS-BT-01;{NUMBER}\nRS-BT-01;OTHER\n"
    import_id = officer.send("e.csv", content.encode(), kind="enrolments")
    with killed_before(monkeypatch, "_enter_part"):
        officer.enter(import_id)
    asker = house.as_reader(Role.programme_officer, account="officer-1")
    address = f"{PEOPLE_API}/{numbered}"
    body = {"full_name": "Nova Osoba", "birth_date": "1990-01-01", "sex": "F", "jmbg": None}
    corrected = asker.post(
        f"{address}/correct",
        {**body, "reason": "typed wrongly"},
        Idempotency_Key="c",
        If_Match=asker.get(address).headers["ETag"],
    )
    assert corrected.status_code == 200, corrected.json
    gone_on(house, officer)
    row = row_of(house, import_id)
    assert (row.stage, row.entered, json.loads(row.left_rows)) == ("entered", 1, [2])
    assert let_go(house, cohort)
    taking_part = running(house, cohort).participants
    assert other in taking_part
    assert numbered not in taking_part
    officer = signed_in_again(house)
    assert "send them again: 2" in officer.asker.get(f"{IMPORTS}/{import_id}").text
    api = officer.asker.get(f"/trainings/api/v1/imports/{import_id}").json
    assert api["left_rows"] == [2]


def test_a_file_that_is_gone_stops_with_a_report(
    house: House, cohort: Cohort, officer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = one_enrolment(house, officer)
    with killed_before(monkeypatch, "_enter_part"):
        officer.enter(import_id)
    assert not let_go(house, cohort)
    shelving.remove(house.service, row_of(house, import_id).sha256)
    gone_on(house, officer)
    row = row_of(house, import_id)
    assert (row.stage, row.errors) == ("ready", 1)
    assert findings(house, import_id) == [(0, "", "file-missing")]
    assert let_go(house, cohort)


def test_a_stuck_import_can_be_discarded(
    house: House, cohort: Cohort, officer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = one_enrolment(house, officer)
    with killed_before(monkeypatch, "_looked_again"):
        officer.enter(import_id)
    page = f"{IMPORTS}/{import_id}/discard"
    early = officer.asker.submit(page, **officer.form(page))
    assert "ends by itself" in early.text
    house.clock.advance(timedelta(minutes=20))
    colleague = Importer(house, house.as_reader(Role.programme_officer, account="officer-7"))
    assert page in colleague.asker.get(f"{IMPORTS}/{import_id}").text
    assert colleague.asker.submit(page, **colleague.form(page)).status_code == 303
    assert row_of(house, import_id).stage == "discarded"
    assert let_go(house, cohort)
    gone_on(house, officer)
    assert row_of(house, import_id).destroyed
    assert let_go(house, cohort)


def test_references_of_a_discarded_import_are_free_again(
    house: House, officer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "Šifra;Ime i prezime;Datum rođenja;Pol;Opština\nP7;Mira Primer;1.1.1980;Ž;Topola\n"
    import_id = officer.send("p.csv", content.encode(), kind="people", country="RS")
    with killed_before(monkeypatch, "_looked_again"):
        officer.enter(import_id)
    house.clock.advance(timedelta(minutes=20))
    officer = signed_in_again(house)
    page = f"{IMPORTS}/{import_id}/discard"
    assert officer.asker.submit(page, **officer.form(page)).status_code == 303
    again = officer.send("p.csv", content.encode(), kind="people", country="RS")
    assert officer.enter(again) == "1 row is entered"
