"""People are registered, confirmed by a second person, found, corrected and put together."""

from __future__ import annotations

import pytest

from services.trainings.people import handling as people
from services.trainings.people.registration import REGISTRATION
from shared.access.roles import Role

from .conftest import NUMBER, OTHER_PROGRAMME

PEOPLE = "/trainings/api/v1/people"
MIRA = {
    "full_name": "Mira Đorđević",
    "birth_date": "1990-01-01",
    "sex": "F",
    "country": "RS",
    "municipality": "Kragujevac",
    "jmbg": "0101 990 71500 0",
    "phone": "+381 60 000 0001",
}
CONFIRM = {"means": "identity_card"}


def code(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


def registered(asker, **fields) -> str:
    answer = asker.post(PEOPLE, {**MIRA, **fields})
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


# Registering and confirming


def test_somebody_registered_is_shown_with_the_number_covered(officer):
    answer = officer.post(PEOPLE, MIRA, Idempotency_Key="k1")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{PEOPLE}/{answer.json['id']}"
    assert answer.json["version"] == 1 and answer.json["warnings"] == []
    shown = officer.get(answer.headers["Location"])
    assert shown.headers["ETag"] == '"1"'
    assert shown.json["number_masked"] == "••••••••••000"
    assert shown.json["state"] == "unconfirmed" and shown.json["full_name"] == MIRA["full_name"]
    assert "jmbg" not in shown.json and NUMBER not in shown.text
    again = officer.post(PEOPLE, MIRA, Idempotency_Key="k1")
    assert again.json == answer.json and again.headers["Idempotency-Replayed"] == "true"
    tag = {"If_None_Match": '"1"'}
    assert officer.get(answer.headers["Location"], **tag).status_code == 304


def test_a_number_that_was_registered_before_makes_it_the_same_person(officer):
    first = officer.post(PEOPLE, MIRA).json
    second = officer.post(PEOPLE, {**MIRA, "full_name": "Мира Ђорђевић", "jmbg": NUMBER}).json
    assert first["id"] != second["id"] and first["person_id"] == second["person_id"]


def test_a_doubtful_number_is_taken_with_a_warning(officer):
    answer = officer.post(PEOPLE, {**MIRA, "jmbg": "0101990715005", "sex": "M"})
    assert answer.status_code == 201
    assert [one["code"] for one in answer.json["warnings"]] == [
        "national-number-check-digit",
        "national-number-other-sex",
    ]


def test_a_second_person_confirms(officer, second):
    address = f"{PEOPLE}/{registered(officer)}"
    own = officer.post(f"{address}/confirm", CONFIRM, If_Match='"1"')
    assert own.status_code == 403 and code(own) == "own-registration"
    assert second.post(f"{address}/confirm", CONFIRM).status_code == 428
    assert second.post(f"{address}/confirm", CONFIRM, If_Match='"7"').status_code == 412
    done = second.post(f"{address}/confirm", CONFIRM, If_Match='"1"')
    assert done.status_code == 200 and done.json["version"] == 2
    assert officer.get(address).json["state"] == "confirmed"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("full_name", ""),
        ("full_name", "x" * 201),
        ("full_name", 7),
        ("birth_date", "31.1.1990"),
        ("birth_date", "9999-12-31"),
        ("birth_date", "0001-01-01"),
        ("sex", "X"),
        ("country", "Serbia"),
        ("municipality", ""),
        ("jmbg", "0" * 33),
        ("jmbg", "ﷺ" * 30),
        ("phone", "1" * 41),
        ("declared_roma", "yes"),
        ("declared_roma", "probably"),
        ("consented", "perhaps"),
        ("programme", ""),
        ("unknown", "x"),
    ],
)
def test_what_cannot_be_right_is_refused(officer, field, wrong):
    assert officer.post(PEOPLE, {**MIRA, field: wrong}).status_code == 422


