"""Whoever has a role in every programme can choose one wherever a page asks for it."""

from __future__ import annotations

from html import unescape

import pytest

from shared.access.roles import Role
from tests.http.trainings.cohort_home import TRAINER, Cohort
from tests.http.trainings.conftest import OTHER_PROGRAMME, PROGRAMME, Asker, House

ASKING = (
    "/trainings/exports/people",
    "/trainings/imports/new",
    "/trainings/outreach/new",
    "/trainings/courses/new",
    "/trainings/people/new",
    "/trainings/people/guided",
    "/trainings/people/table",
)


def offered(page: str) -> list[str]:
    """The programmes among which a page lets one choose."""
    choice = page.split('name="programme"', 1)[1].split("</select>", maxsplit=1)[0]
    values = [part.split('"', 1)[0] for part in choice.split('value="')[1:]]
    return [unescape(one) for one in values if one]


@pytest.fixture
def everywhere(house: House) -> Asker:
    """An officer of all programmes, of which there are two."""
    house.person(reference="P-1")
    house.person(reference="B-1", programme=OTHER_PROGRAMME)
    return house.as_reader(Role.programme_officer, programme="*", account="all-1")


@pytest.mark.parametrize("address", ASKING)
def test_the_programmes_that_there_are_are_offered(everywhere: Asker, address: str) -> None:
    answer = everywhere.get(address)
    assert answer.status_code == 200
    assert offered(answer.text) == [OTHER_PROGRAMME, PROGRAMME]


@pytest.mark.parametrize("role", [Role.auditor, Role.programme_officer, Role.trainer])
def test_a_sheet_of_the_programme_that_was_chosen_is_taken_out(house: House, role: Role) -> None:
    house.person(reference="P-1")
    cohort = Cohort.begun(house, trainers=(TRAINER,))
    house.person(reference="B-1", programme=OTHER_PROGRAMME)
    asker = house.as_reader(role, programme="*", account=TRAINER)
    page = "/trainings/exports/enrolments"
    assert f'value="{PROGRAMME}" selected' in asker.get(f"{page}?programme={PROGRAMME}").text
    assert asker.submit(page, form="csv").status_code == 422
    taken = asker.submit(page, form="csv", programme=PROGRAMME)
    assert taken.headers["Zanat-Control-Count"] == "3"
    of_cohort = asker.submit(page, form="csv", cohort=cohort.id)
    assert of_cohort.headers["Zanat-Control-Count"] == "3"
    other = asker.submit(page, form="csv", cohort=cohort.id, programme=OTHER_PROGRAMME)
    assert other.status_code == 422 and "This cohort is of another programme." in other.text


def test_the_only_programme_need_not_be_said(house: House) -> None:
    house.person(reference="P-1")
    everywhere = house.as_reader(Role.auditor, programme="*", account="all-1")
    page = "/trainings/exports/people"
    assert 'name="programme"' not in everywhere.get(page).text
    assert everywhere.submit(page, form="csv").headers["Zanat-Control-Count"] == "1"


def test_a_programme_that_grants_opened_is_there_before_anybody_is(house: House) -> None:
    for number, code in enumerate((OTHER_PROGRAMME, PROGRAMME)):
        house.arrives(
            "grants.programme.opened.v1",
            f"programme/{number}",
            programme_id=f"programme-{number}",
            code=code,
        )
    everywhere = house.as_reader(Role.programme_officer, programme="*", account="all-1")
    assert offered(everywhere.get("/trainings/people/new").text) == [OTHER_PROGRAMME, PROGRAMME]


def test_what_waits_for_an_officer_of_all_programmes_is_counted(everywhere: Asker) -> None:
    begun = everywhere.submit("/trainings/people/guided", programme=PROGRAMME)
    assert begun.status_code == 303
    listed = everywhere.get("/trainings/api/v1/people/drafts").json["items"]
    assert [one["programme"] for one in listed] == [PROGRAMME]


def test_a_trainer_of_all_programmes_sees_their_own_cohorts(house: House) -> None:
    cohort = Cohort.begun(house, trainers=(TRAINER,))
    house.person(reference="P-9")
    own = house.as_reader(Role.trainer, programme="*", account=TRAINER)
    other = house.as_reader(Role.trainer, programme="*", account="trainer-9")
    for asker, seen in ((own, 3), (other, 0)):
        assert len(asker.get("/trainings/api/v1/people").json["items"]) == seen
        found = asker.get(f"/trainings/api/v1/cohorts/{cohort.id}").status_code
        assert found == (200 if seen else 404)
        assert len(asker.get("/trainings/api/v1/courses").json["items"]) == 1
