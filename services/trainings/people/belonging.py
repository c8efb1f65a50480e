"""Which registrations are one person's, for decisions that rest on it up to their commit.

    person_of_number(work, index)       ->  "p1": whose number it is; None: nobody's yet
    members(work, "p1")                 ->  ("r1", "r2"), each of them guarded

Rows tell where to look and streams what is so. Two who put people together, register or correct at
one moment meet at a registration that one of them writes and the other guards: the later one
decides again. Whoever was added meanwhile is found by the question, asked once more at the commit.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from services.trainings.households import views as households
from services.trainings.people import views
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.tables import REGISTRATIONS
from shared.errors import Refused
from shared.events.append import changed_meanwhile
from shared.events.work import Work
from shared.language.marking import N_

TWO_HOUSEHOLDS: Final = N_(
    "They live in two households, {one} and {other}. Nobody lives in two: note first in which of"
    " them the person lives no more."
)


def person_of_number(work: Work, index: str) -> str | None:
    """Whose registrations have the number of this keyed hash, up to the commit."""
    programme = work.context.programme
    before = views.holder_of_number(work.connection, programme, index)
    if before is None:
        return None
    state = work.guard(REGISTRATION, before[0])
    # Asked again now that it is guarded: what changes from here on is a conflict.
    holder = views.holder_of_number(work.connection, programme, index)
    if not isinstance(state, Held) or holder != (before[0], state.person_id):
        raise changed_meanwhile()
    return state.person_id


def members(work: Work, person_id: str) -> tuple[str, ...]:
    """A person's registrations, each guarded, by id."""
    found = work.ask(partial(_members, person_id=person_id))
    for one in found:
        state = work.guard(REGISTRATION, one)
        if not isinstance(state, Held) or state.person_id != person_id:
            raise changed_meanwhile()
    return found


def _members(connection: Connection, *, person_id: str) -> tuple[str, ...]:
    r = REGISTRATIONS.c
    query = select(r.registration_id).where(r.person_id == person_id).order_by(r.registration_id)
    return tuple(connection.execute(query).scalars())


def check_one_household(work: Work, some: Collection[str], others: Collection[str]) -> None:
    """Raise Refused where those who become one person live in two households."""
    question = partial(households.households_of, registration_ids=(*some, *others))
    homes = work.ask(question)
    if len(homes) > 1:
        one, other = homes[0][1], homes[1][1]
        raise Refused("two-households", TWO_HOUSEHOLDS, one=one, other=other)


def with_their_numbers(
    connection: Connection, leaving: Collection[str], person_id: str
) -> tuple[str, ...]:
    """Those who leave a person, and whoever belongs to it by a number that one of them has."""
    rows = views.registrations_of(connection, person_id)
    numbers = {
        (row.programme, row.number_index)
        for row in rows
        if row.registration_id in leaving and row.number_index is not None
    }
    return tuple(
        row.registration_id
        for row in rows
        if row.registration_id in leaving or (row.programme, row.number_index) in numbers
    )