def test_a_character_that_stands_for_nothing_is_refused_before_that(officer):
    answer = officer.post(PEOPLE, {**MIRA, "municipality": "Topola\x01"})
    assert answer.status_code == 400 and code(answer) == "text-unusable"


def test_a_reference_is_given_once(officer):
    registered(officer, reference="P0001")
    answer = officer.post(PEOPLE, {**MIRA, "jmbg": None, "reference": "P0001"})
    assert answer.status_code == 409 and code(answer) == "reference-taken"


# Finding


def test_people_are_found_in_any_script_and_in_pages(house, officer):
    for name in ("Ana Prva", "Боја Друга", "Ceca Treća"):
        house.person(full_name=name)
    assert len(officer.post(f"{PEOPLE}/search", {"q": "treca"}).json["items"]) == 1
    boja = officer.post(f"{PEOPLE}/search", {"q": "boja"}).json["items"]
    assert [one["full_name"] for one in boja] == ["Боја Друга"]
    by_reference = officer.get(f"{PEOPLE}?reference={boja[0]['reference']}").json["items"]
    assert by_reference == boja
    assert officer.get(f"{PEOPLE}?reference=Druga").json["items"] == []
    first = officer.get(f"{PEOPLE}?limit=2").json
    second = officer.get(f"{PEOPLE}?limit=2&cursor={first['next']}").json
    names = [one["full_name"] for one in first["items"] + second["items"]]
    assert names == ["Ana Prva", "Боја Друга", "Ceca Treća"] and second["next"] is None
    assert officer.get(f"{PEOPLE}?state=confirmed").json["items"] == []
    assert officer.get(f"{PEOPLE}?cursor=WyJ4Il0").status_code in (404, 422)


def test_a_national_number_is_searched_in_the_body_alone(house, officer):
    mira = registered(officer)
    house.person(full_name="Ana Druga")
    refused = officer.get(f"{PEOPLE}?reference={NUMBER}")
    assert refused.status_code == 422 and code(refused) == "number-in-address"
    assert NUMBER not in refused.text
    found = officer.post(f"{PEOPLE}/search", {"jmbg": "0101990 71500-0"}).json["items"]
    assert [one["registration_id"] for one in found] == [mira]
    found = officer.post(f"{PEOPLE}/search", {"q": NUMBER}).json["items"]
    assert [one["registration_id"] for one in found] == [mira]
    trainer = house.as_reader(Role.trainer, account="trainer-9")
    assert trainer.post(f"{PEOPLE}/search", {"jmbg": NUMBER}).status_code == 403
    assert trainer.post(f"{PEOPLE}/search", {"q": NUMBER}).json["items"] == []


def test_a_number_is_shown_covered_to_officer_and_auditor_and_to_nobody_else(house, officer):
    mira = registered(officer)
    for role in set(Role) - {Role.programme_officer, Role.auditor}:
        other = house.as_reader(role, account="other-1")
        assert other.get(f"{PEOPLE}/{mira}/number").status_code == 403, role
    for asker in (officer, house.as_reader(Role.auditor, account="auditor-1")):
        shown = asker.get(f"{PEOPLE}/{mira}/number")
        assert shown.json["number_masked"] == "••••••••••000"
        assert MIRA["jmbg"] not in shown.text + asker.get(f"{PEOPLE}/{mira}").text
    reads = [
        (one.what, one.subject)
        for one in house.logged("trainings.access.read.v1")
        if one.what == "national_number"
    ]
    assert reads == [("national_number", f"registration/{mira}")] * 2


def test_who_has_no_role_here_finds_nobody(house, officer):
    mira = registered(officer)
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o3")
    assert elsewhere.get(f"{PEOPLE}/{mira}").status_code == 404
    assert elsewhere.get(PEOPLE).json["items"] == []
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert trainer.get(f"{PEOPLE}/{mira}").status_code == 404
    assert trainer.post(PEOPLE, MIRA).status_code == 403
    donor = house.as_reader(Role.donor, account="donor-1")
    assert donor.get(PEOPLE).status_code == 403
    assert officer.get(f"{PEOPLE}/nobody").status_code == 404
    assert officer.get(f"{PEOPLE}/0192aaaa-0000-7000-8000-000000000000").status_code == 404
    assert house.app.test_client().get(PEOPLE).status_code == 401


