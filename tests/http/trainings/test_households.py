"""Who lives together is written down; whoever is erased takes their copy of the address along."""

from __future__ import annotations

from typing import Any

from services.trainings.cohorts import handling as cohorts
from services.trainings.cohorts.handling import NewCohort
from shared.access.roles import Role
from shared.privacy.keyring import KeyName

from .conftest import Asker, House

API = "/trainings/api/v1/households"
PAGES = "/trainings/households"
ADDRESS = "Izmišljena 1, Topola"


def code(answer: Any) -> str:
    return answer.json["type"].removeprefix("/problems/")


def formed(asker: Asker, registration_id: str, **more: Any) -> str:
    """A household with its first member; its id."""
    given = {"registration_id": registration_id, "address": ADDRESS, **more}
    answer = asker.post(API, given)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def changed(asker: Asker, household: str, what: str, **given: Any) -> Any:
    tag = asker.get(f"{API}/{household}").headers["ETag"]
    return asker.post(f"{API}/{household}/{what}", given, If_Match=tag)


def test_a_household_is_written_down_and_others_join(officer, house):
    mira = house.person(full_name="Mira Prva", reference="P-1")
    ana = house.person(full_name="Ana Druga", reference="P-2")
    household = formed(officer, mira, is_head=True)
    assert changed(officer, household, "join", registration_id=ana, because="married").json[
        "version"
    ]
    shown = officer.get(f"{API}/{household}").json
    assert [one["full_name"] for one in shown["members"]] == ["Mira Prva", "Ana Druga"]
    assert shown["head_id"] == mira and shown["address"] == ADDRESS and shown["others"] == 0
    assert [one["living"] for one in officer.get(API).json["items"]] == [2]
    # What goes to other services are ids and days; a reason and an address are sealed.
    joined = house.logged("trainings.household.member_joined.v1")
    assert [one.registration_id for one in joined] == [mira, ana]
    assert "married" not in str(joined) and ADDRESS not in str(joined)


def test_nobody_lives_in_two_households(officer, house):
    mira, ana = house.person(reference="P-1"), house.person(reference="P-2")
    first = formed(officer, mira)
    second = formed(officer, ana)
    refused = changed(officer, second, "join", registration_id=mira, because="moved_in")
    assert refused.status_code == 409 and code(refused) == "in-another-household"
    assert officer.post(API, {"registration_id": mira}).status_code == 409
    assert changed(officer, first, "leave", registration_id=mira, because="moved_out").status_code
    moved = changed(officer, second, "join", registration_id=mira, because="moved_in")
    assert moved.status_code == 200


def test_who_leaves_speaks_for_it_no_more_and_is_still_told(officer, house):
    mira, ana = house.person(full_name="Mira Prva"), house.person(full_name="Ana Druga")
    household = formed(officer, mira, is_head=True)
    changed(officer, household, "join", registration_id=ana, because="born")
    left = changed(officer, household, "leave", registration_id=mira, because="separated")
    assert left.status_code == 200
    shown = officer.get(f"{API}/{household}").json
    assert shown["head_id"] is None
    assert [one["left_on"] for one in shown["members"]] == [None, "2026-03-01"]
    again = changed(officer, household, "leave", registration_id=mira, because="died")
    assert again.status_code == 409 and code(again) == "not-in-household"
    stranger = changed(officer, household, "head", registration_id=mira)
    assert stranger.status_code == 409


def test_an_address_is_written_with_each_and_goes_with_each(officer, house):
    mira, ana = house.person(full_name="Mira Prva"), house.person(full_name="Ana Druga")
    household = formed(officer, mira)
    changed(officer, household, "join", registration_id=ana, because="born")
    noted = changed(officer, household, "address", address="Nova 2, Topola")
    assert noted.status_code == 200
    events = house.logged("trainings.household.address_noted.v1")
    assert {one.registration_id for one in events} == {mira, ana}
    keyring = house.service.keyring
    keyring.destroy([KeyName(mira, "contact"), KeyName(mira, "identity")])
    opened = {one.registration_id: house.service.text(one.address) for one in events}
    assert opened == {mira: None, ana: "Nova 2, Topola"}
    # The others move on, and whoever was erased may leave without a reason being written.
    assert changed(officer, household, "address", address="Treća 3").status_code == 200
    last = house.logged("trainings.household.address_noted.v1")[-1]
    assert last.registration_id == ana
    left = changed(officer, household, "leave", registration_id=mira, because="moved_out")
    assert left.status_code == 200
    assert house.logged("trainings.household.member_left.v1")[0].because is None


