"""Whoever is one person today takes part once and is certified once by a cohort."""

from __future__ import annotations

import pytest

from services.trainings.cohorts import taking_part
from services.trainings.people import merging
from shared.errors import Refused
from tests.http.trainings.cohort_home import API, TRAINER, Cohort
from tests.http.trainings.conftest import House


def settle(house: House, one: str, other: str, *, same: bool) -> None:
    """Say that two registrations are of one person, or that they are not."""
    house.act(
        lambda work: merging.decide_duplicate(
            work,
            by="officer-9",
            registration_id=one,
            other_id=other,
            same=same,
            reason="The card was seen",
        ),
        by="officer-9",
    )


def enrol(cohort: Cohort, registration_id: str) -> None:
    cohort.house.act(
        lambda work: taking_part.enrol(
            work, by=TRAINER, cohort_id=cohort.id, registration_id=registration_id
        ),
        by=TRAINER,
    )


def test_who_was_put_together_after_enrolment_is_not_enrolled_again(house: House) -> None:
    cohort = Cohort.begun(house, people=1)
    again = house.person(reference="AGAIN", confirmed_by="officer-2")
    settle(house, cohort.people[0], again, same=True)
    with pytest.raises(Refused, match="person-enrolled"):
        enrol(cohort, again)


def test_who_was_taken_apart_is_somebody_else(house: House) -> None:
    cohort = Cohort.begun(house, people=0)
    one, other = house.person(reference="ONE"), house.person(reference="OTHER")
    settle(house, one, other, same=True)
    enrol(cohort, one)
    settle(house, one, other, same=False)
    enrol(cohort, other)
    told = cohort.trainer().get(f"{API}/cohorts/{cohort.id}/participants").json["items"]
    assert {row["registration_id"] for row in told} == {one, other}


def test_who_waits_under_another_registration_is_not_let_in(house: House) -> None:
    cohort = Cohort.begun(house, people=1)
    details = {"place": "Topola", "capacity": 1}
    ana = cohort.trainer()
    changed = ana.post(f"{API}/cohorts/{cohort.id}/details", details, If_Match=cohort.etag)
    assert changed.status_code == 200, changed.text
    again = house.person(reference="AGAIN")
    enrol(cohort, again)
    settle(house, cohort.people[0], again, same=True)
    details["capacity"] = 2
    ana.post(f"{API}/cohorts/{cohort.id}/details", details, If_Match=cohort.etag)
    refused = ana.post(
        f"{API}/cohorts/{cohort.id}/waiting/promote", {"count": 1}, If_Match=cohort.etag
    )
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/person-enrolled")


@pytest.mark.parametrize("at_once", [True, False])
def test_a_cohort_certifies_a_person_once(house: House, *, at_once: bool) -> None:
    cohort = Cohort.begun(house, people=3)
    cohort.finished()
    one, other, third = cohort.people
    settle(house, one, other, same=True)
    if at_once:
        with pytest.raises(Refused, match="person-certified") as refused:
            cohort.issue()
        assert refused.value.facts == {"first": "RS-BT-01-P1", "second": "RS-BT-01-P2"}
        assert len(cohort.issue(one, third)) == 2
    else:
        cohort.issue(other)
        with pytest.raises(Refused, match="person-certified"):
            cohort.issue(one)
    settle(house, one, other, same=False)
    assert len(cohort.issue(one, other)) == 2
