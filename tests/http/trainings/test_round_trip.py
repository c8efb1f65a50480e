"""A sheet that was taken out is brought in again and changes nothing: each row is there already."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.trainings.imports import shelving
from services.trainings.imports.tables import IMPORTS
from shared.access.roles import Role
from tests.http.trainings.cohort_home import TRAINER
from tests.http.trainings.conftest import NUMBER, House
from tests.http.trainings.exporting import filled
from tests.http.trainings.importing import Importer

API = "/trainings/api/v1/exports"
KINDS = ("people", "cohorts", "sessions", "enrolments", "attendance", "tests", "outcomes")


def inhabited(house: House) -> None:
    """The rows of every sheet; somebody with a national number, somebody from before."""
    filled(house)
    house.person(full_name="Sa Brojem", reference="P-8", jmbg=NUMBER, phone="+381641234567")
    house.person(full_name="Đorđe =SUM(A1)", reference="P-9", declared_roma="yes", consented=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("form", "history"), [("csv", False), ("xlsx", True)])
def test_what_was_taken_out_is_there_already(
    house: House, kind: str, form: str, history: bool
) -> None:
    inhabited(house)
    both = house.as_reader(Role.programme_officer, Role.trainer, account=TRAINER)
    taken = both.post(API, {"kind": kind, "form": form})
    count = int(taken.headers["Zanat-Control-Count"])
    importer = Importer(house, both)
    import_id = importer.send(f"a.{form}", taken.data, kind=kind, history=history)
    with house.service.database.reading() as connection:
        row = connection.execute(select(IMPORTS).where(IMPORTS.c.import_id == import_id)).one()
    found = shelving.report(house.service, row.report)
    assert [(one.row, one.column, one.code) for one in found] == []
    assert (row.new, row.already) == (0, count) and count > 0
