"""What is read about outreach: lists, one activity, and its sums for reports.

sums(connection, reach, Search(programme="RS-2026", year=2026))["advocacy"]
    ->  Sum(activities=4, people=63, women=40, institutions=7)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from services.trainings.outreach.tables import ACTIVITIES, PARTNERS
from services.trainings.reach import Reach


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which activities. ``partner``: a kind of institution that took part."""

    programme: str = ""
    kind: str = ""
    partner: str = ""
    year: int | None = None
    follow_up_by: date | None = None

    def conditions(self, reach: Reach) -> list[ColumnElement[bool]]:
        """On the rows in reach."""
        row = ACTIVITIES.c
        found = [reach.programmes(row.programme)]
        if self.programme:
            found.append(row.programme == self.programme)
        if self.kind:
            found.append(row.kind == self.kind)
        if self.partner:
            with_them = select(PARTNERS.c.activity_id).where(PARTNERS.c.kind == self.partner)
            found.append(row.activity_id.in_(with_them))
        if self.year is not None:
            found.append(row.held_on.between(date(self.year, 1, 1), date(self.year, 12, 31)))
        if self.follow_up_by is not None:
            found.append(row.follow_up_on <= self.follow_up_by)
        return found


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Activities of one kind. ``people``: each time somebody took part; ``institutions``: names."""

    activities: int
    people: int
    women: int
    institutions: int

    def is_small(self, least: int) -> bool:
        """Whether people, women or the others are some, but fewer than ``least``."""
        return any(
            0 < count < least for count in (self.people, self.women, self.people - self.women)
        )


def activities(
    connection: Connection,
    reach: Reach,
    search: Search,
    *,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Activities, the latest first. ``after``: (ISO day, id) of the last one seen."""
    row = ACTIVITIES.c
    query = select(ACTIVITIES).where(*search.conditions(reach))
    if after is not None:
        day, last = date.fromisoformat(after[0]), after[1]
        query = query.where(or_(row.held_on < day, (row.held_on == day) & (row.activity_id < last)))
    query = query.order_by(row.held_on.desc(), row.activity_id.desc())
    return connection.execute(query.limit(limit)).all()


def count(connection: Connection, reach: Reach, search: Search) -> int:
    """How many of them count."""
    query = select(func.count()).select_from(ACTIVITIES)
    query = query.where(*search.conditions(reach), ACTIVITIES.c.withdrawn.is_(False))
    return connection.execute(query).scalar_one()


def activity(connection: Connection, reach: Reach, activity_id: str) -> Row[Any] | None:
    """One activity in reach."""
    query = select(ACTIVITIES).where(
        ACTIVITIES.c.activity_id == activity_id, reach.programmes(ACTIVITIES.c.programme)
    )
    return connection.execute(query).first()


def partners(connection: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The institutions of each of these activities, in their order."""
    query = select(PARTNERS).where(PARTNERS.c.activity_id.in_(list(ids)))
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query.order_by(PARTNERS.c.activity_id, PARTNERS.c.place)):
        found.setdefault(row.activity_id, []).append(row)
    return found


def sums(connection: Connection, reach: Reach, search: Search) -> dict[str, Sum]:
    """What counts, by kind of activity; kinds of which there is none are left out."""
    row = ACTIVITIES.c
    where = (*search.conditions(reach), row.withdrawn.is_(False))
    people = row.women + row.men + row.not_known
    counted = connection.execute(
        select(
            row.kind,
            func.count().label("activities"),
            func.sum(people).label("people"),
            func.sum(row.women).label("women"),
        )
        .where(*where)
        .group_by(row.kind)
    ).all()
    named = connection.execute(
        select(row.kind, func.count(PARTNERS.c.name.distinct()).label("institutions"))
        .join(PARTNERS, PARTNERS.c.activity_id == row.activity_id)
        .where(*where)
        .group_by(row.kind)
    ).all()
    institutions = {one.kind: one.institutions for one in named}
    return {
        one.kind: Sum(
            activities=one.activities,
            people=int(one.people),
            women=int(one.women),
            institutions=institutions.get(one.kind, 0),
        )
        for one in counted
    }


def due(connection: Connection, today: date) -> Sequence[Row[Any]]:
    """Activities of which something was to follow by today, and nobody was told yet."""
    row = ACTIVITIES.c
    query: Select[Any] = select(row.activity_id, row.programme, row.country).where(
        row.follow_up_on <= today, row.reminded.is_(False)
    )
    return connection.execute(query.order_by(row.activity_id)).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row.held_on.isoformat(), row.activity_id
