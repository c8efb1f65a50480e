"""What the routes of households do, for the JSON interface and the pages alike.

row = found("0192…", READ)
shown(row)      ->  {"reference": "H-…", "members": […], "others": 0, …}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import identifier, not_found, reach, record_reading
from services.trainings.households import handling, views
from services.trainings.households.household import HOUSEHOLD
from services.trainings.people import views as people
from services.trainings.people.acting import found as found_person
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, actor, receipt, service

READ: Final = "trainings.people.read"
WRITE: Final = "trainings.people.write"

Perform = Callable[[str, Callable[[Work], Answer]], Response]
"""``perform`` for the interface, ``perform_page`` for pages."""


def found(household_id: str, permission: str) -> Row[Any]:
    """A household that the one who asks may see, and do this with; else Missing, Forbidden."""
    identifier(household_id)
    with service().database.reading() as connection:
        row = views.household(connection, reach(READ), household_id)
    if row is None:
        raise not_found()
    ensure(permission, row.programme)
    return row


def members(row: Row[Any]) -> Sequence[Row[Any]]:
    """Who lives and lived there, of those whom the one who asks may see; that is on record."""
    with service().database.reading() as connection:
        rows = views.members(connection, reach(READ), row.household_id)
    record_reading([row.programme], what="household", subject=f"household/{row.household_id}")
    return rows


def others(row: Row[Any], seen: Sequence[Row[Any]]) -> int:
    """How many more live there than are seen."""
    with service().database.reading() as connection:
        every = views.living(connection, row.household_id)
    return len(every) - sum(one.left_on is None for one in seen)


def address_of(seen: Sequence[Row[Any]]) -> str | None:
    """Where they live, by the copy of anybody who still lives there."""
    return next((one.address for one in seen if one.left_on is None and one.address), None)


def shown(row: Row[Any]) -> dict[str, Any]:
    """A household as the JSON interface shows it to the one who asks."""
    seen = members(row)
    ids = {one.registration_id for one in seen}
    return {
        **row._asdict(),
        "head_id": row.head_id if row.head_id in ids else None,
        "address": address_of(seen),
        "members": [one._asdict() for one in seen],
        "others": others(row, seen),
    }


def form(perform: Perform, given: dict[str, Any], *, location: str) -> Response:
    """Write a household down with its first member, in that person's programme."""
    person = found_person(given["registration_id"], WRITE)
    by = actor()

    def handler(work: Work) -> Answer:
        household_id = handling.form(work, by=by, home=handling.NewHome(**given))
        return receipt(
            work, HOUSEHOLD, household_id, status=201, location=f"{location}/{household_id}"
        )

    return perform(person.programme, handler)


def change(
    perform: Perform,
    row: Row[Any],
    version: int,
    act: Callable[[Work, str], None],
    *,
    location: str | None = None,
) -> Response:
    """A command on a household, at the version that was seen."""
    by = actor()

    def handler(work: Work) -> Answer:
        work.expect(HOUSEHOLD, row.household_id, version)
        act(work, by)
        return receipt(work, HOUSEHOLD, row.household_id, location=location)

    return perform(row.programme, handler)


def person_in(registration_id: str, row: Row[Any]) -> Row[Any]:
    """Somebody who may be put into a household: of the same programme. Raises Missing."""
    person = found_person(registration_id, WRITE)
    if person.programme != row.programme:
        raise not_found()
    return person


def by_reference(reference: str, row: Row[Any]) -> Row[Any]:
    """Somebody by the reference that was typed. Raises Invalid."""
    with service().database.reading() as connection:
        person = people.by_reference(connection, row.programme, reference) if reference else None
    if person is None:
        raise Invalid("no-such-reference", N_("Nobody has this reference here."), field="reference")
    return person
