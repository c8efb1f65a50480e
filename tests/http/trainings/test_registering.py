"""Somebody is registered question by question; what is unfinished is kept sealed and waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.trainings.registering import drafts
from services.trainings.registering.drafts import DRAFTS, KEPT
from shared.access.roles import Role

from .conftest import NUMBER, Asker, House

GUIDED = "/trainings/people/guided"
ANSWERS: dict[str, dict[str, Any]] = {
    "name": {"full_name": "Mira Đorđević"},
    "born": {"birth_date__day": "1", "birth_date__month": "1", "birth_date__year": "1990"},
    "sex": {"sex": "F"},
    "papers": {"has_number": "yes"},
    "number": {"jmbg": NUMBER},
    "place": {"municipality": "Kragujevac", "country": "RS"},
    "contact": {"phone": "060 123 4567", "email": ""},
    "consent": {"consented": "yes"},
    "origin": {"declared_roma": "yes"},
    "purposes": {"purposes": ["photos", "contact_by_sms"]},
    "form": {"form": "paper"},
}


def begun(asker: Asker) -> str:
    """A new registration; the address of its first question without that."""
    done = asker.submit(GUIDED)
    assert done.status_code == 303, done.text
    return done.headers["Location"].rpartition("/")[0]


def answer(asker: Asker, address: str, step: str, **fields: object) -> str:
    """Answer a question; the name of the page that follows."""
    assert asker.get(f"{address}/{step}").status_code == 200
    done = asker.submit(f"{address}/{step}", **(fields or ANSWERS[step]))
    assert done.status_code == 303, done.text
    return done.headers["Location"].rpartition("/")[2]


def answered(asker: Asker, **instead: dict[str, Any]) -> str:
    """All questions answered; the address of the registration."""
    address, step = begun(asker), "name"
    while step != "check":
        step = answer(asker, address, step, **instead.get(step, ANSWERS.get(step, {})))
    return address


def registered(asker: Asker, address: str) -> str:
    done = asker.submit(f"{address}/check", idempotency_key="k1")
    assert done.status_code == 303, done.text
    return done.headers["Location"]


def test_every_question_leads_to_the_next_and_the_last_registers_somebody(officer, house):
    address = answered(officer)
    page = officer.get(f"{address}/check").text
    for told in ("Mira Đorđević", NUMBER, "Kragujevac, Serbia", "Photos of the business"):
        assert told in page
    record = registered(officer, address)
    assert record == f"/trainings/people/{address.rpartition('/')[2]}"
    shown = officer.get(record).text
    assert "Mira Đorđević" in shown and NUMBER not in shown and "Says that they are Roma" in shown
    registration_id = record.rpartition("/")[2]
    given = house.logged("trainings.registration.consent_given.v1")
    assert {(one.registration_id, one.purpose, one.form) for one in given} == {
        (registration_id, "ethnicity", "paper"),
        (registration_id, "photos", "paper"),
        (registration_id, "contact_by_sms", "paper"),
    }
    assert house.logged("trainings.registration.registered.v1")[0].consent_form == "paper"


def test_finishing_twice_registers_once_and_leads_to_the_same_person(officer, house):
    address = answered(officer)
    record = registered(officer, address)
    assert officer.get(f"{address}/check").headers["Location"] == record
    again = officer.submit(f"{address}/check", page=GUIDED, idempotency_key="k2")
    assert again.headers["Location"] == record
    assert len(house.logged("trainings.registration.registered.v1")) == 1
    assert "Mira" not in officer.get(GUIDED).text


def test_an_answer_is_kept_where_one_stops_and_begins_there_again(officer, house):
    address = begun(officer)
    answer(officer, address, "name")
    answer(officer, address, "born")
    listed = house.as_reader(Role.programme_officer, account="officer-1").get(GUIDED).text
    assert "Mira Đorđević" in listed and "1 registration is not finished" in listed
    assert "What sex is written in the document?" in listed
    assert officer.get(address).headers["Location"] == f"{address}/sex"
    assert 'value="1990"' in officer.get(f"{address}/born").text
    # Back always works; a question ahead of an unanswered one may be looked at, not finished.
    assert f"{address}/born" in officer.get(f"{address}/sex").text
    assert officer.get(f"{address}/check").headers["Location"] == f"{address}/sex"


def test_what_is_unfinished_is_nobody_elses(officer, second, house):
    address = begun(officer)
    answer(officer, address, "name")
    assert second.get(address).status_code == 404
    assert second.get(f"{address}/name").status_code == 404
    assert second.submit(f"{address}/discard", page=GUIDED).status_code == 404
    assert "Mira" not in second.get(GUIDED).text
    trainer = house.as_reader(Role.trainer, account="officer-1")
    assert trainer.get(GUIDED).status_code == 403


def test_it_is_thrown_away_after_being_asked(officer, house):
    address = begun(officer)
    answer(officer, address, "name")
    assert "Throw this registration away?" in officer.get(f"{address}/discard").text
    assert officer.submit(f"{address}/discard").status_code == 303
    assert officer.get(f"{address}/name").status_code == 404
    assert house.logged("trainings.registration.registered.v1") == []


def test_an_empty_or_impossible_answer_says_so_and_stays(officer):
    address = begun(officer)
    page = officer.submit(f"{address}/name", full_name=" ")
    assert page.status_code == 422 and 'href="#full_name"' in page.text
    answer(officer, address, "name")
    day = {"birth_date__day": "31", "birth_date__month": "2", "birth_date__year": "1990"}
    page = officer.submit(f"{address}/born", **day)
    assert (
        page.status_code == 422 and 'value="31"' in page.text and 'href="#birth_date"' in page.text
    )
    tomorrow = {"birth_date__day": "9", "birth_date__month": "3", "birth_date__year": "2026"}
    assert officer.submit(f"{address}/born", **tomorrow).status_code == 422
    assert officer.get(f"{address}/nothing").status_code == 404


def test_a_number_that_differs_is_named_once_and_then_taken(officer):
    address = begun(officer)
    for step in ("name", "born", "sex", "papers"):
        answer(officer, address, step)
    odd = "0301990710006"
    assert answer(officer, address, "number", jmbg=odd) == "number"
    page = officer.get(f"{address}/number").text
    said = "The number says born on 3 Jan 1990, but 1 Jan 1990 is written as the birth date."
    assert said in page
    assert "The number says male, but female is written." in page
    assert "The last digit of the national number does not fit the others." in page
    assert answer(officer, address, "number", jmbg="0301 990 710006") == "place"


def test_who_has_no_number_is_asked_what_is_missing(officer, house):
    instead: dict[str, dict[str, Any]] = {
        "papers": {"has_number": "no"},
        "missing": {"missing": ["identity_card", "residence"]},
        "why": {"why": "lost"},
        "again": {
            "ask_again_on__day": "1",
            "ask_again_on__month": "5",
            "ask_again_on__year": "2026",
            "note": "The registry in Topola writes in May",
        },
        "consent": {"consented": "no"},
    }
    address = answered(officer, **instead)
    record = registered(officer, address)
    noted = house.logged("trainings.registration.papers_noted.v1")
    assert [house.service.text(one.missing) for one in noted] == ["identity_card residence"]
    assert "identity_card" not in str(noted[0])
    assert house.logged("trainings.registration.registered.v1")[0].consent_on is None
    assert officer.get(record).status_code == 200


def test_who_is_registered_already_is_shown_before_the_end(officer, house):
    house.person(full_name="Мира Ђорђевић", reference="KG-1")
    address = answered(officer)
    page = officer.get(f"{address}/check").text
    assert "Somebody like this is registered already" in page and "KG-1" in page
    assert "same name, same birth date" in page
    house.person(full_name="Mirjana Druga", birth_date="1991-02-02", jmbg=NUMBER, reference="KG-2")
    page = officer.get(f"{address}/check").text
    assert "KG-2" in page and "the same national number" in page


def test_what_was_answered_stands_nowhere_in_plain_text(officer, house):
    address = begun(officer)
    answer(officer, address, "name")
    with house.service.database.reading() as connection:
        row = connection.execute(DRAFTS.select()).one()
    assert "Mira" not in row.answers
    assert house.logged("trainings.registration.registered.v1") == []


def test_unfinished_registrations_go_after_their_time_and_their_key_with_them(officer, house):
    address = begun(officer)
    answer(officer, address, "name")
    keyring = house.service.keyring
    house.clock.advance(KEPT + timedelta(days=40))
    drafts.purge(house.service, b"")
    assert officer_again(house).get(f"{address}/name").status_code == 404
    assert keyring.names(owners="drafts/", data_class="trainings") == []


def officer_again(house: House) -> Asker:
    return house.as_reader(Role.programme_officer, account="officer-1")


@pytest.mark.parametrize("step", ["origin", "purposes", "form"])
def test_only_who_consents_is_asked_for_more(officer, step):
    address = begun(officer)
    for name in ("name", "born", "sex", "papers", "number", "place", "contact"):
        answer(officer, address, name)
    assert answer(officer, address, "consent", consented="no") == "check"
    assert officer.get(f"{address}/{step}").headers["Location"] == f"{address}/check"


# The JSON interface

DRAFTS_API = "/trainings/api/v1/people/drafts"
SAID = {
    "full_name": "Mira Primer",
    "birth_date": "1990-01-01",
    "sex": "F",
    "has_number": "no",
    "missing": ["identity_card"],
    "why": "lost",
    "country": "RS",
    "municipality": "Kragujevac",
    "consented": False,
}


def test_a_program_begins_goes_on_and_registers(officer, second, house):
    made = officer.post(DRAFTS_API, {"answers": {"full_name": "Mira Primer"}})
    assert made.status_code == 201 and made.json["next"] == "born"
    address = made.headers["Location"]
    assert second.get(address).status_code == 404
    early = officer.post(f"{address}/register")
    assert early.status_code == 422
    saved = officer.post(address, SAID)
    assert saved.status_code == 200 and saved.json["answers"]["birth_date"] == "1990-01-01"
    assert [one["id"] for one in officer.get(DRAFTS_API).json["items"]] == [made.json["id"]]
    done = officer.post(f"{address}/register", Idempotency_Key="k1")
    assert done.status_code == 201 and done.json["id"] == made.json["id"]
    again = officer.post(f"{address}/register", Idempotency_Key="k2")
    assert again.status_code == 201 and again.json["id"] == made.json["id"]
    assert officer.get(DRAFTS_API).json["items"] == []
    assert len(house.logged("trainings.registration.registered.v1")) == 1
    assert len(house.logged("trainings.registration.papers_noted.v1")) == 1


def test_a_program_throws_an_unfinished_registration_away(officer):
    address = officer.post(DRAFTS_API, {"answers": SAID}).headers["Location"]
    assert officer.post(address, {"birth_date": "2999-01-01"}).status_code == 422
    assert officer.post(address, {"full_name": None}).json["next"] == "name"
    assert officer.post(f"{address}/discard").status_code == 204
    assert officer.get(address).status_code == 404
