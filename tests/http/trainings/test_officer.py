"""An officer sees what waits, and lists people by what they have in common."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

from .cohort_home import Cohort
from .conftest import NUMBER

WAITING = "/trainings/people/waiting"
CHOSEN = "/trainings/people/chosen"
API = "/trainings/api/v1/people"


def names(asker, **filters) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    answer = asker.get(f"{API}/chosen?{query}")
    assert answer.status_code == 200, answer.json
    return [one["full_name"] for one in answer.json["items"]]


@pytest.fixture
def people(house) -> None:
    """Three who differ in everything that can be chosen."""
    house.person(full_name="Ana A", birth_date="2010-03-01", phone="060 1", confirmed_by="o-2")
    house.person(full_name="Boris B", birth_date="1990-01-01", sex="M", jmbg=NUMBER)
    house.person(full_name="Vera V", birth_date="1950-05-05", municipality="Topola")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["Ana A", "Boris B", "Vera V"]),
        ({"sort": "born"}, ["Vera V", "Boris B", "Ana A"]),
        ({"state": "confirmed"}, ["Ana A"]),
        ({"municipality": "Topola"}, ["Vera V"]),
        ({"sex": "M"}, ["Boris B"]),
        ({"age": "0"}, ["Ana A"]),
        ({"age": "35"}, ["Boris B"]),
        ({"age": "65"}, ["Vera V"]),
        ({"without": "number"}, ["Ana A", "Vera V"]),
        ({"without": "phone", "sex": "F"}, ["Vera V"]),
        ({"without": "papers"}, []),
    ],
)
def test_people_are_listed_by_what_they_have_in_common(officer, people, filters, found):
    assert names(officer, **filters) == found
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    page = officer.get(f"{CHOSEN}?{query}").text
    assert [name for name in ("Ana A", "Boris B", "Vera V") if f">{name}<" in page] == sorted(found)


def test_who_turns_eighteen_today_is_no_minor_any_more(officer, house):
    house.person(full_name="Today", birth_date="2008-03-01")
    house.person(full_name="Tomorrow", birth_date="2008-03-02")
    assert names(officer, age="18") == ["Today"]
    assert names(officer, age="0") == ["Tomorrow"]


def test_pages_follow_each_other_in_every_order(officer, house):
    for number in range(5):
        house.person(full_name=f"Name {number}", birth_date=f"199{number % 3}-01-01")
    for sort in ("name", "born", "registered", "municipality"):
        address, seen = f"{API}/chosen?limit=2&sort={sort}", []
        for _ in range(5):
            answer = officer.get(address).json
            seen += [one["registration_id"] for one in answer["items"]]
            if not answer["next"]:
                break
            address = f"{API}/chosen?limit=2&sort={sort}&cursor={answer['next']}"
        assert len(seen) == len(set(seen)) == 5, sort


def test_a_cohorts_people_are_listed_and_a_trainer_sees_their_own(officer, house, people):
    cohort = Cohort.begun(house, people=2)
    found = names(officer, cohort=cohort.id)
    assert len(found) == 2 and "Ana A" not in found
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert len(names(trainer)) == 2


def test_a_filter_that_makes_no_sense_is_left_out_and_a_number_is_in_no_address(officer, people):
    assert "3 registrations" in officer.get(f"{CHOSEN}?age=x&sort=y&sex=Q").text
    assert officer.get(f"{API}/chosen?sort=y").status_code == 422
    assert officer.get(f"{API}/chosen?municipality={NUMBER}").status_code == 422


def test_what_waits_is_counted(officer, second, house):
    assert "Nothing about people waits for you" in officer.get(WAITING).text
    house.person(by="officer-2")
    house.person(by="officer-1", full_name="Ana Druga")
    officer.submit("/trainings/people/guided")
    counted = officer.get(f"{API}/waiting").json
    assert counted["to_confirm"] == 1 and counted["of_own"] == 1 and counted["unfinished"] == 1
    page = officer.get(WAITING).text
    assert "2 things about people wait for you" in page
    trainer = house.as_reader(Role.trainer, account="trainer-1")
    assert trainer.get(WAITING).status_code == 403
