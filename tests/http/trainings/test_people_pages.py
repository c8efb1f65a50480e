"""The pages of people: registering, finding, confirming, correcting, settling likely duplicates."""

from __future__ import annotations

from services.trainings.cohorts import handling as cohorts
from services.trainings.cohorts.handling import NewCohort
from shared.access.roles import Role

from .conftest import NUMBER, OTHER_PROGRAMME

PEOPLE = "/trainings/people"
FORM = {
    "full_name": "Mira Đorđević",
    "birth_date__day": "1",
    "birth_date__month": "1",
    "birth_date__year": "1990",
    "sex": "F",
    "country": "RS",
    "municipality": "Kragujevac",
    "jmbg": NUMBER,
    "phone": "+381 60 000 0001",
    "declared_roma": "declined",
    "idempotency_key": "k1",
}


def registered(asker, **fields) -> str:
    done = asker.submit(f"{PEOPLE}/new", **{**FORM, **fields})
    assert done.status_code == 303, done.text
    return done.headers["Location"]


def test_an_empty_list_says_what_to_do(officer, trainer):
    page = officer.get(PEOPLE)
    assert page.status_code == 200 and "Nobody is registered yet" in page.text
    assert f"{PEOPLE}/new" in page.text
    assert f"{PEOPLE}/new" not in trainer.get(PEOPLE).text


def test_somebody_is_registered_once_however_often_the_form_arrives(officer):
    address = registered(officer)
    assert registered(officer) == address
    page = officer.get(address).text
    assert "Mira Đorđević" in page and "••••••••••000" in page and NUMBER not in page
    assert "Another programme officer must confirm" in page
    assert "1 registration" in officer.get(PEOPLE).text


def test_a_form_with_mistakes_keeps_everything_and_names_each(officer):
    mistaken = {"full_name": "", "birth_date__month": "13", "sex": ""}
    page = officer.submit(f"{PEOPLE}/new", **{**FORM, **mistaken})
    assert page.status_code == 422
    for field in ("full_name", "birth_date", "sex"):
        assert f'href="#{field}"' in page.text
    assert 'value="Kragujevac"' in page.text and f'value="{NUMBER}"' in page.text
    said = {"declared_roma": "yes"}
    page = officer.submit(f"{PEOPLE}/new", **{**FORM, **said})
    assert page.status_code == 422 and 'href="#consented"' in page.text
    agreed = registered(officer, declared_roma="yes", consented="yes")
    assert "Says that they are Roma" in officer.get(agreed).text


def test_a_second_person_confirms_and_the_first_cannot(officer, second):
    address = registered(officer)
    own = officer.get(f"{address}/confirm").text
    assert "Somebody else must confirm" in own and 'name="means"' not in own
    forced = officer.submit(f"{address}/confirm", page=address, version="1", means="identity_card")
    assert forced.status_code == 403
    assert "Confirm who this is" in second.get(address).text
    asked = second.get(f"{address}/confirm").text
    assert "What will follow" in asked and "•000" in asked and NUMBER not in asked
    unsaid = second.submit(f"{address}/confirm", version="1")
    assert unsaid.status_code == 422 and 'href="#means"' in unsaid.text
    stale = second.submit(f"{address}/confirm", version="5", means="passport")
    assert stale.status_code == 412
    done = second.submit(f"{address}/confirm", version="1", means="passport")
    assert done.status_code == 303 and done.headers["Location"] == address
    assert "Identity confirmed: Passport." in officer.get(address).text


def test_somebody_else_confirms_how_to_reach_a_person(officer, second):
    address = registered(officer)
    second.submit(f"{address}/confirm", version="1", means="passport")
    moved = {"country": "RS", "municipality": "Topola", "phone": "060 123 4567", "version": "2"}
    assert second.submit(f"{address}/contact", **moved).status_code == 303
    assert "Confirm how to reach them" not in second.get(address).text
    assert "Confirm how to reach them" in officer.get(address).text
    asked = officer.get(f"{address}/confirm").text
    assert "060 123 4567" in asked and "lets nobody sign in for three days" in asked
    done = officer.submit(f"{address}/confirm", version="3", means="passport")
    assert done.status_code == 303
    assert "Confirm how to reach them" not in officer.get(address).text