def test_a_household_is_kept_by_its_pages(officer, house):
    mira = house.person(full_name="Mira Prva", reference="P-1")
    house.person(full_name="Ana Druga", reference="P-2")
    record = officer.get(f"/trainings/people/{mira}").text
    assert f"{PAGES}/new?person={mira}" in record
    page = f"{PAGES}/new?person={mira}"
    form = {"registration_id": mira, "address": ADDRESS, "idempotency_key": "k1"}
    done = officer.submit(f"{PAGES}/new", page=page, **form)
    assert done.status_code == 303
    again = officer.submit(f"{PAGES}/new", page=page, **form)
    address = done.headers["Location"]
    assert again.headers["Location"] == address
    assert ADDRESS in officer.get(address).text
    unknown = officer.submit(
        f"{address}/join", page=address, version="2", reference="P-9", because="born"
    )
    assert unknown.status_code == 422 and 'href="#reference"' in unknown.text
    assert 'value="P-9"' in unknown.text
    joined = officer.submit(
        f"{address}/join", page=address, version="2", reference="P-2", because="born"
    )
    assert joined.status_code == 303
    shown = officer.get(address).text
    assert "2 people live in household" in shown and "Ana Druga joined: Was born into it." in shown
    why = officer.submit(f"{address}/leave", page=address, version="3", registration_id=mira)
    assert why.status_code == 422 and 'href="#left_because"' in why.text
    stale = officer.submit(f"{address}/head", page=address, version="1", head=mira)
    assert stale.status_code == 412
    assert officer.submit(f"{address}/head", page=address, version="3", head=mira).status_code
    assert "Mira Prva speaks for the household." in officer.get(address).text
    assert officer.get(f"/trainings/people/{mira}").text.count(address) == 1


def test_whom_one_may_not_see_is_told_by_number_alone(officer, house):
    mira = house.person(full_name="Mira Prva", reference="P-1")
    ana = house.person(full_name="Ana Druga", reference="P-2")
    household = formed(officer, mira)
    changed(officer, household, "join", registration_id=ana, because="born")
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert trainer.get(f"{API}/{household}").status_code == 404
    house.staff("trainer-1", "Ana Trenerica", trains_in="RS-2011")
    new = NewCohort(
        reference="K-1",
        course_id=house.course(),
        country="RS",
        place="Kragujevac",
        trainers=("trainer-1",),
    )
    cohort = house.act(lambda work: cohorts.plan(work, by="trainer-1", cohort=new))
    house.act(lambda work: cohorts.enrol(work, by="trainer-1", cohort_id=cohort, reference="P-1"))
    shown = trainer.get(f"{API}/{household}").json
    assert [one["full_name"] for one in shown["members"]] == ["Mira Prva"]
    assert shown["others"] == 1
    page = trainer.get(f"{PAGES}/{household}").text
    assert "1 more lives there whom you may not see." in page and "Ana Druga" not in page
    denied = trainer.post(f"{API}/{household}/address", {"address": "x"}, If_Match='"3"')
    assert denied.status_code == 403


def test_people_of_another_programme_are_not_put_together(officer, house: House):
    mira = house.person(full_name="Mira Prva")
    other = house.person(full_name="Other Where", programme="BA-2011")
    household = formed(officer, mira)
    both = house.as_reader(Role.programme_officer, programme="*", account="officer-1")
    refused = changed(both, household, "join", registration_id=other, because="born")
    assert refused.status_code == 404
    assert officer.post(API, {"registration_id": other}).status_code == 404
