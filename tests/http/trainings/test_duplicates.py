"""Who may be registered twice: pairs with a score and reasons, put together and taken apart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from services.trainings.people import comparing, duplicates
from services.trainings.people import handling as people
from services.trainings.people.handling import NewPerson
from services.trainings.tables import DUPLICATE_DECISIONS
from shared.access.roles import Role
from shared.events.rebuilding import differences
from shared.log.sequencer import sequence_once
from tests.http.trainings.conftest import NUMBER, PROGRAMME

API = "/trainings/api/v1/people"
PEOPLE = "/trainings/people"
NAMESAKE: dict[str, Any] = {
    "full_name": "Ana Jovanović",
    "birth_date": "1990-01-01",
    "sex": "F",
    "country": "RS",
    "municipality": "Topola",
    "jmbg": None,
    "phone": None,
    "declared_roma": "declined",
    "consented": False,
}


def person_of(officer, registration_id):
    return officer.get(f"{API}/{registration_id}").json["person_id"]


def decide(officer, one, other, *, same, reason="Same card"):
    version = officer.get(f"{API}/{one}").headers["ETag"]
    body = {"other_registration_id": other, "same": same, "reason": reason}
    answer = officer.post(f"{API}/{one}/duplicates", body, If_Match=version)
    assert answer.status_code == 200, answer.text


def test_pairs_come_by_likeness_with_what_speaks_for_them(house, officer):
    house.person(phone="065 123 4567")
    house.person(full_name="Мира Пример", phone="+381651234567")
    house.person(full_name="Mira Pirmer", birth_date="1990-01-01", municipality="Topola")
    house.person(full_name="Ana Druga")
    likely = officer.get(f"{API}/duplicates").json["items"]
    assert [(pair["score"], pair["reasons"]) for pair in likely] == [
        (100, ["same_name", "same_birth_date", "same_municipality", "same_phone"])
    ]
    every = officer.get(f"{API}/duplicates?at_least=60").json["items"]
    assert [pair["score"] for pair in every] == [100, 75, 75]
    assert every[1]["reasons"] == ["one_letter", "same_birth_date"]
    assert officer.get(f"{API}/duplicates?at_least=59").status_code == 422


def test_pairs_come_in_pages_and_follow_corrections(house, officer):
    for _ in range(3):
        house.person()
    seen, address = [], f"{API}/duplicates?limit=1"
    following: str | None = ""
    while following is not None:
        page = officer.get(address + (f"&cursor={following}" if following else "")).json
        seen += [
            (one["one"]["registration_id"], one["other"]["registration_id"])
            for one in page["items"]
        ]
        following = page["next"]
    assert len(seen) == len(set(seen)) == 3
    one = seen[0][0]
    mended = {
        "full_name": "Jelena Sasvim Druga",
        "birth_date": "1971-05-09",
        "sex": "F",
        "reason": "Another card",
    }
    answer = officer.post(f"{API}/{one}/correct", mended, If_Match='"1"')
    assert answer.status_code == 200, answer.text
    left = officer.get(f"{API}/duplicates").json["items"]
    assert len(left) == 1 and one not in (
        left[0]["one"]["registration_id"],
        left[0]["other"]["registration_id"],
    )


def test_who_is_like_somebody_new_is_found_before_they_are_registered(house):
    known = house.person(jmbg=NUMBER)
    near = house.person(full_name="Mira Primre", phone="065 111 222")
    house.person(full_name="Ana Druga", birth_date="1960-06-06")
    new = NewPerson(
        full_name="МИРА ПРИМЕР",
        birth_date="1990-01-01",
        sex="F",
        country="RS",
        municipality="Kragujevac",
        jmbg=NUMBER,
        phone=None,
        declared_roma="declined",
        consented=False,
    )
    with house.service.database.reading() as connection:
        found = duplicates.like(connection, house.service.keyring, PROGRAMME, new)
        assert not duplicates.like(connection, house.service.keyring, "BA-2011", new)
    assert [(one.row.registration_id, one.same_number) for one in found] == [
        (known, True),
        (near, False),
    ]


def test_what_followed_a_decision_goes_back_with_it(house, officer):
    one, again = house.person(jmbg=NUMBER), house.person(jmbg=NUMBER, full_name="Mira P.")
    other = house.person(full_name="Mirra Primer")
    before = {each: person_of(officer, each) for each in (one, again, other)}
    assert before[one] == before[again] != before[other]
    shown = officer.get(f"{API}/{one}/duplicates/{other}").json
    assert not shown["together"] and shown["follows"]["registrations"] == 2
    decide(officer, one, other, same=True)
    assert {person_of(officer, each) for each in before} == {before[other]}
    shown = officer.get(f"{API}/{other}/duplicates/{one}").json
    assert shown["together"] and shown["follows"]["registrations"] == 2
    decide(officer, other, one, same=False, reason="Two cards")
    assert {each: person_of(officer, each) for each in before} == before
    assert differences(house.service) == []


def test_who_moved_on_meanwhile_stays_where_they_are(house, officer):
    one, again = house.person(jmbg=NUMBER), house.person(jmbg=NUMBER, full_name="Mira P.")
    other = house.person(full_name="Mirra Primer")
    decide(officer, one, other, same=True)
    answer = officer.post(
        f"{API}/{again}/correct",
        {
            "full_name": "Sasvim Druga",
            "birth_date": "1991-01-01",
            "sex": "F",
            "jmbg": None,
            "reason": "The number was another's",
        },
        If_Match=officer.get(f"{API}/{again}").headers["ETag"],
    )
    assert answer.status_code == 200
    apart = person_of(officer, again)
    decide(officer, one, other, same=False)
    assert len({person_of(officer, each) for each in (one, again, other)}) == 3
    assert person_of(officer, again) == apart


def test_one_number_is_recognised_and_needs_no_decision(house, officer):
    assert "Nobody was registered twice" in officer.get(f"{PEOPLE}/duplicates/recognised").text
    first, second = house.person(jmbg=NUMBER), house.person(jmbg=NUMBER)
    (group,) = officer.get(f"{API}/duplicates/recognised").json["items"]
    assert [one["registration_id"] for one in group["registrations"]] == [first, second]
    page = officer.get(f"{PEOPLE}/duplicates/recognised").text
    assert "1 person was registered twice under one number" in page and NUMBER not in page
    beside = officer.get(f"{PEOPLE}/{first}/beside/{second}").text
    assert "by the national number that both have" in beside and "Take apart" not in beside
    assert officer.get(f"{API}/duplicates?at_least=60").json["items"] == []


def test_two_are_compared_put_together_and_taken_apart_on_one_page(house, officer):
    one, other = sorted((house.person(), house.person(full_name="Мира Пример")))
    address = f"{PEOPLE}/duplicates"
    page = officer.get(address).text
    assert "1 pair may be one person" in page and "same birth date" in page
    beside = f"{PEOPLE}/{one}/beside/{other}"
    assert beside in page
    shown = officer.get(beside).text
    assert "Are these one person?" in shown and "1 registration" in shown
    form = {"other_registration_id": other, "version": "1", "same": "yes"}
    post = f"{PEOPLE}/{one}/duplicates"
    unsaid = officer.submit(post, page=beside, **form)
    assert unsaid.status_code == 422 and 'href="#reason"' in unsaid.text
    done = officer.submit(post, page=beside, **form, reason="Same card")
    assert done.status_code == 303 and done.headers["Location"] == beside
    shown = officer.get(beside).text
    assert "These are one person" in shown and "They are one person from now on." in shown
    assert "No likely duplicates" in officer.get(address).text
    record = officer.get(f"{PEOPLE}/{one}").text
    assert "Same card" in record and beside in record
    form |= {"same": "no", "version": "3", "reason": "Two cards"}
    apart = officer.submit(post, page=beside, **form)
    assert apart.status_code == 303
    assert "Are these one person?" in officer.get(beside).text
    assert "No likely duplicates" in officer.get(address).text


def test_out_of_reach_and_out_of_programme_there_is_no_comparison(house, officer):
    one, other = house.person(), house.person(programme="BA-2011")
    assert officer.get(f"{API}/{one}/duplicates/{other}").status_code == 404
    assert officer.get(f"{API}/{one}/duplicates/{one}").status_code == 404
    assert house.as_reader(Role.auditor).get(f"{API}/duplicates/recognised").status_code == 403


def test_the_first_pairs_are_kept_on_either_database(busy):
    """Also those of the very first look, before which nothing was compared."""
    for _ in range(2):
        busy.person()
    if not busy.service.database.is_sqlite:
        with busy.service.database.writing() as connection:
            sequence_once(connection)
    officer = busy.as_reader(Role.programme_officer)
    assert len(officer.get(f"{API}/duplicates").json["items"]) == 1


def test_people_named_alike_by_the_hundred_keep_a_few_pairs_each(house, officer):
    def register(work):
        for number in range(120):
            fields: dict[str, Any] = {**NAMESAKE, "municipality": f"Opština {number % 7}"}
            people.register(work, by="officer-1", person=NewPerson(**fields))

    house.act(register)
    # However little time there is, one is compared, and what is left is told.
    left = comparing.catch_up(house.service, seconds=0)
    looks = 1
    while left:
        before, left = left, comparing.catch_up(house.service, seconds=0)
        assert left < before
        looks += 1
    assert looks == 120
    with house.service.database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(comparing.ALIKE_PAIRS)).scalar()
    assert 120 <= count <= 120 * comparing.PAIRS_MAX
    page = officer.get(f"{PEOPLE}/duplicates").text
    assert "… and more like this" in page


def test_when_pairs_are_held_apart_others_of_the_same_person_follow(house, officer, monkeypatch):
    monkeypatch.setattr(comparing, "PAIRS_MAX", 1)
    for _ in range(3):
        house.person()

    def waiting():
        items = officer.get(f"{API}/duplicates").json["items"]
        return {frozenset(pair[of]["registration_id"] for of in ("one", "other")) for pair in items}

    for _ in range(3):
        for pair in sorted(map(sorted, waiting())):
            decide(officer, *pair, same=False)
    assert waiting() == set()
    with house.service.database.reading() as connection:
        decided = connection.execute(select(func.count()).select_from(DUPLICATE_DECISIONS)).scalar()
    assert decided == 3
