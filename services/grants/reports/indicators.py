"""What was achieved, counted once a person, by sex and by place; no person is named.

    found = indicators(connection, "RS-BA-2009")
    found.stages[0]             ->  Stage(code="certified", persons=400)
    for_donor(found).by_sex     ->  the same with small cells left out

The stages follow each other: certified, granted, paid, visited, working. A person with two
registrations counts once in the whole and once in each group that they belong to. Figures are those
of the command line's report. Source: domain, "Indicators".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, Select, case, func, select

from services.grants.applications.views import APPLICATIONS, application_figures
from services.grants.awards.views import AWARDS
from services.grants.calls.views import BUDGETS
from services.grants.foreign import CERTIFICATES, REGISTRATIONS
from services.grants.ledger.views import DISBURSEMENTS
from services.grants.reports.money import MADE, money_figures
from services.grants.visits.views import VISITS
from shared.money import Money
from shared.suppression import suppressed

STAGES: Final = ("certified", "granted", "paid", "visited", "working")
"""Persons with a certificate that stands, an approved application, money that did not come back, a
visit that was made, a business that worked at the last visit."""

CELL_MIN: Final = 5
"""Smaller cells are left out for donors. Source: domain, "Indicators"."""

MONTHS: Final = (6, 12)

Persons: TypeAlias = dict[str, set[str]]


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Where the money of one currency is, over all calls."""

    budget: Money
    approved: Money
    disbursed: Money
    returned: Money


@dataclass(frozen=True, kw_only=True)
class Stage:
    """How many persons got so far."""

    code: str
    persons: int | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """The same stages of one group; None is a cell that is left out.

    key: a sex, or a country and a municipality.
    """

    key: tuple[str, ...]
    persons: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Alive:
    """Of the businesses visited so many months after the handover, how many worked."""

    month: int
    visited: int | None
    working: int | None


@dataclass(frozen=True, kw_only=True)
class Indicators:
    """Everything that the report says; None is left out. ``jobs``: at the last visit of each."""

    programme: str
    amounts: tuple[Amounts, ...]
    applications: int | None
    approved: int | None
    tranches_paid: int | None
    visits: int | None
    jobs: int | None
    stages: tuple[Stage, ...]
    alive: tuple[Alive, ...]
    by_sex: tuple[Group, ...]
    by_place: tuple[Group, ...]
    suppressed: bool = False


def indicators(connection: Connection, programme: str) -> Indicators:
    """The indicators of a programme, of all its time."""
    applied = application_figures(connection, programme)
    money = money_figures(connection, programme)
    rows = stage_rows(connection, programme)
    return Indicators(
        programme=programme,
        amounts=_amounts(connection, programme, applied["approved_minor"], money),
        applications=applied["applications"],
        approved=applied["outcomes"]["approved"],
        tranches_paid=money["tranches_paid"],
        visits=money["visits"],
        jobs=sum(row.jobs or 0 for row in rows["visited"]),
        stages=tuple(
            Stage(code=code, persons=len({row.person_id for row in rows[code]})) for code in STAGES
        ),
        alive=tuple(
            Alive(
                month=month,
                visited=_visited(connection, programme, month),
                working=_visited(connection, programme, month, "trading"),
            )
            for month in MONTHS
        ),
        by_sex=_groups(rows, "sex"),
        by_place=_groups(rows, "place"),
    )


def stage_rows(connection: Connection, programme: str) -> dict[str, list[Row[Any]]]:
    """Stage → rows of registration_id, person_id, sex, country, municipality; of what was visited

    also visit_id, application_no, occurred_on, outcome and jobs. A person may be in several.
    """
    last = _last_visits(connection, programme)
    return {
        "certified": _rows(connection, _certified(programme)),
        "granted": _rows(connection, _granted(programme)),
        "paid": _rows(connection, _paid(programme)),
        "visited": last,
        "working": [row for row in last if row.outcome == "trading"],
    }


def group_key(by: str, row: Row[Any]) -> tuple[str, ...]:
    """The group that a row belongs to, by ``sex`` or by ``place``."""
    if by == "sex":
        return ((row.sex or "").lower(),)
    return (row.country or "", row.municipality or "")


def for_donor(found: Indicators) -> Indicators:
    """Without cells under five, nor those that would reveal them."""
    groups = (found.by_sex, found.by_place)
    totals = [stage.persons or 0 for stage in found.stages]
    tables = [[[cell or 0 for cell in group.persons] for group in listed] for listed in groups]
    cut = suppressed(tables, totals, least=CELL_MIN)
    by_sex, by_place = (
        tuple(replace(group, persons=row) for group, row in zip(listed, rows, strict=True))
        for listed, rows in zip(groups, cut.tables, strict=True)
    )
    return replace(
        found,
        applications=_large(found.applications),
        approved=_large(found.approved),
        tranches_paid=_large(found.tranches_paid),
        visits=_large(found.visits),
        jobs=_large(found.jobs),
        stages=tuple(
            replace(stage, persons=total)
            for stage, total in zip(found.stages, cut.totals, strict=True)
        ),
        alive=tuple(
            replace(one, visited=_large(one.visited), working=_large(one.working))
            for one in found.alive
        ),
        by_sex=by_sex,
        by_place=by_place,
        suppressed=True,
    )


