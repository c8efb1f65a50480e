"""Consent is given and withdrawn for each purpose apart, with what follows from it."""

from __future__ import annotations

import pytest

from services.trainings.people import handling, views
from services.trainings.people.purposes import PURPOSES
from services.trainings.reach import reach
from services.trainings.tables import REGISTRATIONS
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.due.daily import schedule_daily
from shared.privacy.keyring import KeyName

from .conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME, Asker
from .test_erasure import counted, purged, work

NONE: dict[str, bool] = dict.fromkeys(map(str, PURPOSES), False)
PEOPLE = "/trainings/api/v1/people"
ERASURES = "/trainings/api/v1/erasures"


@pytest.fixture
def mira(house) -> str:
    return house.person(declared_roma="yes", consented=True)


def standing(officer, mira: str) -> dict[str, bool]:
    answer = officer.get(f"{PEOPLE}/{mira}/consents").json
    return {one["purpose"]: one["given"] for one in answer["consents"]}


def change(asker, mira: str, purpose: str, given: bool, **more):
    version = asker.get(f"{PEOPLE}/{mira}/consents").headers.get("ETag", '"1"')
    body = {"purpose": purpose, "given": given, **more}
    return asker.post(f"{PEOPLE}/{mira}/consents", body, If_Match=version)


def test_each_purpose_stands_alone(officer, mira):
    assert standing(officer, mira) == {**NONE, "programme": True, "ethnicity": True}
    assert change(officer, mira, "photos", True, form="paper").status_code == 200
    assert change(officer, mira, "publication", True).status_code == 200
    assert change(officer, mira, "photos", False, form="spoken").status_code == 200
    kept: dict[str, bool] = {"programme": True, "ethnicity": True, "publication": True}
    assert standing(officer, mira) == NONE | kept
    history = officer.get(f"{PEOPLE}/{mira}/consents").json["history"]
    assert [(one["purpose"], one["given"], one["form"], one["on"]) for one in history] == [
        ("photos", False, "spoken", "2026-03-01"),
        ("publication", True, None, "2026-03-01"),
        ("photos", True, "paper", "2026-03-01"),
        ("programme", True, None, "2026-03-01"),
    ]


def test_saying_the_same_twice_changes_nothing(house, officer, mira):
    change(officer, mira, "photos", True)
    version = officer.get(f"{PEOPLE}/{mira}").headers["ETag"]
    assert change(officer, mira, "photos", True).headers["ETag"] == version
    change(officer, mira, "publication", False)
    assert officer.get(f"{PEOPLE}/{mira}").headers["ETag"] == version


@pytest.mark.parametrize(
    "wrong", [{"purpose": "marketing"}, {"given": "perhaps"}, {"form": "smoke"}, {"purpose": None}]
)
def test_what_cannot_be_right_is_refused(officer, mira, wrong):
    body = {"purpose": "photos", "given": True, **wrong}
    answer = officer.post(f"{PEOPLE}/{mira}/consents", body, If_Match='"1"')
    assert answer.status_code == 422
    assert standing(officer, mira)["photos"] is False


def test_a_stale_version_is_refused(officer, mira):
    change(officer, mira, "photos", True)
    body = {"purpose": "photos", "given": False}
    address = f"{PEOPLE}/{mira}/consents"
    assert officer.post(address, body, If_Match='"1"').status_code == 412
    assert officer.post(address, body).status_code == 428


def test_origin_withdrawn_is_shown_no_more_and_its_keys_end(house, officer, second, mira):
    assert change(officer, mira, "ethnicity", False, form="spoken").status_code == 200
    shown = officer.get(f"{PEOPLE}/{mira}").json
    assert shown["declared_roma"] == "declined" and shown["consent_on"] is None
    assert standing(officer, mira)["programme"] is True
    (erasure,) = officer.get("/trainings/api/v1/erasures").json["items"]
    assert (erasure["state"], erasure["classes"]) == ("asked", ["special"])
    name = KeyName(mira, "special")
    assert house.service.keyring.ensure({name})[name].cipher is not None
    address = f"/trainings/api/v1/erasures/{erasure['erasure_id']}"
    counted(house, address)
    done = second.post(f"{address}/confirm", If_Match=second.get(address).headers["ETag"])
    assert done.status_code == 200, done.json
    work(house)
    assert house.service.keyring.ensure({name})[name].cipher is None
    identity = KeyName(mira, "identity")
    assert house.service.keyring.ensure({identity})[identity].cipher is not None


