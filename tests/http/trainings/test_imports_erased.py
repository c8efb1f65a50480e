"""A sheet that waits to be entered goes with the data of whom it names."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from services.trainings.imports import shelving
from services.trainings.imports.naming import Named
from services.trainings.tables import REGISTRATIONS
from shared.access.roles import Role
from shared.errors import Missing
from shared.language.folding import fold
from tests.http.trainings.cohort_home import TRAINER, Cohort
from tests.http.trainings.conftest import NUMBER, Asker, House
from tests.http.trainings.importing import IMPORTS, Importer
from tests.http.trainings.test_erasure import asked, counted, erased
from tests.http.trainings.test_imports import findings, row_of

HEADERS = "Ime i prezime;Datum rođenja;Pol;Opština;JMBG\n"
OTHER = "Drugi Čovek;02.02.1980;M;Topola;\n"


@pytest.mark.parametrize(
    "row",
    [
        f"Neko Drugi;01.01.1990;F;Kragujevac;{NUMBER}\n",
        "PRIMER, Mira;01.01.1990;F;Kragujevac;\n",
        "Мира Пример;01.01.1990;F;Kragujevac;\n",
    ],
)
def test_a_sheet_that_names_the_person_is_discarded_and_its_key_destroyed(
    house: House, officer: Asker, second: Asker, row: str
) -> None:
    person = house.person(reference="E", full_name="Mira Primer", jmbg=NUMBER)
    importer = Importer(house, house.as_reader(Role.programme_officer, account="officer-3"))
    naming = importer.send("a.csv", (HEADERS + row + OTHER).encode(), kind="people", country="RS")
    other = importer.send("b.csv", (HEADERS + OTHER).encode(), kind="people", country="RS")
    sealed = row_of(house, naming).sha256
    address = asked(officer, person)
    counted(house, address)
    page = officer.get(f"/trainings/erasures/{address.rsplit('/', 1)[1]}").text
    assert "2 sheets wait to be entered" in page
    officer.post(f"{address}/cancel", If_Match=officer.get(address).headers["ETag"])
    erased(house, officer, second, person, key="k2")
    gone = row_of(house, naming)
    assert (gone.stage, gone.destroyed, gone.over_by) == ("discarded", True, None)
    with pytest.raises(Missing):
        shelving.content(house.service, sealed)
    assert "named somebody whose data were erased" in importer.asker.get(f"{IMPORTS}/{naming}").text
    assert row_of(house, other).stage == "ready"
    importer.enter(other)
    with house.service.database.reading() as connection:
        asked_for = select(func.count()).where(REGISTRATIONS.c.full_name.is_not(None))
        assert connection.execute(asked_for).scalar_one() == 1


def test_rows_about_an_erased_registration_are_left_out(
    house: House, officer: Asker, second: Asker
) -> None:
    cohort = Cohort.begun(house, people=2)
    erased(house, officer, second, cohort.people[0])
    house.clock.moment = house.clock.moment.replace(day=3)
    trainer = Importer(house, house.as_reader(Role.trainer, account=TRAINER))
    content = "Grupa;Čas;Polaznik;Sati\nRS-BT-01;1;RS-BT-01-P1;6\nRS-BT-01;1;RS-BT-01-P2;6\n"
    import_id = trainer.send("m.csv", content.encode(), kind="attendance")
    assert findings(house, import_id) == [(2, "", "data-erased")]
    trainer.enter(import_id)
    done = row_of(house, import_id)
    assert (done.entered, done.known) == (1, 1)


def test_a_row_names_somebody_by_reference_or_by_all_words_of_the_name(house: House) -> None:
    named = Named(
        house.service.keyring, references=["P17"], numbers=[], names=[fold("Mira Ana Primer")]
    )
    assert named.by(["p17", 3])
    assert named.by(["Primer", None, "Mira Ana"])
    assert not named.by(["Mira", "Drugić"])
    assert not named.by(["P170", 17])