def test_people_are_found_without_a_word_in_an_address(house, officer):
    address = registered(officer)
    for other in range(60):
        house.person(full_name=f"Ana Druga {other:02}")
    for text in ("djordjevic", "ЂОРЂЕВИЋ", "0101 990 71500 0"):
        page = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q=text)
        assert page.status_code == 200 and address in page.text and "1 person found" in page.text
    first = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="druga")
    assert "60 people found" in first.text
    cursor = first.text.split('name="cursor" value="')[1].split('"')[0]
    rest = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="druga", cursor=cursor)
    assert "Ana Druga 59" in rest.text and "Ana Druga 00" not in rest.text
    nobody = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="%")
    assert "Nobody is found" in nobody.text
    waiting = officer.get(f"{PEOPLE}?state=unconfirmed").text
    assert "61 people to confirm" in waiting and "Next page" in waiting


def test_a_correction_keeps_the_number_that_nobody_sees_unless_it_is_taken_away(house, officer):
    address = registered(officer)
    form = {**FORM, "jmbg": "", "reason": "Misspelt"}
    kept = officer.submit(f"{address}/correct", **{**form, "version": "1", "idempotency_key": "k2"})
    assert kept.status_code == 303 and "•000" in officer.get(address).text
    both = {**form, "jmbg": NUMBER, "no_number": "yes", "version": "2", "idempotency_key": "k3"}
    refused = officer.submit(f"{address}/correct", **both)
    assert refused.status_code == 422 and "Type a number, or say that there is none" in refused.text
    none = {**form, "no_number": "yes", "version": "2", "idempotency_key": "k4"}
    assert officer.submit(f"{address}/correct", **none).status_code == 303
    assert "•000" not in officer.get(address).text


def test_a_correction_shows_in_the_history_and_needs_confirming(house, officer, second):
    house.staff("officer-1", "Ana Primer")
    address = registered(officer)
    second.submit(f"{address}/confirm", version="1", means="passport")
    shown = officer.get(f"{address}/correct").text
    assert NUMBER not in shown and 'value="1990"' in shown
    assert "It is ••••••••••000 now" in shown
    form = {**FORM, "full_name": "Mira Petrić", "version": "2", "idempotency_key": "k2"}
    unsaid = officer.submit(f"{address}/correct", **form)
    assert unsaid.status_code == 422 and 'value="Mira Petrić"' in unsaid.text
    reason = "Misspelt\r\nby me"
    done = officer.submit(f"{address}/correct", **form, reason=reason)
    assert done.status_code == 303
    page = officer.get(address).text
    assert "Identity corrected: Misspelt" in page and "Ana Primer" in page
    assert "Corrected. Somebody else must confirm" in page


def test_place_and_declaration_are_changed(officer):
    address = registered(officer)
    moved = {"country": "BA", "municipality": "Tuzla", "phone": "", "version": "1"}
    assert officer.submit(f"{address}/contact", **moved).status_code == 303
    page = officer.get(address).text
    assert "Tuzla, Bosnia" in page
    said = {"declared_roma": "yes", "consented": "yes", "version": "2"}
    assert officer.submit(f"{address}/declaration", **said).status_code == 303
    assert "Says that they are Roma" in officer.get(address).text


def test_who_has_no_role_here_finds_nobody(house, officer):
    address = registered(officer)
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o3")
    assert elsewhere.get(address).status_code == 404
    donor = house.as_reader(Role.donor, account="donor-1")
    assert donor.get(PEOPLE).status_code == 403 and donor.get(address).status_code == 403
    auditor = house.as_reader(Role.auditor, programme="*", account="auditor-1")
    page = auditor.get(address).text
    assert "Mira" in page and "Correct<" not in page and "Own origin" not in page
    assert auditor.get(f"{address}/correct").status_code == 403
    assert officer.get(f"{PEOPLE}/nobody").status_code == 404


def test_a_trainer_sees_those_enrolled_with_them_and_their_training(house, officer, trainer):
    mira, ana = house.person(reference="P0001"), house.person(full_name="Ana Druga")
    cohort = NewCohort(
        reference="RS-KG-01",
        course_id=house.course(),
        country="RS",
        place="Kragujevac",
        trainers=("trainer-1",),
    )
    cohort_id = house.act(lambda work: cohorts.plan(work, by="trainer-1", cohort=cohort))
    house.act(
        lambda work: cohorts.enrol(work, by="trainer-1", cohort_id=cohort_id, reference="P0001")
    )
    page = trainer.get(f"{PEOPLE}/{mira}").text
    assert f"/trainings/cohorts/{cohort_id}" in page and "RS-KG-01" in page
    assert "Record an outcome" in page and "Correct<" not in page and "origin</" not in page
    assert "1 registration" in trainer.get(PEOPLE).text
    assert trainer.get(f"{PEOPLE}/{ana}").status_code == 404
    assert f"/trainings/cohorts/{cohort_id}" in officer.get(f"{PEOPLE}/{mira}").text
