"""Two registrations are put together in trainings and taken apart: grants follows, by the bus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.all_in_one import Installation, definitions
from services.grants.awards.views import AWARDS
from services.grants.reports.indicators import indicators
from services.register.invent import invent
from services.trainings.figures import programme_figures
from services.trainings.people import merging
from services.trainings.tables import CERTIFICATES, REGISTRATIONS
from shared.events.append import Context
from shared.events.rebuilding import differences
from shared.settings import Settings
from tests.installation.commands import Commands

PROGRAMME = "demo"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("merged")
    invent(folder / "register", seed=3, people=12)
    commands = Commands(folder / "home")
    commands.run("load", str(folder / "register"), "--programme", PROGRAMME)
    return folder / "home"


def counts(installation: Installation) -> dict[str, int]:
    """Persons by stage as grants counts them, and those certified as trainings does."""
    with installation.services["grants"].database.reading() as connection:
        found = {
            stage.code: stage.persons or 0 for stage in indicators(connection, PROGRAMME).stages
        }
    with installation.services["trainings"].database.reading() as connection:
        figures = programme_figures(connection, PROGRAMME)
    return {**found, "trained": figures["persons_certified"], "persons": figures["persons"]}


def two_granted(installation: Installation) -> tuple[str, str]:
    """Registrations of two persons who both have an award and a certificate."""
    with installation.services["grants"].database.reading() as connection:
        granted = set(connection.execute(select(AWARDS.c.registration_id)).scalars())
    with installation.services["trainings"].database.reading() as connection:
        certified = set(connection.execute(select(CERTIFICATES.c.registration_id)).scalars())
        rows = connection.execute(
            select(REGISTRATIONS.c.registration_id, REGISTRATIONS.c.person_id)
            .where(REGISTRATIONS.c.registration_id.in_(granted & certified))
            .order_by(REGISTRATIONS.c.registration_id)
        ).all()
    first = rows[0]
    other = next(row for row in rows if row.person_id != first.person_id)
    return first.registration_id, other.registration_id


def decide(installation: Installation, one: str, other: str, *, same: bool) -> None:
    context = Context(
        actor="officer-1", programme=PROGRAMME, correlation=f"same-{same}", causation="test"
    )

    def handler(work: Any) -> None:
        merging.decide_duplicate(
            work, by="officer-1", registration_id=one, other_id=other, same=same, reason="Card"
        )

    installation.services["trainings"].transact(context, handler)
    installation.wait_until_caught_up(timeout_seconds=120)


@pytest.mark.slow
def test_a_person_put_together_counts_once_everywhere_and_apart_twice_again(loaded: Path) -> None:
    with Installation.open(Settings(home=loaded)) as installation:
        installation.start_workers(due=False)
        one, other = two_granted(installation)
        before = counts(installation)
        decide(installation, one, other, same=True)
        together = counts(installation)
        for stage in ("certified", "granted", "trained", "persons"):
            assert together[stage] == before[stage] - 1, stage
        decide(installation, one, other, same=False)
        assert counts(installation) == before
    with Installation.open(Settings(home=loaded)) as installation:
        assert {name: differences(s) for name, s in installation.services.items()} == {
            definition.name: [] for definition in definitions()
        }
