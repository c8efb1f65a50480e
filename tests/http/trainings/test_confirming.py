"""A second person confirms many at once; a witness has a name; missing papers keep nobody out."""

from __future__ import annotations

from shared.access.roles import Role

from .cohort_home import Cohort

PAGES = "/trainings/people"
API = "/trainings/api/v1/people"


def code(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


# Many at once


def test_nobody_is_offered_what_they_wrote_themself(officer, second, house):
    mira = house.person(full_name="Mira Prva", by="officer-1")
    house.person(full_name="Ana Druga", by="officer-2")
    assert "1 person waits for you to confirm" in second.get(f"{PAGES}/to-confirm").text
    listed = second.get(f"{API}/to-confirm").json
    assert [one["registration_id"] for one in listed["items"]] == [mira]
    assert listed["of_own"] == 1
    # Whoever corrects somebody is an author too.
    identity = {"full_name": "Mira Prva-Nova", "birth_date": "1990-01-01", "sex": "F"}
    corrected = second.post(f"{API}/{mira}/correct", {**identity, "reason": "x"}, If_Match='"1"')
    assert corrected.status_code == 200
    assert second.get(f"{API}/to-confirm").json["items"] == []
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert trainer.get(f"{PAGES}/to-confirm").status_code == 403


def test_many_are_looked_at_and_then_confirmed(officer, second, house):
    mira = house.person(full_name="Mira Prva")
    ana = house.person(full_name="Ana Druga")
    page = second.get(f"{PAGES}/to-confirm").text
    assert f'value="{mira}:1"' in page and "2 people wait for you to confirm" in page
    form = {"seen": [f"{mira}:1", f"{ana}:1"]}
    unsaid = second.submit(f"{PAGES}/to-confirm", **form)
    assert unsaid.status_code == 422 and 'href="#means"' in unsaid.text
    assert f'value="{mira}:1" checked' in unsaid.text
    nobody = second.submit(f"{PAGES}/to-confirm", means="passport")
    assert nobody.status_code == 422 and "Choose at least one person." in nobody.text
    shown = second.submit(f"{PAGES}/to-confirm", **form, means="passport")
    assert shown.status_code == 200 and "Confirm 2 people?" in shown.text
    done = second.submit(f"{PAGES}/confirm", page=f"{PAGES}/to-confirm", **form, means="passport")
    assert done.status_code == 200 and "2 people are confirmed" in done.text
    assert len(house.logged("trainings.registration.confirmed.v1")) == 2
    # Sent again nothing more happens, and nothing fails.
    again = second.submit(f"{PAGES}/confirm", page=PAGES, **form, means="passport")
    assert "2 people are confirmed" in again.text
    assert len(house.logged("trainings.registration.confirmed.v1")) == 2


def test_one_that_may_not_be_confirmed_keeps_no_other_back(officer, second, house):
    own = house.person(full_name="Own Person", by="officer-2")
    other = house.person(full_name="Other Person")
    elsewhere = house.person(full_name="Else Where", programme="BA-2011")
    sent = {
        "means": "identity_card",
        "people": [{"id": one, "version": 1} for one in (own, other, elsewhere)],
    }
    done = second.post(f"{API}/confirm", sent)
    assert done.status_code == 200 and done.json["confirmed"] == 1
    assert [one["confirmed"] for one in done.json["people"]] == [False, True, False]
    assert "Somebody who did not register" in done.json["people"][0]["detail"]
    stale = house.person(full_name="Stale Person")
    sent = {"means": "identity_card", "people": [{"id": stale, "version": 7}]}
    assert second.post(f"{API}/confirm", sent).json["confirmed"] == 0
    assert second.post(f"{API}/confirm", {**sent, "means": "witness"}).status_code == 422


# A witness


def test_a_witness_has_a_name_that_is_sealed(officer, second, house):
    mira = house.person()
    address = f"{API}/{mira}/confirm"
    nameless = second.post(address, {"means": "witness"}, If_Match='"1"')
    assert nameless.status_code == 422 and code(nameless) == "witness-needed"
    page = second.submit(f"{PAGES}/{mira}/confirm", version="1", means="witness")
    assert page.status_code == 422 and 'href="#witness"' in page.text
    named = {"means": "witness", "witness": "Ana Svedok, Kragujevac", "version": "1"}
    assert second.submit(f"{PAGES}/{mira}/confirm", **named).status_code == 303
    event = house.logged("trainings.registration.confirmed.v1")[0]
    assert house.service.text(event.witness) == "Ana Svedok, Kragujevac"
    assert "Ana" not in str(event)
    record = second.get(f"{PAGES}/{mira}").text
    assert "somebody who knows the person: Ana Svedok, Kragujevac." in record


# Papers


def test_who_has_no_papers_is_confirmed_and_certified_like_everybody(second, house):
    cohort = Cohort.begun(house, people=1, confirmed=False)
    mira = cohort.people[0]
    named = {"means": "witness", "witness": "Ana Svedok, Kragujevac"}
    assert second.post(f"{API}/{mira}/confirm", named, If_Match='"1"').status_code == 200
    papers = {"missing": ["national_number", "identity_card"], "why": "birth_not_registered"}
    assert second.post(f"{API}/{mira}/papers", papers, If_Match='"2"').status_code == 200
    cohort.finished(passing=1)
    cohort.issue(mira)
    assert [one.registration_id for one in house.logged("trainings.certificate.issued.v1")] == [
        mira
    ]


def test_what_is_missing_is_noted_and_somebody_is_reminded(officer, second, house):
    mira = house.person(full_name="Mira Bez-Papira")
    house.person(full_name="Ana Sa-Papirima")
    address = f"{API}/{mira}/papers"
    assert officer.get(address).json["missing"] == []
    papers = {"missing": ["identity_card"], "why": "lost", "ask_again_on": "2026-03-01"}
    assert officer.post(address, papers).status_code == 428
    done = officer.post(address, papers, If_Match='"1"')
    assert done.status_code == 200 and done.json["version"] == 2
    assert officer.get(address).json["why"] == "lost"
    listed = officer.get(f"{API}/without-papers").json["items"]
    assert [one["full_name"] for one in listed] == ["Mira Bez-Papira"]
    page = officer.get(f"{PAGES}/without-papers").text
    assert "1 person has papers missing" in page and "Ask now" in page and "Ana" not in page
    assert "Missing: Identity card" in officer.get(f"{PAGES}/{mira}").text
    back = officer.post(address, {**papers, "ask_again_on": "2025-01-01"}, If_Match='"2"')
    assert back.status_code == 422 and code(back) == "ask-again-day"
    # By the page: nothing is missing any more.
    assert "checked" in officer.get(f"{PAGES}/{mira}/papers").text
    assert officer.submit(f"{PAGES}/{mira}/papers", version="2").status_code == 303
    assert officer.get(f"{API}/without-papers").json["items"] == []
    assert "The papers are complete." in officer.get(f"{PAGES}/{mira}").text


def test_a_form_about_papers_keeps_what_was_chosen(officer, house):
    mira = house.person()
    wrong = {
        "version": "1",
        "missing": ["residence"],
        "ask_again_on__day": "1",
        "ask_again_on__month": "1",
        "ask_again_on__year": "2020",
        "note": "Topola",
    }
    page = officer.submit(f"{PAGES}/{mira}/papers", **wrong)
    assert page.status_code == 422 and 'href="#ask_again_on"' in page.text
    assert 'value="residence" checked' in page.text and "Topola" in page.text
