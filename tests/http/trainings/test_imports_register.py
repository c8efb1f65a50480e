"""The register's training figures from a blank system, through the pages' import alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import select

from services.trainings.figures import programme_figures
from services.trainings.tables import CERTIFICATES
from shared.access.roles import Role
from tests.http.trainings.conftest import PROGRAMME, House
from tests.http.trainings.importing import IMPORTS, Importer

REGISTER: Final = Path(__file__).parents[3] / "examples" / "register"
FILES: Final = ("participants", "cohorts", "sessions", "attendance", "tests", "education")


def test_the_register_comes_in_through_the_pages_alone(house: House) -> None:
    officer = Importer(house, house.as_reader(Role.programme_officer))
    for name in FILES:
        content = (REGISTER / f"{name}.csv").read_bytes()
        import_id = officer.send(f"{name}.csv", content, history=True)
        assert officer.enter(import_id).endswith("rows are entered")
    form = officer.form(f"{IMPORTS}/certificates")
    answer = officer.asker.submit(f"{IMPORTS}/certificates", **form)
    assert answer.status_code == 303
    officer.work()
    with house.service.database.reading() as connection:
        figures = programme_figures(connection, PROGRAMME)
        numbers = connection.execute(select(CERTIFICATES.c.number)).scalars().all()
    assert figures["persons_certified"] == 400
    assert figures["certificates"] == 403 == len(set(numbers))
    assert figures["likely_duplicates"] == 4
