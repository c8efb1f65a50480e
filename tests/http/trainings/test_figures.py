"""How many came, stayed and were certified: one person counts once, and small cells stay hidden."""

from __future__ import annotations

from functools import partial
from html import unescape

from services.trainings.cohorts.handling import enrol
from shared.access.roles import Role

from .cohort_home import TRAINER, Cohort
from .conftest import OTHER_PROGRAMME, House

API = "/trainings/api/v1/figures"


def test_figures_follow_from_enrolled_to_certified(house: House) -> None:
    cohort = Cohort.begun(house, people=4)
    cohort.finished(passing=3)
    cohort.issue(*cohort.people[:2])
    body = house.as_reader(Role.programme_officer).get(API).json
    assert body["persons"] == {"enrolled": 4, "attended": 4, "certified": 2}
    assert [(one["municipality"], one["persons"]["certified"]) for one in body["by_place"]] == [
        ("Kragujevac", 2)
    ]
    assert body["by_sex"] == [{"sex": "F", "persons": body["persons"]}]
    assert body["by_age"] == [{"age_from": 35, "persons": body["persons"]}]
    assert body["by_year"] == [{"year": 2026, "persons": body["persons"]}]
    assert body["suppressed"] is False


def test_who_only_is_on_the_list_did_not_attend(house: House) -> None:
    Cohort.begun(house, people=3)
    body = house.as_reader(Role.programme_officer).get(API).json
    assert body["persons"] == {"enrolled": 3, "attended": 0, "certified": 0}


def test_filters_choose_kind_and_year(house: House) -> None:
    Cohort.begun(house, people=2)
    officer = house.as_reader(Role.programme_officer)
    assert officer.get(f"{API}?kind=business&year=2026").json["persons"]["enrolled"] == 2
    assert officer.get(f"{API}?year=2025").json["year"] is None
    assert officer.get(f"{API}?kind=nonsense").status_code == 422
    page = officer.get("/trainings/figures?kind=business&year=2026")
    assert '<option value="business" selected>' in page.text


def test_a_person_registered_twice_counts_once_in_the_whole(house: House) -> None:
    number = "0101990715000"
    for cohort, municipality in (("RS-BT-01", "Kragujevac"), ("RS-BT-02", "Topola")):
        house.person(jmbg=number, municipality=municipality, reference=f"{cohort}-once")
        begun = Cohort.begun(house, people=0, reference=cohort)
        house.act(partial(enrol, by=TRAINER, cohort_id=begun.id, reference=f"{cohort}-once"))
    body = house.as_reader(Role.programme_officer).get(API).json
    assert body["persons"]["enrolled"] == 1
    assert [one["persons"]["enrolled"] for one in body["by_place"]] == [1, 1]


def test_donors_see_no_small_cell(house: House) -> None:
    Cohort.begun(house, people=4)
    body = house.as_reader(Role.donor).get(API).json
    assert body["suppressed"] is True
    assert body["persons"]["enrolled"] is None
    page = house.as_reader(Role.donor).get("/trainings/figures")
    assert page.status_code == 200
    assert "Primer" not in page.text and "/trainings/cohorts" not in page.text


def test_donors_choose_no_part_since_parts_reveal_each_other(house: House) -> None:
    Cohort.begun(house, people=5)
    donor = house.as_reader(Role.donor)
    whole = donor.get(API).json
    assert donor.get(f"{API}?kind=business&year=2026").json == whole
    assert donor.get(f"{API}?year=2025").json == whole
    page = donor.get("/trainings/figures").text
    assert 'name="year"' not in page and 'name="kind"' not in page


def test_trainers_count_their_own_cohorts_only(house: House) -> None:
    Cohort.begun(house, people=2, trainers=(TRAINER,))
    own = house.as_reader(Role.trainer, account=TRAINER).get(API).json
    assert own["persons"]["enrolled"] == 2
    assert house.as_reader(Role.trainer, account="trainer-9").get(API).status_code == 404
    nothing = house.as_reader(Role.trainer, account="trainer-9").get("/trainings/figures")
    assert "No course was run yet" in unescape(nothing.text)


def test_other_programmes_are_out_of_reach(house: House) -> None:
    Cohort.begun(house, people=2)
    stranger = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert stranger.get(API).status_code == 404
    assert stranger.get(f"{API}?programme=RS-2011").status_code == 403