def _large(count: int | None) -> int | None:
    return None if count and count < CELL_MIN else count


def _groups(rows: dict[str, list[Row[Any]]], by: str) -> tuple[Group, ...]:
    found: dict[tuple[str, ...], Persons] = {}
    for code, listed in rows.items():
        for row in listed:
            persons = found.setdefault(group_key(by, row), {one: set() for one in STAGES})
            persons[code].add(row.person_id)
    return tuple(
        Group(key=key, persons=tuple(len(found[key][code]) for code in STAGES))
        for key in sorted(found)
    )


def _amounts(
    connection: Connection, programme: str, approved: dict[str, int], money: Any
) -> tuple[Amounts, ...]:
    sums = connection.execute(
        select(BUDGETS.c.currency, func.sum(BUDGETS.c.budget_minor).label("budget_minor"))
        .where(BUDGETS.c.programme == programme)
        .group_by(BUDGETS.c.currency)
    )
    budgets = {row.currency: int(row.budget_minor) for row in sums}
    disbursed, returned = money["disbursed_net_minor"], money["returned_minor"]
    return tuple(
        Amounts(
            budget=Money(budgets.get(currency, 0), currency),
            approved=Money(approved.get(currency, 0), currency),
            disbursed=Money(disbursed.get(currency, 0), currency),
            returned=Money(returned.get(currency, 0), currency),
        )
        for currency in sorted({*budgets, *approved, *disbursed})
    )


def _rows(connection: Connection, query: Select[Any]) -> list[Row[Any]]:
    return list(connection.execute(query))


def _whose() -> tuple[Any, ...]:
    row = REGISTRATIONS.c
    return row.registration_id, row.person_id, row.sex, row.country, row.municipality


def _certified(programme: str) -> Select[Any]:
    return (
        select(*_whose())
        .join(CERTIFICATES, CERTIFICATES.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(
            CERTIFICATES.c.programme == programme,
            CERTIFICATES.c.revoked_on.is_(None),
            # Who was certified elsewhere was not certified by the programme.
            CERTIFICATES.c.recognised_from.is_(None),
        )
        .distinct()
    )


def _granted(programme: str) -> Select[Any]:
    return (
        select(*_whose())
        .join(APPLICATIONS, APPLICATIONS.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(APPLICATIONS.c.programme == programme, APPLICATIONS.c.state == "approved")
        .distinct()
    )


def _paid(programme: str) -> Select[Any]:
    rows = DISBURSEMENTS.c
    signed = func.sum(case((rows.kind == "paid", rows.amount_minor), else_=-rows.amount_minor))
    net = (
        select(rows.award_id)
        .where(rows.programme == programme)
        .group_by(rows.award_id)
        .having(signed > 0)
        .subquery()
    )
    return (
        select(*_whose())
        .join(AWARDS, AWARDS.c.registration_id == REGISTRATIONS.c.registration_id)
        .join(net, net.c.award_id == AWARDS.c.award_id)
        .distinct()
    )


def _last_visits(connection: Connection, programme: str) -> list[Row[Any]]:
    """The last visit made of each award, with whose it is."""
    rows: Iterable[Any] = connection.execute(
        select(
            *_whose(),
            *(VISITS.c.award_id, VISITS.c.visit_id, VISITS.c.occurred_on),
            *(VISITS.c.outcome, VISITS.c.jobs, AWARDS.c.application_no),
        )
        .join(AWARDS, AWARDS.c.award_id == VISITS.c.award_id)
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == AWARDS.c.registration_id)
        .where(VISITS.c.programme == programme, VISITS.c.status.in_(MADE))
        .order_by(VISITS.c.award_id, VISITS.c.occurred_on, VISITS.c.month, VISITS.c.visit_id)
    )
    # A later row of the same award takes the place of the one before.
    return list({row.award_id: row for row in rows}.values())


def _visited(connection: Connection, programme: str, month: int, outcome: str | None = None) -> int:
    query = select(func.count(VISITS.c.award_id.distinct())).where(
        VISITS.c.programme == programme, VISITS.c.status.in_(MADE), VISITS.c.month == month
    )
    if outcome is not None:
        query = query.where(VISITS.c.outcome == outcome)
    return connection.execute(query).scalar_one()