def test_a_withdrawal_erases_every_registration_of_the_person(house, officer, second):
    """Whoever is registered twice is one person: the second officer can confirm it."""
    one = house.person(jmbg=NUMBER, declared_roma="yes", consented=True)
    two = house.person(jmbg=NUMBER, full_name="Mira Primer-Nova")
    assert change(officer, one, "ethnicity", False, form="spoken").status_code == 200
    (erasure,) = officer.get(ERASURES).json["items"]
    address = f"{ERASURES}/{erasure['erasure_id']}"
    assert sorted(officer.get(address).json["registration_ids"]) == sorted([one, two])
    counted(house, address)
    done = second.post(f"{address}/confirm", If_Match=second.get(address).headers["ETag"])
    assert done.status_code == 200, done.json


def test_the_declarations_own_route_asks_for_the_erasure_too(house, officer, mira):
    version = officer.get(f"{PEOPLE}/{mira}").headers["ETag"]
    said = {"consented": False, "declared_roma": "declined"}
    done = officer.post(f"{PEOPLE}/{mira}/declaration", said, If_Match=version)
    assert done.status_code == 200
    (erasure,) = officer.get(ERASURES).json["items"]
    assert (erasure["classes"], erasure["ground"]) == (["special"], "consent_withdrawn")


def test_the_declarations_page_asks_for_the_erasure_and_says_so(house, officer, mira):
    page = f"/trainings/people/{mira}/declaration"
    done = officer.submit(page, version="1", declared_roma="declined")
    assert done.status_code == 303, done.text
    assert "An erasure is asked for" in officer.get(done.headers["Location"]).text
    assert len(officer.get(ERASURES).json["items"]) == 1


def test_the_consent_to_the_programme_carries_origin_until_it_is_asked_apart(officer, mira):
    assert change(officer, mira, "programme", False).status_code == 200
    (erasure,) = officer.get(ERASURES).json["items"]
    assert erasure["classes"] == ["special"]


def look(house, of_march: int) -> list[Asker]:
    """What a day of March does by itself; both officers, signed in that day."""
    house.clock.moment = house.clock.moment.replace(day=of_march)
    schedule_daily(house.service, house.clock.now())
    work(house)
    accounts = ("officer-1", "officer-2")
    return [house.as_reader(Role.programme_officer, account=one) for one in accounts]


def test_what_could_not_be_asked_for_is_asked_for_the_next_day(house, officer, mira):
    body = {"registration_id": mira, "classes": ["contact"], "ground": "unlawful"}
    other = officer.post(ERASURES, body, Idempotency_Key="k1").headers["Location"]
    assert change(officer, mira, "ethnicity", False).status_code == 200
    officer, _ = look(house, 2)
    assert len(officer.get(ERASURES).json["items"]) == 1
    version = officer.get(other).headers["ETag"]
    assert officer.post(f"{other}/cancel", If_Match=version).status_code == 200
    look(house, 3)
    officer, second = look(house, 4)
    (erasure,) = officer.get(f"{ERASURES}?state=asked").json["items"]
    assert (erasure["classes"], erasure["requested_by"]) == (["special"], "officer-1")
    address = f"{ERASURES}/{erasure['erasure_id']}"
    counted(house, address)
    version = officer.get(address).headers["ETag"]
    assert officer.post(f"{address}/confirm", If_Match=version).status_code == 403
    assert second.post(f"{address}/confirm", If_Match=version).status_code == 200
    purged(house, address)
    officer, _ = look(house, 5)
    assert len(officer.get(ERASURES).json["items"]) == 2


def test_an_erasure_is_asked_for_once_and_only_after_a_consent(house, officer, mira):
    never = house.person(full_name="Nada Primer")
    assert change(officer, never, "ethnicity", False).status_code == 200
    assert officer.get("/trainings/api/v1/erasures").json["items"] == []
    change(officer, mira, "ethnicity", False)
    change(officer, mira, "ethnicity", True)
    assert change(officer, mira, "ethnicity", False).status_code == 200
    assert len(officer.get("/trainings/api/v1/erasures").json["items"]) == 1


def test_withdrawing_works_where_what_was_said_is_erased_already(house, officer, mira):
    house.service.keyring.destroy([KeyName(mira, "special")])
    assert change(officer, mira, "ethnicity", False).status_code == 200
    assert officer.get("/trainings/api/v1/erasures").json["items"] == []


