"""People by what they have in common, in an order that is chosen; every question has an index.

    chosen = Chosen(municipality="Topola", sex="F", age="18", sort="born")
    people(connection, reach, chosen, today=day, after=None, limit=51)

A page of the list ends at a registration's id: no name and no birth date stands in a cursor, since
cursors stand in addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, not_, or_, select

from services.trainings.dashboards.counting import AGE_BANDS
from services.trainings.people.finding import BY_NAME
from services.trainings.people.papers_views import MISSING_PAPERS
from services.trainings.reach import Reach
from services.trainings.tables import COHORTS, MEMBERS, REGISTRATIONS

COUNTED_MAX: Final = 10_000
MUNICIPALITIES_MAX: Final = 500
COHORTS_MAX: Final = 200

_R = REGISTRATIONS.c
SORTS: Final[dict[str, tuple[ColumnElement[Any], bool]]] = {
    "name": (BY_NAME, False),
    "born": (func.coalesce(_R.birth_date, ""), False),
    "registered": (_R.registered_at, True),
    "municipality": (_R.municipality, False),
}
"""Sort → the column, and whether the greatest stands first."""

WITHOUT: Final = ("number", "papers", "phone")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What people have in common; empty means any. ``age``: the first year of an age band.

    without: what they have not got: a national number, all papers, a phone.
    """

    state: str = ""
    municipality: str = ""
    sex: str = ""
    age: str = ""
    cohort: str = ""
    without: str = ""
    sort: str = "name"


def people(
    connection: Connection,
    reach: Reach,
    chosen: Chosen,
    *,
    today: date,
    after: str | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Registrations in their order, from behind the registration ``after``."""
    column, descending = SORTS[chosen.sort]
    query = select(REGISTRATIONS).where(_which(reach, chosen, today))
    if after is not None:
        last = select(column).where(_R.registration_id == after)
        value = connection.execute(last).scalar()
        further = column < value if descending else column > value
        query = query.where(or_(further, and_(column == value, _R.registration_id > after)))
    order = column.desc() if descending else column
    return connection.execute(query.order_by(order, _R.registration_id).limit(limit)).all()


def count(connection: Connection, reach: Reach, chosen: Chosen, *, today: date) -> int:
    """How many there are; ``COUNTED_MAX`` stands for that many or more."""
    some = select(_R.registration_id).where(_which(reach, chosen, today)).limit(COUNTED_MAX)
    return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def municipalities(connection: Connection, reach: Reach) -> list[str]:
    """Where people of the programmes in reach live, by name."""
    query = select(_R.municipality).where(reach.registrations()).distinct()
    found = connection.execute(query.order_by(_R.municipality).limit(MUNICIPALITIES_MAX))
    return [str(name) for name in found.scalars()]


def cohorts(connection: Connection, reach: Reach) -> Sequence[Row[Any]]:
    """Cohorts to choose from, the newest first."""
    query: Select[Any] = select(COHORTS.c.cohort_id, COHORTS.c.reference, COHORTS.c.course_title)
    query = query.where(reach.cohorts()).order_by(COHORTS.c.cohort_id.desc())
    return connection.execute(query.limit(COHORTS_MAX)).all()


def _which(reach: Reach, chosen: Chosen, today: date) -> ColumnElement[bool]:
    found = [reach.registrations()]
    if chosen.state:
        found.append(_R.state == chosen.state)
    if chosen.municipality:
        found.append(_R.municipality == chosen.municipality)
    if chosen.sex:
        found.append(_R.sex == chosen.sex)
    if chosen.age:
        found.append(_of_age(chosen.age, today))
    if chosen.cohort:
        inside = select(MEMBERS.c.registration_id).where(
            MEMBERS.c.cohort_id == chosen.cohort, MEMBERS.c.left_on.is_(None)
        )
        found.append(_R.registration_id.in_(inside))
    if chosen.without == "number":
        found.append(not_(_R.has_number))
    elif chosen.without == "papers":
        found.append(_R.registration_id.in_(select(MISSING_PAPERS.c.registration_id)))
    elif chosen.without == "phone":
        found.append(_R.phone.is_(None))
    return and_(*found)


def _of_age(first: str, today: date) -> ColumnElement[bool]:
    """Born so that they are of the band today; ISO days compare as texts do."""
    low, high = next(band for band in AGE_BANDS if str(band[0]) == first)
    latest, before = f"{today.year - low:04}", f"{today.year - high - 1:04}"
    day = today.isoformat()[4:]
    return and_(_R.birth_date <= latest + day, _R.birth_date > before + day)
