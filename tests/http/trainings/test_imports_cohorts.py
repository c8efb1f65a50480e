"""Sheets about cohorts: daily rules hold, others keep off meanwhile, a killed server goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.trainings.cohorts import taking_part
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import HoldForImport, ReleaseFromImport
from services.trainings.imports import entering, working
from services.trainings.imports.judging import judge
from services.trainings.imports.people_rows import enter_people
from services.trainings.tables import COHORTS, MARKS, MEMBERS, REGISTRATIONS
from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.errors import Refused
from shared.events.work import Work
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import House
from tests.http.trainings.importing import IMPORTS as PAGES
from tests.http.trainings.importing import Importer
from tests.http.trainings.test_imports import findings, row_of

COHORTS_FILE = """Grupa;Naziv obuke;Vrsta obuke;Država;Mesto;Treneri;Datum izdavanja sertifikata
G1;Biznis za početnike;biznis;Srbija;Topola;Ana Trener, Ivo Trener;15.6.2010
G2;Biznis za početnike;biznis;Srbija;Knić;;
"""
SESSIONS_FILE = "Grupa;Čas;Datum;Sati\nG1;1;1.6.2010;6\nG1;2;2.6.2010;7:30\n"
MARKS_FILE = "Grupa;Čas;Učesnik;Sati\nG1;1;P1;6\nG1;2;P1;7,5\nG1;1;P2;2\n"
TESTS_FILE = "Grupa;Učesnik;Ulazni test;Izlazni test\nG1;P1;20;85 %\nG1;P2;10;90\n"
PEOPLE_FILE = """Šifra;Ime i prezime;Datum rođenja;Pol;Država;Opština
P1;Mira Primer;1.1.1980;Ž;Srbija;Topola
P2;Amir Primer;2.2.1981;M;Srbija;Topola
"""


@pytest.fixture
def history(house: House) -> Importer:
    return Importer(house, house.as_reader(Role.programme_officer))


def bring(history: Importer, *files: str) -> None:
    for content in files:
        import_id = history.send("sheet.csv", content.encode(), history=True)
        history.enter(import_id)
        assert row_of(history.house, import_id).stage == "entered", findings(
            history.house, import_id
        )


def marks(house: House) -> dict[tuple[str, int], int]:
    with house.service.database.reading() as connection:
        asked = select(REGISTRATIONS.c.reference, MARKS.c.session, MARKS.c.attended_minutes).join(
            MARKS, MARKS.c.registration_id == REGISTRATIONS.c.registration_id
        )
        return {(row[0], row[1]): row[2] for row in connection.execute(asked)}


def test_history_of_cohorts_comes_in_file_by_file(house: House, history: Importer) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE, MARKS_FILE, TESTS_FILE)
    assert marks(house) == {("P1", 1): 360, ("P1", 2): 450, ("P2", 1): 120}
    with house.service.database.reading() as connection:
        cohorts = {row.reference: row for row in connection.execute(select(COHORTS))}
    assert cohorts["G1"].trainers == "Ana Trener\nIvo Trener"
    assert cohorts["G2"].trainers == "not known"
    page = history.asker.get(f"{PAGES}/certificates").text
    assert "1 cohort from before waits" in page
    form = history.form(f"{PAGES}/certificates")
    assert history.asker.submit(f"{PAGES}/certificates", **form).status_code == 303
    history.work()
    (issued,) = house.logged("trainings.certificate.issued.v1")
    assert (issued.number, str(issued.issued_on)) == ("RS-2010-000001", "2010-06-15")
    assert "No cohort from before" in history.asker.get(f"{PAGES}/certificates").text


@pytest.mark.parametrize("word", ["Bolest", "Ill", "bolovanje"])
def test_why_somebody_was_absent_comes_with_the_sheet(
    house: House, history: Importer, word: str
) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE)
    sheet = f"Grupa;Čas;Učesnik;Sati;Razlog odsustva;Napomena\nG1;1;P1;2;{word};kod lekara\n"
    history.enter(history.send("sheet.csv", sheet.encode(), history=True))
    with house.service.database.reading() as connection:
        row = connection.execute(select(MARKS.c.excused_as, MARKS.c.excused)).one()
    assert tuple(row) == ("illness", "kod lekara")


def test_a_reason_that_is_none_of_the_list_is_named_with_its_row(
    house: House, history: Importer
) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE)
    sheet = "Grupa;Čas;Učesnik;Sati;Razlog odsustva\nG1;1;P1;2;Bolest\nG1;2;P1;2;mrzovolja\n"
    import_id = history.send("sheet.csv", sheet.encode(), history=True)
    assert findings(house, import_id) == [(3, "Razlog odsustva", "unknown-word")]
    assert marks(house) == {}


def test_what_a_row_refers_to_must_be_there(house: House, history: Importer) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE)
    wrong = MARKS_FILE + "G9;1;P1;6\nG1;9;P1;6\nG1;1;P9;6\nG1;2;P2;9\nG1;1;P1;6\n"
    import_id = history.send("sheet.csv", wrong.encode(), history=True)
    assert sorted(findings(house, import_id)) == [
        (5, "Grupa", "no-cohort"),
        (6, "", "no-session"),
        (7, "Učesnik", "no-registration"),
        (8, "", "attendance-too-long"),
        (9, "", "repeated"),
    ]
    assert marks(house) == {}


def test_others_keep_off_a_cohort_while_a_sheet_is_entered(
    house: House, history: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE)
    import_id = history.send("sheet.csv", MARKS_FILE.encode(), history=True)
    with house.service.database.reading() as connection:
        asked = select(COHORTS.c.cohort_id).where(COHORTS.c.reference == "G1")
        cohort_id = connection.execute(asked).scalar_one()
    met: list[str] = []

    def judged(*_: Any, **__: Any) -> Any:
        # Somebody cancels a session between the last look and the first row.
        answer = history.asker.post(
            f"/trainings/api/v1/cohorts/{cohort_id}/sessions/1/cancel",
            If_Match='"0"',
            Idempotency_Key="a1b2c3d4-cancel",
        )
        met.append(str(answer.json["type"]).rpartition("/")[2])
        with pytest.raises(Refused, match="cohort-held"):
            house.act(lambda work: hold(work, cohort_id, "another"))
        return real(*_, **__)

    real = judge
    monkeypatch.setattr(entering, "judge", judged)
    history.enter(import_id)
    assert len(met) == 1
    assert len(marks(house)) == 3
    house.act(lambda work: hold(work, cohort_id, "another"))


def hold(work: Work, cohort_id: str, import_id: str) -> None:
    facts: dict[str, Any] = {
        "by": "officer-1",
        "now": work.now,
        "cohort_id": cohort_id,
        "importing": import_id,
    }
    work.decide(COHORT, cohort_id, HoldForImport(**facts))
    work.decide(COHORT, cohort_id, ReleaseFromImport(**facts))


def test_a_killed_server_goes_on_where_it_stopped(
    house: House, history: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = PEOPLE_FILE + "".join(
        f"Q{n};Ana Primer-{n};1.1.1990;Ž;Srbija;Topola\n" for n in range(30)
    )
    monkeypatch.setattr(entering, "BATCH", 5)
    import_id = history.send("sheet.csv", people.encode(), history=True)
    real, batches = enter_people, 0

    def killed(*given: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 4:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(entering, "enter_people", killed)
    with pytest.raises(KeyboardInterrupt):
        history.enter(import_id)
    assert row_of(house, import_id).done == 15
    assert "15 of 32" in history.asker.get(f"{PAGES}/{import_id}").text
    house.clock.advance(timedelta(minutes=6))
    history.work()
    assert history.title(import_id) == "32 rows are entered"
    assert len(house.logged("trainings.registration.registered.v1")) == 32


def test_work_that_takes_long_goes_on_in_pieces(
    house: House, history: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "SLICE_SECONDS", -1.0)
    bring_slowly = history.send("sheet.csv", PEOPLE_FILE.encode(), history=True)
    form = history.form(f"{PAGES}/{bring_slowly}")
    history.asker.submit(
        f"{PAGES}/{bring_slowly}/enter", page=f"{PAGES}/{bring_slowly}", version=form["version"]
    )
    run_due_once(house.service, house.clock.now(), limit=1)
    assert row_of(house, bring_slowly).stage == "entering"
    monkeypatch.setattr(working, "SLICE_SECONDS", 60.0)
    house.clock.advance(timedelta(seconds=1))
    history.work()
    assert row_of(house, bring_slowly).stage == "entered"


def test_only_a_cohorts_trainer_imports_its_attendance_of_today(house: House) -> None:
    house.staff("trainer-1", "Ana Trener", trains_in="RS-2011")
    house.course(title="Biznis za početnike")
    officer = Importer(house, house.as_reader(Role.programme_officer))
    for content, country in (
        (PEOPLE_FILE, ""),
        ("Grupa;Naziv obuke;Mesto;Treneri\nG7;Biznis za početnike;Topola;Ana Trener\n", "RS"),
        ("Grupa;Čas;Datum;Sati\nG7;1;1.3.2026;6\n", ""),
        ("Grupa;Učesnik\nG7;P1\nG7;P2\n", ""),
    ):
        import_id = officer.send("sheet.csv", content.encode(), country=country)
        officer.enter(import_id)
        assert row_of(house, import_id).stage == "entered", findings(house, import_id)
    form = officer.form(
        f"{PAGES}/{officer.upload('m.csv', MARKS_FILE.encode()).location.split('/')[-2]}/sheet"
    )
    assert form.get("kind") not in ("attendance", "tests")
    attended = "Grupa;Čas;Učesnik;Sati\nG7;1;P1;6\nG7;1;P2;2\n".encode()
    stranger = Importer(house, house.as_reader(Role.trainer, account="trainer-2"))
    refused = stranger.send("sheet.csv", attended)
    assert {code for _, _, code in findings(house, refused)} == {"no-cohort"}
    trainer = Importer(house, house.as_reader(Role.trainer, account="trainer-1"))
    trainer.enter(trainer.send("sheet.csv", attended))
    assert marks(house) == {("P1", 1): 360, ("P2", 1): 120}
    late = officer.send("sheet.csv", "Grupa;Čas;Datum;Sati\nG7;2;1.2.2026;6\n".encode())
    assert findings(house, late) == [(2, "", "session-in-the-past")]


def test_the_same_file_again_changes_nothing(house: House, history: Importer) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE, MARKS_FILE, TESTS_FILE)
    with house.service.database.reading() as connection:
        before = house.service.store.head(connection)
    for content in (PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE, MARKS_FILE, TESTS_FILE):
        import_id = history.send("sheet.csv", content.encode(), history=True)
        assert history.title(import_id) == "0 rows can be entered"
        assert row_of(house, import_id).errors == 0
    with house.service.database.reading() as connection:
        assert house.service.store.head(connection) > before
        members = connection.execute(select(func.count()).select_from(MEMBERS)).scalar_one()
    assert members == 2
    changed = history.send("sheet.csv", MARKS_FILE.replace("P2;2", "P2;3").encode(), history=True)
    assert findings(house, changed) == [(4, "", "says-otherwise")]


def test_nothing_of_the_past_comes_into_a_cohort_of_daily_use(house: House) -> None:
    Cohort.begun(house, people=1)
    history = Importer(house, house.as_reader(Role.programme_officer))
    for kind, content in (
        ("sessions", "Grupa;Čas;Datum;Sati\nRS-BT-01;3;10.1.2020;6\n"),
        ("attendance", "Grupa;Čas;Polaznik;Sati\nRS-BT-01;1;RS-BT-01-P1;6\n"),
        ("tests", "Grupa;Polaznik;Završni test\nRS-BT-01;RS-BT-01-P1;100\n"),
    ):
        import_id = history.send("sheet.csv", content.encode(), kind=kind, history=True)
        assert findings(house, import_id) == [(2, "Grupa", "cohort-of-today")]
    assert marks(house) == {}


def test_what_is_recorded_daily_ends_the_past_of_a_cohort(house: House, history: Importer) -> None:
    bring(history, PEOPLE_FILE, COHORTS_FILE, SESSIONS_FILE)
    with house.service.database.reading() as connection:
        cohort_id = connection.execute(
            select(COHORTS.c.cohort_id).where(COHORTS.c.reference == "G1")
        ).scalar_one()
    registered = house.person(reference="LATER")
    house.act(
        lambda work: taking_part.enrol(
            work, by="officer-1", cohort_id=cohort_id, registration_id=registered
        )
    )
    import_id = history.send("sheet.csv", MARKS_FILE.encode(), history=True)
    assert {code for _, _, code in findings(house, import_id)} == {"cohort-of-today"}
    again = history.send("sheet.csv", SESSIONS_FILE.encode(), history=True)
    assert findings(house, again) == []
