"""What somebody learns by looking through a sheet is no more than what they may read."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.roles import Role
from tests.http.trainings.cohort_home import TRAINER, Cohort
from tests.http.trainings.conftest import NUMBER, House
from tests.http.trainings.importing import Importer
from tests.http.trainings.test_imports import findings, row_of

SCORE = "Grupa;Polaznik;Završni test\nRS-BT-01;{who};{score}\n"


@pytest.fixture
def cohort(house: House) -> Cohort:
    """One that is over, with one participant whose post-test is 80."""
    begun = Cohort.begun(house, people=1)
    begun.finished()
    return begun


def looked(house: House, account: str, who: str, score: int) -> Any:
    trainer = Importer(house, house.as_reader(Role.trainer, account=account))
    content = SCORE.format(who=who, score=score).encode()
    import_id = trainer.send("sheet.csv", content, kind="tests")
    row = row_of(house, import_id)
    return (row.new, row.already, row.errors, row.warnings), findings(house, import_id)


def test_a_cohort_out_of_reach_is_not_there(house: House, cohort: Cohort) -> None:
    answers = [looked(house, "trainer-9", "RS-BT-01-P1", score) for score in (79, 80)]
    assert answers[0] == answers[1]
    assert answers[0][0] == (0, 0, 1, 0)
    assert looked(house, "trainer-9", "RS-BT-01-P1", 80)[1] == [(2, "Grupa", "no-cohort")]


def test_a_number_is_registered_only_for_who_may_read_numbers(house: House, cohort: Cohort) -> None:
    house.person(reference="OTHER", jmbg=NUMBER)
    known, unknown = (looked(house, TRAINER, who, 50) for who in (NUMBER, "0202990715001"))
    assert known == unknown == ((0, 0, 1, 0), [(2, "Polaznik", "no-registration")])


def test_a_reference_is_registered_only_for_who_reaches_it(house: House, cohort: Cohort) -> None:
    house.person(reference="OTHER")
    assert looked(house, TRAINER, "OTHER", 50) == looked(house, TRAINER, "NOBODY", 50)


def test_ones_own_cohort_is_there(house: House, cohort: Cohort) -> None:
    assert looked(house, TRAINER, "RS-BT-01-P1", 80)[0] == (0, 1, 0, 0)
