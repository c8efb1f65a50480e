"""An application goes with its registration to whichever person that is found to be, and back."""

from __future__ import annotations

import pytest

from services.grants.applications.application import APPLICATION
from services.grants.applications.claims import PLACE
from services.grants.foreign import registration
from services.grants.reports.indicators import indicators
from shared.events.tables import CLAIMS

from . import home
from .applications_home import act, begin, draft, ready, submitted


def moves(house, registration_id, person_id):
    house.arrives(
        "trainings.registration.moved_to_person.v1",
        f"registration/{registration_id}",
        registration_id=registration_id,
        person_id=person_id,
        from_person_id="before",
        because="likely_duplicate",
    )


def person_of(house, registration_id):
    return house.ask(registration, registration_id)["person_id"]


def whose(house, application_id):
    return house.run(lambda work: work.load(APPLICATION, application_id)).whose.person_id


def places(house):
    query = CLAIMS.select().where(CLAIMS.c.kind == PLACE)
    rows = house.ask(lambda c: c.execute(query).all())
    return {(row.value, row.stream) for row in rows}


@pytest.fixture
def call_and_two(house):
    call_id, mira = ready(house)
    other = home.register(house, "2", "Mirra Primer")
    home.certify(house, other)
    return call_id, mira, other


def test_it_goes_along_and_comes_back_with_its_place_in_the_call(house, call_and_two):
    call_id, mira, other = call_and_two
    before, there = person_of(house, mira), person_of(house, other)
    one = submitted(house, call_id, mira)
    moves(house, mira, there)
    assert whose(house, one) == there
    assert places(house) == {(f"{call_id}/{there}", f"application/{one}")}
    second = begin(house, call_id, other)
    assert second.status_code == 409 and second.json["type"].endswith("/second-application")
    moves(house, mira, before)
    assert whose(house, one) == before
    assert places(house) == {(f"{call_id}/{before}", f"application/{one}")}
    assert begin(house, call_id, other).status_code == 201


def test_of_two_in_one_call_the_second_is_found_so_and_may_be_taken_back(house, call_and_two):
    call_id, mira, other = call_and_two
    before, there = person_of(house, mira), person_of(house, other)
    first = submitted(house, call_id, mira)
    second = draft(house, call_id, other)
    moves(house, other, before)
    refused = act(house, second, "submit")
    assert refused.status_code == 409 and refused.json["type"].endswith("/second-application")
    moves(house, other, there)
    assert act(house, second, "submit").status_code == 200
    assert whose(house, first) == before and whose(house, second) == there


def test_a_place_given_up_meanwhile_is_free_for_both(house, call_and_two):
    call_id, mira, other = call_and_two
    before, there = person_of(house, mira), person_of(house, other)
    one = draft(house, call_id, mira)
    moves(house, mira, there)
    assert act(house, one, "withdraw").status_code == 200
    assert places(house) == set()
    moves(house, mira, before)
    assert begin(house, call_id, mira).status_code == 201
    assert begin(house, call_id, other).status_code == 201


def test_an_indicator_counts_them_as_one_person_while_they_are_one(house, call_and_two):
    _, mira, other = call_and_two
    there = person_of(house, other)
    before = person_of(house, mira)

    def certified():
        found = house.ask(indicators, home.PROGRAMME)
        return {stage.code: stage.persons for stage in found.stages}["certified"]

    assert certified() == 2
    moves(house, mira, there)
    assert certified() == 1
    moves(house, mira, before)
    assert certified() == 2
