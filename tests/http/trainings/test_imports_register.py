"""The register's training figures from a blank system, through the pages' import alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from services.commands.chunks import Outcome, Rows
from services.commands.loading_trainings import TrainingLoad
from services.register.reading import read
from services.trainings.app import definition
from services.trainings.figures import likely_duplicates, programme_figures
from services.trainings.people.comparing import catch_up, compare_all
from services.trainings.tables import CERTIFICATES, REGISTRATIONS
from shared.access.roles import Role
from shared.service import Service
from shared.settings import Settings
from tests.http.trainings.conftest import PROGRAMME, House
from tests.http.trainings.importing import IMPORTS, Importer
from tests.migrated import migrated

REGISTER: Final = Path(__file__).parents[3] / "examples" / "register"
FILES: Final = ("participants", "cohorts", "sessions", "attendance", "tests", "education")


def test_the_register_comes_in_through_the_pages_alone(house: House, tmp_path: Path) -> None:
    officer = Importer(house, house.as_reader(Role.programme_officer))
    for name in FILES:
        content = (REGISTER / f"{name}.csv").read_bytes()
        import_id = officer.send(f"{name}.csv", content, history=True)
        assert officer.enter(import_id).endswith("rows are entered")
    form = officer.form(f"{IMPORTS}/certificates")
    assert officer.asker.submit(f"{IMPORTS}/certificates", **form).status_code == 303
    officer.work()
    with house.service.database.reading() as connection:
        figures = programme_figures(connection, PROGRAMME)
        registrations = len(connection.execute(select(REGISTRATIONS.c.registration_id)).all())
        numbers = certificates(connection)
        alike = [
            connection.execute(
                select(REGISTRATIONS.c.reference).where(REGISTRATIONS.c.registration_id == one)
            ).scalar_one()
            for group in likely_duplicates(connection, PROGRAMME)
            for one, _ in group
        ]
    assert figures["persons_certified"] == 400
    assert figures["certificates"] == 403 == len(set(numbers.values()))
    # Nine were registered twice under one national number.
    assert registrations - figures["persons"] == 9
    assert figures["likely_duplicates"] == 4
    assert figures["persons_primary_or_classes"] == 150
    assert figures["persons_vocational_or_secondary"] == 100
    # Pairs are compared by the day's work; a look at the page compares for a moment only.
    compare_all(house.service, b"2026-03-01")
    catch_up(house.service, seconds=600)
    page = officer.asker.get("/trainings/people/duplicates")
    assert page.status_code == 200
    assert all(reference in page.text for reference in alike)
    assert numbers == loaded(tmp_path / "loaded")


def loaded(home: Path) -> dict[str, str]:
    """The certificates that ``load`` makes of the same files in another blank system."""
    settings = Settings(home=home, public_url="http://localhost:8000")
    migrated(settings, definition())
    service = Service.open(definition(), settings)
    try:
        rows = Rows(service, programme=PROGRAMME, outcome=Outcome())
        TrainingLoad(rows, read(REGISTER)).run()
        with service.database.reading() as connection:
            return certificates(connection)
    finally:
        service.close()


def certificates(connection: Any) -> dict[str, str]:
    """Number by certificate."""
    asked = select(CERTIFICATES.c.certificate_id, CERTIFICATES.c.number)
    return {row.certificate_id: row.number for row in connection.execute(asked)}
