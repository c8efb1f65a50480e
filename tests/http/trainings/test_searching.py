"""The search of people over HTTP: by what, in which order, for whom, and after an erasure."""

from __future__ import annotations

from services.trainings.cohorts import handling as cohorts
from services.trainings.cohorts.handling import NewCohort
from services.trainings.people import searching
from services.trainings.people.finding import PEOPLE_REACHED, PEOPLE_WORDS
from services.trainings.reach import Reach
from shared.events.rebuilding import differences
from shared.privacy.erasing import Kind, purge
from shared.privacy.erasures import view_tables
from shared.privacy.keyring import KeyName
from tests.http.trainings.conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME

PEOPLE = "/trainings/people"
SEARCH = "/trainings/api/v1/people/search"


def ids(asker, text, **more):
    answer = asker.post(SEARCH, {"q": text, **more})
    assert answer.status_code == 200, answer.text
    return [(one["registration_id"], one["similar"]) for one in answer.json["items"]]


def test_reference_phone_address_and_number_find_whose_they_are(house, officer, trainer):
    mira = house.person(
        reference="P0001", phone="065 123-45-67", email="mira@example.org", jmbg=NUMBER
    )
    house.person(full_name="Ana Druga", phone="065 000 000 1")
    for typed in ("P0001", "+381651234567", "0651234567", "Mira@example.org", NUMBER):
        assert ids(officer, typed) == [(mira, False)], typed
    assert ids(officer, "0651234568") == [] and ids(officer, "", jmbg="0101990715001") == []
    assert ids(trainer, "P0001") == ids(trainer, NUMBER) == []


def test_similar_spellings_come_after_and_the_page_says_so(house, officer):
    house.person(full_name="Jovan Jovanović")
    house.person(full_name="Jovana Petrović")
    both = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="jovana")
    assert "1 person found" in both.text and "spelled nearly as you typed" in both.text
    near = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="jovnović")
    assert "Similar spellings only" in near.text and "Jovan Jovanović" in near.text
    none = officer.submit(f"{PEOPLE}/search", page=PEOPLE, q="petrović mirko")
    assert "Nobody is found" in none.text


def test_a_search_in_pages_of_one_state(house, officer):
    made = [house.person(full_name=f"Jovan Primer{letter}") for letter in "abc"]
    confirmed = house.person(full_name="Jovan Potvrđen", confirmed_by="officer-2")
    assert ids(officer, "jovan", state="confirmed") == [(confirmed, False)]
    seen, cursor = [], None
    while True:
        page = officer.post(SEARCH, {"q": "jovna prim", "limit": 1, "cursor": cursor}).json
        seen += [one["registration_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made
    wrong = officer.post(SEARCH, {"q": "jovan", "cursor": "WzEsMF0"})
    assert wrong.status_code in (400, 422)


def test_a_trainer_finds_their_own_people_alone(house, officer, trainer):
    mira, _ana = house.person(reference="P0001"), house.person(full_name="Mira Druga")
    house.person(full_name="Mira Primer", programme=OTHER_PROGRAMME)
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
    assert ids(trainer, "mira") == [(mira, False)]
    assert ids(trainer, "mrira pri") == [(mira, True)]
    assert ids(trainer, "druga") == []


def test_who_was_erased_is_found_by_nothing(house, officer):
    mira = house.person(phone="065 123-45-67", email="mira@example.org")
    house.person(full_name="Mira Druga")
    kinds = {Kind("identity"), Kind("contact")}
    service = house.service
    service.keyring.destroy([KeyName(mira, *kind) for kind in kinds])
    with service.database.writing() as connection:
        purge(connection, view_tables(service), owners={mira}, kinds=kinds)
    for typed in ("mira primer", "mria primre", "0651234567", "mira@example.org"):
        assert ids(officer, typed) == [], typed
    with service.database.reading() as connection:
        words = connection.execute(PEOPLE_WORDS.select()).all()
        reached = connection.execute(PEOPLE_REACHED.select()).all()
    assert mira not in {row.registration_id for row in words}
    assert [row.phone_index for row in reached if row.registration_id == mira] == [None]
    assert differences(service) == []


def test_a_state_that_few_are_in_is_not_looked_for_behind_every_name(house, officer, monkeypatch):
    waiting = house.person(full_name="Jovan Jovanović")
    for number in range(6):
        house.person(full_name=f"Jovan {'abcdef'[number] * 4}", confirmed_by="officer-2")
    statements = []

    def looked_through(*_, **__):
        statements.append(1)
        return iter(())

    monkeypatch.setattr(searching, "_hits", looked_through)
    assert ids(officer, "jovan", state="unconfirmed") == [(waiting, False)]
    assert ids(officer, "jovnović", state="unconfirmed") == [(waiting, True)]
    assert statements == []
    # Where many are in it, the words are looked through, and the answer is the same.
    monkeypatch.undo()
    monkeypatch.setattr(searching, "FEW_MAX", 0)
    assert ids(officer, "jovan", state="unconfirmed") == [(waiting, False)]
    assert ids(officer, "jovnović", state="unconfirmed") == [(waiting, True)]
    assert len(ids(officer, "jovan", state="confirmed")) == 6


def test_people_in_a_state_are_looked_for_by_an_index_of_both(house):
    """By the programme alone a search would look at everybody in it."""
    reach = Reach("a1", frozenset({PROGRAMME}), frozenset())
    with house.service.database.reading() as connection:
        within = searching._Within(connection, reach, "confirmed")
        query = searching._named(within).where(reach.registrations())
        asked = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"explain query plan {asked}").all()
    assert "registrations_in_state (programme=? AND state=?)" in plan[-1][3], plan
