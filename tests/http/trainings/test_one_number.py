"""One national number is one person, whatever was registered, put together, taken apart, corrected.

Random histories, each of numbers of its own in one house; one that fails prints what was done.
"""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import Final

import pytest
from sqlalchemy import select

from services.trainings.households import handling as households
from services.trainings.households.handling import NewHome
from services.trainings.people import handling as people
from services.trainings.people import merging, views
from services.trainings.people.handling import Identity
from services.trainings.tables import REGISTRATIONS
from shared.errors import Invalid, Refused
from tests.http.trainings.conftest import NUMBER, House

HISTORIES: Final = 20
STEPS: Final = 25


def settle(house: House, one: str, other: str, *, same: bool) -> None:
    house.act(
        lambda work: merging.decide_duplicate(
            work, by="officer-9", registration_id=one, other_id=other, same=same, reason="Card"
        )
    )


def correct(house: House, one: str, number: str | None) -> None:
    identity = Identity(
        full_name="Mira Primer", birth_date="1990-01-01", sex="F", jmbg=number, reason="Card"
    )
    house.act(
        lambda work: people.correct(work, by="officer-9", registration_id=one, identity=identity)
    )


def persons(house: House, *ids: str) -> list[str]:
    with house.service.database.reading() as connection:
        rows = [views.record(connection, one) for one in ids]
    return [row.person_id for row in rows if row is not None]


def divided(house: House) -> dict[tuple[str, str], set[str]]:
    """Numbers, by programme and keyed hash, that more than one person has."""
    r, found = REGISTRATIONS.c, defaultdict(set)
    query = select(r.programme, r.number_index, r.person_id).where(r.number_index.is_not(None))
    with house.service.database.reading() as connection:
        for row in connection.execute(query):
            found[row.programme, row.number_index].add(row.person_id)
    return {key: people for key, people in found.items() if len(people) > 1}


def test_who_joined_by_the_number_of_who_leaves_goes_with_them(house: House) -> None:
    one, other = house.person(reference="A", jmbg=NUMBER), house.person(reference="B")
    settle(house, one, other, same=True)
    new = house.person(reference="N", jmbg=NUMBER)
    assert len(set(persons(house, one, other, new))) == 1
    settle(house, one, other, same=False)
    a, b, n = persons(house, one, other, new)
    assert n == a != b


def test_two_that_came_to_have_one_number_are_not_taken_apart(house: House) -> None:
    one, other = house.person(reference="A"), house.person(reference="B", jmbg=NUMBER)
    settle(house, one, other, same=True)
    correct(house, one, NUMBER)
    with pytest.raises(Refused) as refused:
        settle(house, one, other, same=False)
    assert refused.value.code == "same-number"
    assert len(set(persons(house, one, other))) == 1
    correct(house, one, None)
    assert len(set(persons(house, one, other))) == 2


def test_one_number_is_one_person_through_random_histories(house: House) -> None:
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        done: list[tuple[str, int, str | int | None]] = []
        numbers = [f"{seed:06}{one:07}" for one in range(3)]
        ids: list[str] = []
        for _ in range(STEPS):
            step = chance.choice(("register", "merge", "merge", "unmerge", "unmerge", "correct"))
            number = chance.choice((*numbers, None))
            if step == "register" or len(ids) < 2:
                ids.append(house.person(jmbg=number))
                done.append(("register", len(ids) - 1, number))
                continue
            one, other = chance.sample(ids, 2)
            done.append((step, ids.index(one), number if step == "correct" else ids.index(other)))
            with suppress(Refused, Invalid):
                if step == "correct":
                    correct(house, one, number)
                else:
                    settle(house, one, other, same=step == "merge")
            assert divided(house) == {}, done


def test_a_person_of_two_households_is_not_made(house: House, officer) -> None:
    one, other = house.person(reference="A", jmbg=NUMBER), house.person(reference="B")
    homes = [
        house.act(partial(households.form, by="officer-1", home=home))
        for home in (
            NewHome(registration_id=registration_id, address="Ulica 1")
            for registration_id in (one, other)
        )
    ]
    shown = officer.get(f"/trainings/api/v1/people/{one}/duplicates/{other}").json
    assert "households" in shown["follows"]["conflicts"]
    page = officer.get(f"/trainings/people/{one}/beside/{other}").text
    assert all(f"/trainings/households/{home}" in page for home in homes)
    assert 'value="yes"' not in page
    assert 'value="no"' in page
    for refused in (
        lambda: settle(house, one, other, same=True),
        lambda: correct(house, other, NUMBER),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "two-households"
    house.act(
        lambda work: households.leave(
            work,
            by="officer-1",
            household_id=homes[1],
            registration_id=other,
            because="mistake",
        )
    )
    settle(house, one, other, same=True)
    assert len(set(persons(house, one, other))) == 1
    # A person lives in one household, by whichever of their registrations.
    with pytest.raises(Refused) as error:
        house.act(
            lambda work: households.form(
                work, by="officer-1", home=NewHome(registration_id=other, address="Ulica 3")
            )
        )
    assert error.value.code == "in-another-household"
