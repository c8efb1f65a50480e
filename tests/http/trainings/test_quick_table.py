"""Many people are registered in one table, each row judged by itself, nobody twice."""

from __future__ import annotations

from typing import Any

from shared.access.roles import Role

from .conftest import NUMBER, Asker

TABLE = "/trainings/people/table"
MIRA = {
    "full_name": "Mira Primer",
    "birth_date": "1.1.1990",
    "sex": "F",
    "municipality": "Kragujevac",
    "country": "RS",
}


def sent(asker: Asker, *rows: dict[str, str], do: str = "register", **more: str) -> Any:
    """Send a table with these rows."""
    cells = {
        f"rows__{number}__{name}": text
        for number, row in enumerate(rows, 1)
        for name, text in row.items()
    }
    form = {"do": do, "idempotency_key": "k1", **cells, **more}
    return asker.submit(TABLE, **form)


def draft_of(page: Any) -> str:
    return page.text.split('name="draft" value="')[1].split('"')[0]


def test_good_rows_are_registered_and_bad_ones_stay_with_what_was_typed(officer, house):
    bad = {"full_name": "Sanja Druga", "birth_date": "31.2.1990", "sex": "F"}
    page = sent(officer, MIRA, bad, {"full_name": "Ana Treća", "birth_date": "2.3.1991"})
    assert page.status_code == 422
    assert "2 rows wait for you, the others are registered" in page.text
    assert 'value="Sanja Druga"' in page.text and 'value="31.2.1990"' in page.text
    assert 'href="#rows-1-birth_date"' in page.text and 'href="#rows-2-sex"' in page.text
    assert "Row 1: Birth date" in page.text
    listed = officer.get("/trainings/people").text
    assert "Mira Primer" in listed and "Sanja" not in listed and "1 registration" in listed


def test_an_empty_place_is_as_in_the_row_above(officer, house):
    below = {"full_name": "Ana Druga", "birth_date": "1991-03-02", "sex": "F"}
    assert sent(officer, MIRA, {}, below).status_code == 200
    made = house.logged("trainings.registration.registered.v1")
    assert [(one.country, one.municipality) for one in made] == [("RS", "Kragujevac")] * 2


def test_a_second_press_registers_nobody_again(officer, house):
    first = sent(officer, MIRA, {**MIRA, "full_name": "Ana Druga"})
    again = sent(officer, MIRA, {**MIRA, "full_name": "Ana Druga"})
    assert first.status_code == again.status_code == 200
    assert "2 people are registered" in first.text and "2 people are registered" in again.text
    assert len(house.logged("trainings.registration.registered.v1")) == 2
    other = sent(officer, {**MIRA, "full_name": "Somebody Else"})
    assert other.status_code == 422 and "This row was registered before" in other.text
    assert len(house.logged("trainings.registration.registered.v1")) == 2


def test_the_number_gives_birth_date_and_sex_and_is_warned_about(officer, house):
    bare = {**MIRA, "birth_date": "", "sex": "", "jmbg": NUMBER}
    odd = {**MIRA, "full_name": "Ana Druga", "jmbg": "0301990710006"}
    page = sent(officer, bare, odd)
    assert page.status_code == 200
    assert "The number says born on 3 Jan 1990" in page.text
    made = house.logged("trainings.registration.registered.v1")
    born = [(house.service.text(one.birth_date), one.sex) for one in made]
    assert born == [("1990-01-01", "F")] * 2


def test_a_row_like_somebody_registered_waits_until_it_is_sure(officer, house):
    house.person(full_name="Мира Пример", reference="KG-1")
    page = sent(officer, MIRA)
    assert page.status_code == 200 and "1 row waits for you" in page.text
    assert "KG-1" in page.text and "Register row 1 all the same" in page.text
    assert len(house.logged("trainings.registration.registered.v1")) == 1
    sure = sent(officer, {**MIRA, "sure": "yes"}, draft=draft_of(page), idempotency_key="k2")
    assert "1 person is registered" in sure.text
    assert len(house.logged("trainings.registration.registered.v1")) == 2


def test_rows_that_remain_are_kept_for_who_typed_them(officer, second, house):
    page = sent(officer, {"full_name": "Sanja Druga"})
    address = f"{TABLE}/{draft_of(page)}"
    listed = officer.get("/trainings/people/guided").text
    assert "Table with 1 row" in listed and address in listed
    assert 'value="Sanja Druga"' in officer.get(address).text
    assert second.get(address).status_code == 404
    filled = {**MIRA, "full_name": "Sanja Druga"}
    done = sent(officer, filled, draft=draft_of(page), idempotency_key="k2")
    assert "1 person is registered" in done.text
    assert officer.get(address).status_code == 404


def test_more_rows_keep_what_is_typed_and_register_nobody(officer, house):
    page = sent(officer, {"full_name": "Sanja Druga"}, do="more")
    assert page.status_code == 200 and 'value="Sanja Druga"' in page.text
    assert 'name="rows-6-full_name"' in page.text
    assert house.logged("trainings.registration.registered.v1") == []
    address = f"{TABLE}/{draft_of(page)}/discard"
    assert "Throw 1 row away?" in officer.get(address).text
    assert officer.submit(address).status_code == 303
    assert officer.get(f"{TABLE}/{draft_of(page)}").status_code == 404


def test_an_empty_table_registers_nobody_and_a_trainer_has_none(officer, house):
    assert sent(officer).status_code == 200
    assert house.logged("trainings.registration.registered.v1") == []
    assert house.as_reader(Role.trainer, account="trainer-1").get(TABLE).status_code == 403


def test_a_program_sends_many_and_learns_of_each(officer, house):
    right = {**MIRA, "birth_date": "1990-01-01"}
    table = {"rows": [right, {**right, "sex": "X"}, {**right, "jmbg": "0301990710006"}]}
    address = "/trainings/api/v1/people/table"
    done = officer.post(address, table, Idempotency_Key="k1")
    assert done.status_code == 200 and done.json["registered"] == 2
    first, wrong, third = done.json["rows"]
    assert first["errors"] == [] and wrong["id"] is None
    assert [one["field"] for one in wrong["errors"]] == ["sex"]
    assert {one["code"] for one in third["warnings"]} >= {
        "national-number-says-born",
        "likely-duplicate",
    }
    again = officer.post(address, table, Idempotency_Key="k1")
    assert [one["id"] for one in again.json["rows"]] == [first["id"], None, third["id"]]
    assert len(house.logged("trainings.registration.registered.v1")) == 2
    assert officer.post(address, {"rows": []}).status_code == 422
