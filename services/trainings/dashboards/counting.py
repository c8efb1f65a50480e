"""How many people came to courses, stayed and were certified; each counted once.

    found = dashboard(connection, reach, Choice(programme="RS-2026", kind="business"))
    found.persons        ->  (412, 409, 400): enrolled, attended, certified
    found.by_place[0]    ->  Group(key=("BA", "Tuzla"), persons=(61, 60, 58))

The stages follow each other: who is certified also attended, who attended was enrolled. Somebody
registered in two municipalities counts in both and once in the whole. Age is in full years on the
day of the cohort's first session. Source: domain, *Indicators*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select

from services.trainings.reach import Reach
from services.trainings.tables import (
    CERTIFICATES,
    COHORTS,
    MARKS,
    MEMBERS,
    REGISTRATIONS,
    SESSIONS,
)
from shared.suppression import suppressed

STAGES: Final = ("enrolled", "attended", "certified")

CELL_MIN: Final = 5
"""Smaller cells are left out for donors. Source: domain, *Indicators*."""

AGE_BANDS: Final = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 150))
"""First and last year of each band."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is counted. ``kind``: of the course; ``year``: of the cohort's first session."""

    programme: str
    kind: str = ""
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """The stages of one group; None is a cell that is left out.

    key: country and municipality, or a sex, or the first year of an age band, or a year, or a kind
    of course. Empty where that is not known.
    """

    key: tuple[str, ...]
    persons: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Everything that the page shows, in the order of ``STAGES``."""

    persons: tuple[int | None, ...]
    by_place: tuple[Group, ...]
    by_sex: tuple[Group, ...]
    by_age: tuple[Group, ...]
    by_year: tuple[Group, ...]
    by_kind: tuple[Group, ...]
    suppressed: bool = False


def dashboard(connection: Connection, reach: Reach, choice: Choice) -> Dashboard:
    """The figures of a programme's cohorts in reach."""
    whole = _Counter()
    by_place, by_sex, by_age, by_year, by_kind = (_Counter() for _ in range(5))
    for row in connection.execute(_taking_part(reach, choice)):
        stages = _stages(row)
        whole.count((), row.person_id, stages)
        by_place.count((row.country, row.municipality), row.person_id, stages)
        by_sex.count((row.sex,), row.person_id, stages)
        by_age.count((age_band(row.birth_date, row.first_on),), row.person_id, stages)
        year = "" if row.first_on is None else str(row.first_on.year)
        by_year.count((year,), row.person_id, stages)
        by_kind.count((row.kind,), row.person_id, stages)
    total = next(iter(whole.groups()), Group(key=(), persons=(0, 0, 0)))
    return Dashboard(
        persons=total.persons,
        by_place=by_place.groups(),
        by_sex=by_sex.groups(),
        by_age=by_age.groups(),
        by_year=by_year.groups(),
        by_kind=by_kind.groups(),
    )


def for_donor(found: Dashboard) -> Dashboard:
    """Without cells under five, nor those that would reveal them.

    It must be of everything: figures of a part, one after the other, could be subtracted.
    """
    listed = (found.by_place, found.by_sex, found.by_age, found.by_year, found.by_kind)
    tables = [[[cell or 0 for cell in group.persons] for group in groups] for groups in listed]
    cut = suppressed(tables, [total or 0 for total in found.persons], least=CELL_MIN)
    by_place, by_sex, by_age, by_year, by_kind = (
        tuple(replace(group, persons=row) for group, row in zip(groups, rows, strict=True))
        for groups, rows in zip(listed, cut.tables, strict=True)
    )
    return Dashboard(
        persons=cut.totals,
        by_place=by_place,
        by_sex=by_sex,
        by_age=by_age,
        by_year=by_year,
        by_kind=by_kind,
        suppressed=True,
    )


def age_band(birth_date: str | None, on: date | None) -> str:
    """The first year of the band of who was born then, on a day; empty where one is not known.

    >>> age_band("1990-11-27", date(2026, 11, 26))
    '35'
    """
    try:
        born = None if birth_date is None else date.fromisoformat(birth_date)
    except ValueError:
        born = None
    if born is None or on is None:
        return ""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((str(first) for first, last in AGE_BANDS if first <= age <= last), "")


def years(connection: Connection, reach: Reach, programme: str) -> list[int]:
    """The years in which cohorts in reach began, the newest first."""
    query = select(_first_on()).where(COHORTS.c.programme == programme, reach.cohorts())
    days: Iterable[date | None] = connection.execute(query).scalars()
    return sorted({day.year for day in days if day is not None}, reverse=True)


def kinds(connection: Connection, reach: Reach, programme: str) -> list[str]:
    """The kinds of the courses that were run."""
    query = select(COHORTS.c.kind).where(COHORTS.c.programme == programme, reach.cohorts())
    return sorted(connection.execute(query.distinct()).scalars())


def programmes(connection: Connection, reach: Reach) -> list[str]:
    """The programmes that have cohorts in reach."""
    query = select(COHORTS.c.programme).where(reach.cohorts()).distinct()
    return sorted(connection.execute(query).scalars())


class _Counter:
    """Persons by group and stage."""

    def __init__(self) -> None:
        self._persons: dict[tuple[str, ...], tuple[set[str], ...]] = {}

    def count(self, key: tuple[str, ...], person_id: str, stages: int) -> None:
        """Note that a person came through so many stages."""
        sets = self._persons.setdefault(key, tuple(set() for _ in STAGES))
        for persons in sets[:stages]:
            persons.add(person_id)

    def groups(self) -> tuple[Group, ...]:
        return tuple(
            Group(key=key, persons=tuple(len(persons) for persons in sets))
            for key, sets in sorted(self._persons.items())
        )


def _stages(row: Row[Any]) -> int:
    if row.certified:
        return 3
    return 2 if row.attended else 1


def _taking_part(reach: Reach, choice: Choice) -> Any:
    """One row for each registration in each cohort: whose, where, and how far it came."""
    conditions: list[ColumnElement[bool]] = [
        COHORTS.c.programme == choice.programme,
        reach.cohorts(),
    ]
    if choice.kind:
        conditions.append(COHORTS.c.kind == choice.kind)
    first_on = _first_on()
    if choice.year is not None:
        conditions.append(first_on.between(date(choice.year, 1, 1), date(choice.year, 12, 31)))
    here = and_(
        MARKS.c.cohort_id == MEMBERS.c.cohort_id,
        MARKS.c.registration_id == MEMBERS.c.registration_id,
    )
    standing = and_(
        CERTIFICATES.c.cohort_id == MEMBERS.c.cohort_id,
        CERTIFICATES.c.registration_id == MEMBERS.c.registration_id,
        CERTIFICATES.c.state != "revoked",
    )
    whose = REGISTRATIONS.c
    return (
        select(
            *(whose.person_id, whose.sex, whose.country, whose.municipality, whose.birth_date),
            COHORTS.c.kind,
            first_on.label("first_on"),
            exists().where(here, MARKS.c.attended_minutes > 0).label("attended"),
            exists().where(standing).label("certified"),
        )
        .select_from(MEMBERS)
        .join(COHORTS, COHORTS.c.cohort_id == MEMBERS.c.cohort_id)
        .join(REGISTRATIONS, whose.registration_id == MEMBERS.c.registration_id)
        .where(*conditions)
    )


def _first_on() -> Any:
    return (
        select(func.min(SESSIONS.c.held_on))
        .where(SESSIONS.c.cohort_id == COHORTS.c.cohort_id)
        .correlate(COHORTS)
        .scalar_subquery()
    )