def test_what_somebody_says_of_their_origin_is_for_officers_alone(house, officer):
    mira = registered(officer, declared_roma="yes", consented=True)
    assert officer.get(f"{PEOPLE}/{mira}").json["declared_roma"] == "yes"
    auditor = house.as_reader(Role.auditor, account="auditor-1", programme="*")
    assert auditor.get(f"{PEOPLE}/{mira}").json["declared_roma"] is None


# Correcting


def correction(**fields) -> dict:
    wanted = {name: MIRA[name] for name in ("full_name", "birth_date", "sex", "jmbg")}
    return {**wanted, "reason": "Misspelt", **fields}


def test_a_correction_is_confirmed_anew_by_somebody_else(officer, second):
    address = f"{PEOPLE}/{registered(officer)}"
    second.post(f"{address}/confirm", CONFIRM, If_Match='"1"')
    answer = second.post(f"{address}/correct", correction(full_name="Mira P"), If_Match='"2"')
    assert answer.status_code == 200
    assert officer.get(address).json["state"] == "unconfirmed"
    assert second.post(f"{address}/confirm", CONFIRM, If_Match='"3"').status_code == 403
    stale = officer.post(f"{address}/correct", correction(), If_Match='"2"')
    assert stale.status_code == 412


def test_a_number_given_up_is_free_again(house, officer):
    mistaken = registered(officer)
    answer = officer.post(
        f"{PEOPLE}/{mistaken}/correct", correction(jmbg=None), If_Match='"1"'
    ).json
    right = officer.post(PEOPLE, MIRA).json
    assert right["person_id"] != answer["person_id"]
    third = officer.post(PEOPLE, {**MIRA, "full_name": "Ana Treća"}).json
    assert third["person_id"] == right["person_id"]
    given_up = officer.post(
        f"{PEOPLE}/{third['id']}/correct", correction(jmbg="0202990715009"), If_Match='"1"'
    ).json
    assert given_up["person_id"] not in (right["person_id"], answer["person_id"])


def test_place_and_declaration_change(officer):
    address = f"{PEOPLE}/{registered(officer)}"
    contact = {"country": "BA", "municipality": "Tuzla", "phone": None}
    assert officer.post(f"{address}/contact", contact, If_Match='"1"').status_code == 200
    shown = officer.get(address).json
    assert (shown["country"], shown["municipality"], shown["phone"]) == ("BA", "Tuzla", None)
    said = {"consented": False, "declared_roma": "yes"}
    assert officer.post(f"{address}/declaration", said, If_Match='"2"').status_code == 422
    said["consented"] = True
    assert officer.post(f"{address}/declaration", said, If_Match='"2"').status_code == 200
    said = {"consented": False, "declared_roma": "declined"}
    done = officer.post(f"{address}/declaration", said, If_Match='"4"')
    assert done.status_code == 200 and done.json["version"] == 6
    shown = officer.get(address).json
    assert shown["declared_roma"] == "declined" and shown["consent_on"] is None


# Likely duplicates


def test_likely_duplicates_are_put_together_and_taken_apart(house, officer):
    one, other = house.person(), house.person(full_name="МИРА ПРИМЕР")
    (pair,) = officer.get(f"{PEOPLE}/duplicates").json["items"]
    assert {pair["one"]["registration_id"], pair["other"]["registration_id"]} == {one, other}
    decided = {"other_registration_id": other, "same": True, "reason": "Same card"}
    address = f"{PEOPLE}/{one}/duplicates"
    assert officer.post(address, decided).status_code == 428
    assert officer.post(address, decided, If_Match='"1"').status_code == 200
    people = [officer.get(f"{PEOPLE}/{each}").json["person_id"] for each in (one, other)]
    assert people[0] == people[1]
    assert officer.get(f"{PEOPLE}/duplicates").json["items"] == []
    decided |= {"other_registration_id": one, "same": False, "reason": "Two cards"}
    apart = officer.post(f"{PEOPLE}/{other}/duplicates", decided, If_Match='"1"')
    assert apart.status_code == 200
    people = [officer.get(f"{PEOPLE}/{each}").json["person_id"] for each in (one, other)]
    assert people[0] != people[1]
    assert officer.get(f"{PEOPLE}/duplicates").json["items"] == []