def test_the_declaration_is_of_its_own_purpose(officer, mira):
    version = officer.get(f"{PEOPLE}/{mira}").headers["ETag"]
    said = {"consented": True, "declared_roma": "no"}
    officer.post(f"{PEOPLE}/{mira}/declaration", said, If_Match=version)
    given = standing(officer, mira)
    assert (given["ethnicity"], given["programme"]) == (True, True)
    assert change(officer, mira, "programme", False).status_code == 200
    assert officer.get(f"{PEOPLE}/{mira}").json["declared_roma"] == "no"
    assert change(officer, mira, "ethnicity", False).status_code == 200
    refused = officer.post(
        f"{PEOPLE}/{mira}/declaration",
        {"consented": False, "declared_roma": "yes"},
        If_Match=officer.get(f"{PEOPLE}/{mira}").headers["ETag"],
    )
    assert refused.json["type"] == "/problems/consent-needed"


def test_consent_to_origin_is_told_to_officers_alone(house, officer, mira):
    change(officer, mira, "ethnicity", True)
    auditor = house.as_reader(Role.auditor, account="auditor-1", programme="*")
    answer = auditor.get(f"{PEOPLE}/{mira}/consents")
    assert "ethnicity" not in answer.text and "photos" in answer.text
    assert "Own origin" not in auditor.get(f"/trainings/people/{mira}/consents").text
    assert change(auditor, mira, "photos", True).status_code == 403
    far = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME, account="o9")
    assert far.get(f"{PEOPLE}/{mira}/consents").status_code == 404
    assert change(far, mira, "photos", True).status_code == 404


def test_any_officer_notes_that_consent_to_origin_ends_without_learning_of_it(
    house, officer, second, mira
):
    page = f"/trainings/people/{mira}/consents/ethnicity"
    assert "When it is withdrawn" in officer.get(page).text
    form = second.get(page)
    assert form.status_code == 200 and "When it is withdrawn" not in form.text
    assert "ethnicity" not in standing(second, mira)
    assert second.submit(page, version="1", given="false").status_code == 303
    assert officer.get(f"{PEOPLE}/{mira}").json["declared_roma"] == "declined"


def test_the_pages_say_what_follows(officer, mira):
    page = f"/trainings/people/{mira}/consents"
    assert f'href="{page}"' in officer.get(f"/trainings/people/{mira}").text
    listed = officer.get(page)
    assert "Text messages" in listed.text and "Not given" in listed.text
    form = officer.get(f"{page}/sharing_between_programmes")
    assert "When it is withdrawn" not in form.text
    missing = officer.submit(f"{page}/photos", version="1")
    assert missing.status_code == 422 and "What the person says" in missing.text
    done = officer.submit(f"{page}/photos", version="1", given="true", form="paper")
    assert done.status_code == 303 and done.headers["Location"] == page
    assert "On a signed paper" in officer.get(page).text
    assert "No more photos are taken" in officer.get(f"{page}/photos").text
    assert officer.get(f"{page}/marketing").status_code == 404


def test_another_programme_sees_a_registration_only_where_the_person_agrees(house, officer, mira):
    """One person in two programmes, and an officer of both."""
    other = house.person(
        by="officer-5", programme=OTHER_PROGRAMME, full_name="Mira P", municipality="Tuzla"
    )
    with house.service.database.writing() as connection:
        record = views.record(connection, mira)
        assert record is not None
        person = record.person_id
        connection.execute(
            REGISTRATIONS.update()
            .where(REGISTRATIONS.c.registration_id == other)
            .values(person_id=person)
        )
    grants = tuple(RoleGrant(Role.programme_officer, code) for code in (PROGRAMME, OTHER_PROGRAMME))
    both = reach(Reader("officer-1", "s", "o", grants), "trainings.people.read")

    def beside(registration_id: str) -> set[str]:
        with house.service.database.reading() as connection:
            row = views.record(connection, registration_id)
            assert row is not None
            found = views.shown_beside(connection, row, both)
        return {one.registration_id for one in found}

    assert beside(mira) == {mira} and beside(other) == {other}
    house.act(
        lambda work: handling.consent(
            work,
            by="officer-5",
            registration_id=other,
            country="BA",
            purpose="sharing_between_programmes",
        ),
        by="officer-5",
        programme=OTHER_PROGRAMME,
    )
    assert beside(mira) == {mira, other} and beside(other) == {other}
    house.act(
        lambda work: handling.withdraw(
            work,
            by="officer-5",
            registration_id=other,
            country="BA",
            purpose="sharing_between_programmes",
        ),
        by="officer-5",
        programme=OTHER_PROGRAMME,
    )
    assert beside(mira) == {mira}
