"""Sheets from file to receipt: understood, judged, entered whole or not at all, and once only."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.trainings.imports import shelving
from services.trainings.imports.handling import close_history
from services.trainings.imports.scheduling import KEPT
from services.trainings.imports.tables import IMPORTS
from services.trainings.tables import REGISTRATIONS
from shared.access.roles import Role
from shared.clock import FixedClock
from shared.due.worker import run_due_once
from shared.sheets.reading import open_sheet
from tests.http.trainings.conftest import Asker, House
from tests.http.trainings.importing import IMPORTS as PAGES
from tests.http.trainings.importing import Importer, said_of

PEOPLE = """Šifra;Ime;Prezime;JMBG;Datum rođenja;Pol;Opština;Telefon;Saglasnost
P1;Mira;Primer;0101990715000;1.1.1990;Ž;Kragujevac;064 123 4567;da
P2;Amir;Primer;;31.12.1985;M;Topola;;ne
P3;Зорица;Пример;;5. maj 1979;ж;Рача;;
"""


@pytest.fixture
def importer(house: House, officer: Asker) -> Importer:
    return Importer(house, officer)


def count(house: House) -> int:
    with house.service.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(REGISTRATIONS)).scalar_one()


def row_of(house: House, import_id: str) -> Any:
    with house.service.database.reading() as connection:
        asked = select(IMPORTS).where(IMPORTS.c.import_id == import_id)
        return connection.execute(asked).one()


def findings(house: House, import_id: str) -> list[tuple[int, str, str]]:
    """(row, column, code) of what was found."""
    kept = shelving.report(house.service, row_of(house, import_id).report)
    return [(one.row, one.column, one.code) for one in kept]


def test_people_are_entered_as_they_are_registered_by_hand(
    house: House, importer: Importer
) -> None:
    import_id = importer.send("ljudi.csv", PEOPLE.encode(), country="RS")
    assert importer.title(import_id) == "3 rows can be entered"
    assert count(house) == 0
    assert importer.enter(import_id) == "3 rows are entered"
    with house.service.database.reading() as connection:
        rows = connection.execute(select(REGISTRATIONS).order_by(REGISTRATIONS.c.reference)).all()
    assert [(one.reference, one.full_name, one.birth_date, one.sex) for one in rows] == [
        ("P1", "Mira Primer", "1990-01-01", "F"),
        ("P2", "Amir Primer", "1985-12-31", "M"),
        ("P3", "Зорица Пример", "1979-05-05", "F"),
    ]
    assert {(one.state, one.registered_by, one.imported) for one in rows} == {
        ("unconfirmed", "officer-1", False)
    }


def test_the_same_file_again_changes_nothing(house: House, importer: Importer) -> None:
    importer.enter(importer.send("ljudi.csv", PEOPLE.encode(), country="RS"))
    again = importer.send("drugo ime.csv", PEOPLE.encode(), country="RS")
    assert importer.title(again) == "0 rows can be entered"
    importer.enter(again)
    assert count(house) == 3
    assert len(house.logged("trainings.registration.registered.v1")) == 3


def test_a_row_with_an_error_is_named_and_nothing_is_entered(
    house: House, importer: Importer
) -> None:
    content = PEOPLE + "P4;Ana;Primer;;31.2.1990;Ž;Topola;;\nP1;Eva;Primer;;1.1.1991;Ž;Knić;;\n"
    import_id = importer.send("ljudi.csv", content.encode(), country="RS")
    assert importer.title(import_id) == "2 errors stand in the way"
    assert findings(house, import_id) == [
        (5, "Datum rođenja", "no-such-day"),
        (6, "Šifra", "repeated"),
    ]
    text = importer.asker.get(f"{PAGES}/{import_id}?only=errors").text
    assert "There is no such day in the calendar." in text
    assert "/enter" not in text
    version = str(row_of(house, import_id).version)
    refused = importer.asker.submit(
        f"{PAGES}/{import_id}/enter", page=f"{PAGES}/{import_id}/discard", version=version
    )
    assert refused.status_code == 409
    importer.work()
    assert count(house) == 0


def test_the_report_can_be_taken_along(importer: Importer) -> None:
    content = PEOPLE.replace("31.12.1985", "32.12.1985")
    import_id = importer.send("ljudi.csv", content.encode(), country="RS")
    for form in ("xlsx", "csv"):
        answer = importer.asker.get(f"{PAGES}/{import_id}/report/{form}")
        with open_sheet(answer.data, f"report.{form}") as sheet:
            (row,) = [one.cells for one in sheet.rows()]
        assert str(row[0]) == "3"
        assert row[1:4] == ("Datum rođenja", "Error", "There is no such day in the calendar.")


def test_one_national_number_is_one_person_and_a_likely_one_is_told(
    house: House, importer: Importer
) -> None:
    twice = "P9;Мира;Primer-Uzorak;0101990715000;1.1.1990;Ž;Topola;;\n"
    look = "P8;AMIR;PRIMER;;31.12.1985;M;Topola;;\n"
    import_id = importer.send("ljudi.csv", (PEOPLE + twice + look).encode(), country="RS")
    assert (5, "JMBG", "same-person") in findings(house, import_id)
    assert (6, "", "likely-duplicate") in findings(house, import_id)
    importer.enter(import_id)
    with house.service.database.reading() as connection:
        persons = dict(
            connection.execute(select(REGISTRATIONS.c.reference, REGISTRATIONS.c.person_id)).all()
        )
    assert persons["P1"] == persons["P9"]
    assert persons["P2"] != persons["P8"]


def test_without_references_the_same_people_are_recognised(
    house: House, importer: Importer
) -> None:
    lines = [line.split(";", 1)[1] for line in PEOPLE.strip().splitlines()]
    content = "\n".join(lines).encode()
    importer.enter(importer.send("ljudi.csv", content, country="RS"))
    again = importer.send("ljudi.csv", content, country="RS")
    assert importer.title(again) == "0 rows can be entered"
    assert count(house) == 3


def test_columns_are_remembered_for_the_next_file_with_these_headers(
    house: House, importer: Importer
) -> None:
    content = PEOPLE.replace("Opština", "Gde").replace("Ž;Krag", "zensko lice;Krag")
    import_id = importer.upload("a.csv", content.encode()).location.split("/")[-2]
    importer.choose(import_id, kind="people")
    page = f"{PAGES}/{import_id}/columns"
    form = importer.form(page)
    assert form["column-6"] == ""
    refused = importer.asker.submit(page, **{**form, "country": "RS"})
    assert refused.status_code == 422
    assert "Municipality" in said_of(refused)
    importer.map(import_id, **{"column-6": "municipality", "country": "RS", "word-0": "F"})
    assert importer.title(import_id) == "3 rows can be entered"
    second = importer.upload("b.csv", content.encode()).location.split("/")[-2]
    importer.choose(second)
    form = importer.form(f"{PAGES}/{second}/columns")
    assert (form["column-6"], form["country"], form["word-0"]) == ("municipality", "RS", "F")


def test_history_keeps_its_days_until_it_is_closed(house: House, importer: Importer) -> None:
    importer.enter(importer.send("a.csv", PEOPLE.encode(), country="RS", history=True))
    with house.service.database.reading() as connection:
        rows = connection.execute(select(REGISTRATIONS)).all()
    assert {(one.state, one.registered_by, one.imported) for one in rows} == {
        ("outside", None, True)
    }
    waiting = importer.send(
        "b.csv", PEOPLE.replace("P1", "Q1").encode(), country="RS", history=True
    )
    house.act(lambda work: close_history(work, by="admin", reason="All of it is in."))
    assert importer.enter(waiting) == "1 error stands in the way"
    assert findings(house, waiting) == [(0, "", "history-closed")]
    assert importer.upload("c.csv", PEOPLE.encode(), history=True).status_code in (403, 409)
    assert count(house) == 3


def test_the_act_on_the_programme_closes_the_past_here_too(
    house: House, importer: Importer
) -> None:
    house.arrives(
        "grants.programme.history_closed.v1",
        "programme/p1",
        programme="RS-2011",
        programme_id="p1",
        reason="All of it is in.",
    )
    assert importer.upload("c.csv", PEOPLE.encode(), history=True).status_code in (403, 409)
    assert len(house.logged("trainings.import_desk.history_closed.v1")) == 1


def test_what_happened_between_looking_and_entering_stops_all_of_it(
    house: House, importer: Importer
) -> None:
    import_id = importer.send("ljudi.csv", PEOPLE.encode(), country="RS")
    house.person(reference="P2", full_name="Somebody Else")
    assert importer.enter(import_id) == "1 error stands in the way"
    assert findings(house, import_id) == [(3, "Šifra", "reference-taken")]
    assert count(house) == 1
    # What was kept for it is free again.
    house.person(reference="P1", full_name="Ana Primer")


def test_a_reference_is_kept_while_a_sheet_is_entered(house: House, importer: Importer) -> None:
    import_id = importer.send("ljudi.csv", PEOPLE.encode(), country="RS")
    importer.enter(import_id)
    answer = importer.asker.post(
        "/trainings/api/v1/people",
        {
            "reference": "P1",
            "full_name": "Ana Primer",
            "birth_date": "1990-01-01",
            "sex": "F",
            "country": "RS",
            "municipality": "Topola",
        },
        Idempotency_Key="a1b2c3d4-once",
    )
    assert answer.status_code == 409


def test_the_file_is_gone_when_it_is_over(house: House, importer: Importer) -> None:
    entered = importer.send("a.csv", PEOPLE.encode(), country="RS")
    sha256 = row_of(house, entered).sha256
    assert shelving.content(house.service, sha256) == PEOPLE.encode()
    importer.enter(entered)
    discarded = importer.send("b.csv", PEOPLE.encode(), country="RS")
    other = row_of(house, discarded).sha256
    importer.asker.submit(f"{PAGES}/{discarded}/discard")
    importer.work()
    for import_id, name in ((entered, sha256), (discarded, other)):
        assert row_of(house, import_id).destroyed
        with pytest.raises(Exception, match="no such file"):
            shelving.content(house.service, name)
    assert len(house.logged("trainings.import.file_destroyed.v1")) == 2


def test_a_sheet_that_nobody_enters_is_gone_after_two_weeks(
    house: House, importer: Importer
) -> None:
    import_id = importer.send("a.csv", PEOPLE.encode(), country="RS")
    run_due_once(house.service, house.clock.now() + KEPT)
    assert row_of(house, import_id).stage == "expired"
    assert row_of(house, import_id).destroyed


def test_others_see_what_came_of_it_and_nothing_of_the_file(
    house: House, importer: Importer, second: Asker, trainer: Asker
) -> None:
    import_id = importer.send("a.csv", (PEOPLE + "P4;;;;;;;;\n").encode(), country="RS")
    shown = second.get(f"{PAGES}/{import_id}")
    assert shown.status_code == 200
    assert "Datum" not in shown.text
    assert second.get(f"{PAGES}/{import_id}/columns").status_code == 403
    assert second.get(f"{PAGES}/{import_id}/report/csv").status_code == 403
    assert trainer.get(f"{PAGES}/{import_id}").status_code == 404
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    assert auditor.get(PAGES).status_code == 200
    assert auditor.get(f"{PAGES}/new").status_code == 403


def test_whoever_looks_at_a_sheet_is_on_record(house: House, importer: Importer) -> None:
    import_id = importer.send("a.csv", PEOPLE.encode(), country="RS")
    importer.asker.get(f"{PAGES}/{import_id}/columns")
    subjects = {(one.what, one.subject) for one in house.logged("trainings.access.read.v1")}
    assert ("import", f"import/{import_id}") in subjects


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("popis.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF"),
        ("popis.xlsx", b"<html><table><tr><td>Ime</td></tr></table></html>", "web page"),
        ("popis.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no sheet"),
        ("popis.csv", b"", "Choose a file|empty"),
        ("popis.csv", b"Ime;Prezime\n", "There are no rows"),
    ],
)
def test_what_is_no_sheet_is_told_apart(
    importer: Importer, name: str, content: bytes, said: str
) -> None:
    answer = importer.upload(name, content)
    assert answer.status_code == 422
    assert any(one in said_of(answer) for one in said.split("|")), said_of(answer)


def test_windows_1250_is_read_and_told(house: House, importer: Importer) -> None:
    content = PEOPLE.replace("Зорица", "Ђ").replace("Ђ", "Žaklina").replace("Пример", "Šarić")
    content = content.replace("ж", "Ž").replace("Рача", "Rača")
    sent = importer.upload("ljudi.csv", content.encode("cp1250"))
    import_id = sent.location.split("/")[-2]
    assert "windows-1250" in importer.asker.get(f"{PAGES}/{import_id}/sheet").text
    importer.choose(import_id)
    importer.map(import_id, country="RS")
    importer.enter(import_id)
    with house.service.database.reading() as connection:
        names = set(connection.execute(select(REGISTRATIONS.c.full_name)).scalars())
    assert "Žaklina Šarić" in names


def test_a_second_click_enters_once(house: House, importer: Importer) -> None:
    import_id = importer.send("a.csv", PEOPLE.encode(), country="RS")
    form = importer.form(f"{PAGES}/{import_id}")
    for key in (form["idempotency_key"], form["idempotency_key"]):
        answer = importer.asker.submit(
            f"{PAGES}/{import_id}/enter",
            page=f"{PAGES}/{import_id}/discard",
            version=form["version"],
            idempotency_key=key,
        )
        assert answer.status_code == 303
    importer.work()
    assert len(house.logged("trainings.import.begun.v1")) == 1
    assert count(house) == 3


def test_two_officers_import_at_once(house: House, importer: Importer, second: Asker) -> None:
    other = Importer(house, second)
    mine = importer.send("a.csv", PEOPLE.encode(), country="RS")
    theirs = other.send(
        "b.csv", PEOPLE.replace("\nP", "\nQ").replace("0101990715000", "").encode(), country="RS"
    )
    for one, import_id in ((importer, mine), (other, theirs)):
        form = one.form(f"{PAGES}/{import_id}")
        answer = one.asker.submit(
            f"{PAGES}/{import_id}/enter", page=f"{PAGES}/{import_id}", version=form["version"]
        )
        assert answer.status_code == 303
    assert isinstance(house.clock, FixedClock)
    importer.work()
    house.clock.advance(timedelta(seconds=5))
    importer.work()
    assert {row_of(house, one).stage for one in (mine, theirs)} == {"entered"}


def test_a_form_without_its_file_keeps_what_was_typed(importer: Importer) -> None:
    answer = importer.asker.submit(
        f"{PAGES}/new", file=(io.BytesIO(b""), ""), when="history", programme=""
    )
    assert answer.status_code == 422
    assert 'value="history" checked' in answer.text


def test_the_json_interface_tells_what_was_found(importer: Importer) -> None:
    content = PEOPLE.replace("31.12.1985", "32.12.1985")
    import_id = importer.send("ljudi.csv", content.encode(), country="RS")
    base = "/trainings/api/v1/imports"
    told = importer.asker.get(f"{base}/{import_id}").json
    assert (told["stage"], told["rows"], told["errors"]) == ("ready", 3, 1)
    assert importer.asker.get(base).json["items"][0]["import_id"] == import_id
    (found,) = importer.asker.get(f"{base}/{import_id}/findings?severity=errors").json["items"]
    assert (found["row"], found["column"], found["code"]) == (3, "Datum rođenja", "no-such-day")
    refused = importer.asker.post(
        f"{base}/{import_id}/enter", If_Match=f'"{told["version"]}"', Idempotency_Key="enter-it-01"
    )
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (
        409,
        "rows-with-errors",
    )
    gone = importer.asker.post(
        f"{base}/{import_id}/discard", If_Match=f'"{told["version"]}"', Idempotency_Key="no-more-01"
    )
    assert gone.status_code == 200