def test_two_who_are_held_apart_are_asked_about_no_more(house, officer):
    one, other = house.person(), house.person()
    decided = {"other_registration_id": other, "same": False, "reason": "Cousins"}
    address = f"{PEOPLE}/{one}/duplicates"
    assert officer.post(address, decided, If_Match='"1"').status_code == 200
    assert officer.get(f"{PEOPLE}/duplicates").json["items"] == []
    decided["other_registration_id"] = one
    assert officer.post(address, decided, If_Match='"2"').status_code == 422
    stranger = house.person(programme=OTHER_PROGRAMME)
    decided["other_registration_id"] = stranger
    assert officer.post(address, decided, If_Match='"2"').status_code == 404
    assert house.as_reader(Role.auditor).get(f"{PEOPLE}/duplicates").status_code == 403


def test_the_document_of_the_interface_names_every_schema_once(house):
    document = house.app.test_client().get("/trainings/api/v1/openapi.json")
    assert document.status_code == 200
    assert f"{PEOPLE}/{{registration_id}}/confirm" in document.json["paths"]
    names = document.json["components"]["schemas"]
    assert not [name for name in names if name.endswith("1")]


def test_that_there_is_a_consent_to_it_is_told_to_who_may_know_of_origins_alone(house):
    """What somebody else reads does not differ by whether origin was ever spoken of."""
    plain = {"by": "officer-1", "declared_roma": "declined", "consented": False}
    told, silent = house.person(**plain), house.person(**plain, full_name="Ana Uzorak")
    house.act(
        lambda work: people.declare(
            work,
            by="officer-1",
            registration_id=told,
            country="RS",
            consented=True,
            declared_roma="yes",
        )
    )
    own = house.as_reader(Role.programme_officer, account="officer-1")
    assert own.get(f"{PEOPLE}/{told}").json["consent_on"]
    assert "of their origin was noted" in own.get(f"/trainings/people/{told}").text
    for role in (Role.programme_officer, Role.auditor):
        other = house.as_reader(role, account="officer-3")
        seen = [other.get(f"{PEOPLE}/{one}").json for one in (told, silent)]
        assert [one["consent_on"] for one in seen] == [None, None]
        listed = other.get(PEOPLE).json["items"]
        assert [one["consent_on"] for one in listed] == [None, None]
        page = other.get(f"/trainings/people/{told}").text
        for words in ("was noted", "The person consented", "Consent to that"):
            assert words not in page


def test_a_change_says_which_number_and_address_are_theirs_no_more(house, officer):
    made = officer.post(PEOPLE, {**MIRA, "phone": "060 123 45 67", "email": "mira@example.org"})
    address = f"{PEOPLE}/{made.json['id']}/contact"
    place = {"country": "RS", "municipality": "Topola"}
    same = {**place, "phone": "+381 60 1234567", "email": "mira@example.org"}
    assert officer.post(address, same, If_Match='"1"').status_code == 200
    other = {**place, "phone": "061 999 999"}
    assert officer.post(address, other, If_Match='"2"').status_code == 200
    with house.service.database.reading() as connection:
        stream = REGISTRATION.stream(made.json["id"])
        _, first, second = house.service.store.stream(connection, stream)[0]
    say = house.service.text
    assert (first.phone_before, first.email_before) == (None, None)
    assert (say(second.phone_before), say(second.email_before)) == (
        "+381601234567",
        "mira@example.org",
    )
