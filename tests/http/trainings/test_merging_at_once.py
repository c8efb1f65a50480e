"""People put together, registered and corrected at one moment, on either database: all of it holds.

The first decision waits at a gate until the other one is taken on what was there before both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from services.trainings.households import handling as households
from services.trainings.households import views as homes
from services.trainings.households.handling import NewHome
from services.trainings.people import handling as people
from services.trainings.people import merging, views
from services.trainings.people.handling import Identity, NewPerson
from shared.errors import Refused
from shared.events.append import Context
from shared.events.work import Work
from tests.http.trainings.conftest import NUMBER, PROGRAMME, House


def merge(one: str, other: str) -> Callable[[Work], Any]:
    return lambda work: merging.decide_duplicate(
        work, by="officer-9", registration_id=one, other_id=other, same=True, reason="One card"
    )


def at_once(house: House, *handlers: Callable[[Work], Any]) -> list[Exception]:
    """Each decides once before any of them is committed; what was refused."""
    gate, errors = threading.Barrier(len(handlers)), []

    def run(handler: Callable[[Work], Any]) -> None:
        waits = [True]

        def gated(work: Work) -> None:
            try:
                handler(work)
            finally:
                if waits:
                    waits.clear()
                    gate.wait(60)

        cause = house.service.store.identifiers.new()
        context = Context(
            actor="officer-9", programme=PROGRAMME, correlation=cause, causation=cause
        )
        try:
            house.service.transact(context, gated)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(handler,)) for handler in handlers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


def persons(house: House, *ids: str) -> set[str]:
    with house.service.database.reading() as connection:
        rows = [views.record(connection, one) for one in ids]
    return {row.person_id for row in rows if row is not None}


def test_two_put_together_from_either_side_are_one_person(busy: House) -> None:
    one, other = busy.person(reference="A"), busy.person(reference="B")
    assert at_once(busy, merge(one, other), merge(other, one)) == []
    assert len(persons(busy, one, other)) == 1


def test_a_chain_that_is_put_together_at_once_is_one_person(busy: House) -> None:
    a, b, c, d = (busy.person(reference=name) for name in "ABCD")
    assert at_once(busy, merge(a, b), merge(b, c), merge(c, d)) == []
    assert len(persons(busy, a, b, c, d)) == 1


def test_who_is_registered_while_their_person_is_put_together_goes_along(busy: House) -> None:
    one, other = busy.person(reference="A", jmbg=NUMBER), busy.person(reference="B")
    person = NewPerson(
        full_name="Mira Primer",
        birth_date="1990-01-01",
        sex="F",
        country="RS",
        municipality="Topola",
        jmbg=NUMBER,
        phone=None,
        declared_roma="declined",
        consented=False,
        reference="N",
    )
    register = lambda work: people.register(work, by="officer-9", person=person)  # noqa: E731
    assert at_once(busy, merge(one, other), register) == []
    with busy.service.database.reading() as connection:
        new = views.by_reference(connection, PROGRAMME, "N")
    assert new is not None
    assert len(persons(busy, one, other, new.registration_id)) == 1


def test_who_is_given_a_number_while_its_person_is_put_together_goes_along(busy: House) -> None:
    one, other = busy.person(reference="A", jmbg=NUMBER), busy.person(reference="B")
    third = busy.person(reference="C")
    identity = Identity(
        full_name="Mira Primer", birth_date="1990-01-01", sex="F", jmbg=NUMBER, reason="From card"
    )
    correct = lambda work: people.correct(  # noqa: E731
        work, by="officer-9", registration_id=third, identity=identity
    )
    assert at_once(busy, merge(one, other), correct) == []
    assert len(persons(busy, one, other, third)) == 1


def test_nobody_comes_to_live_in_two_households_at_once(busy: House) -> None:
    one, other = busy.person(reference="A"), busy.person(reference="B")
    home = NewHome(registration_id=one, address="Ulica 1")
    busy.act(lambda work: households.form(work, by="officer-1", home=home))
    second = NewHome(registration_id=other, address="Ulica 2")
    form = lambda work: households.form(work, by="officer-9", home=second)  # noqa: E731
    errors = at_once(busy, merge(one, other), form)
    assert [type(error) for error in errors] == [Refused]
    with busy.service.database.reading() as connection:
        found = homes.households_of(connection, (one, other))
    assert len(found) == (1 if len(persons(busy, one, other)) == 1 else 2)
