"""What a figure of a report or of a call's money is made of: records that add up to it exactly.

    behind(connection, "RS-2011", Asked(figure="disbursed", currency="RSD"))
        ->  Behind(lines=(Line(stream="payment/0192…", words="A0001-T1", amount=Money(…)), …))

Each line is a record with its own history. The lines come from the queries that the figures come
from, or, for a call's money, from the events of its budget one by one. No person is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, select

from services.grants.applications.views import APPLICATIONS
from services.grants.awards.views import AWARDS
from services.grants.calls.budget_moves import Move, moved_by
from services.grants.calls.views import BUDGETS, CALLS
from services.grants.ledger.views import DISBURSEMENTS, disbursement_rows
from services.grants.reports.indicators import STAGES, group_key, stage_rows
from services.grants.reports.money import MADE
from services.grants.visits.views import VISITS
from shared.clock import day_in
from shared.events.store import Store
from shared.language.formats import DEFAULT_ZONE
from shared.money import Money, total

LINES_MAX: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which figure. What a figure does not need is empty.

    figure: a stage, or a name of ``COUNTS``, ``SUMS`` or ``CALL_SUMS``.
    sex, country, municipality: of a stage, the group; ``by`` says by which of them.
    """

    figure: str
    currency: str = ""
    call_id: str = ""
    by: str = ""
    sex: str = ""
    country: str = ""
    municipality: str = ""
    month: int = 0


@dataclass(frozen=True, kw_only=True)
class Line:
    """A record behind a figure. ``stream``: whose history tells the rest; ``amount`` or ``count``.

    position: of the one event in grants' log that made it, where the line is an event.
    """

    stream: str
    words: str
    count: int = 1
    amount: Money | None = None
    on: date | None = None
    position: int | None = None


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The lines of a figure; exactly one of ``count`` and ``amount`` is the figure."""

    lines: tuple[Line, ...]
    count: int = 0
    amount: Money | None = None


def behind(connection: Connection, store: Store, programme: str, asked: Asked) -> Behind:
    """The records behind a figure. Raises KeyError for one that there is not."""
    if asked.figure in STAGES:
        return _counted(_persons(connection, programme, asked))
    if asked.figure in COUNTS:
        return _counted(COUNTS[asked.figure](connection, programme, asked))
    if asked.figure in SUMS:
        return _summed(SUMS[asked.figure](connection, programme, asked), asked.currency)
    part = CALL_SUMS[asked.figure]
    return _summed(_budget(connection, store, programme, asked, part), asked.currency)


def _counted(lines: list[Line]) -> Behind:
    return Behind(lines=tuple(lines), count=sum(line.count for line in lines))


def _summed(lines: list[Line], currency: str) -> Behind:
    amounts = [line.amount for line in lines if line.amount is not None]
    return Behind(lines=tuple(lines), amount=total(amounts, currency=currency))


def _persons(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    """Each person once, by the registration that came first."""
    wanted = {
        "sex": (asked.sex,),
        "place": (asked.country, asked.municipality),
    }.get(asked.by)
    found: dict[str, str] = {}
    for row in stage_rows(connection, programme)[asked.figure]:
        if wanted is None or group_key(asked.by, row) == wanted:
            one = found.setdefault(row.person_id, row.registration_id)
            found[row.person_id] = min(one, row.registration_id)
    return [
        Line(stream=f"registration/{registration}", words=registration)
        for registration in sorted(found.values())
    ]


def _applications(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    rows = APPLICATIONS.c
    query = select(rows.application_id, rows.application_no, rows.decided_on)
    query = query.where(rows.programme == programme).order_by(rows.application_no)
    if asked.figure == "approved":
        query = query.where(rows.state == "approved")
    return [
        Line(
            stream=f"application/{row.application_id}",
            words=row.application_no,
            on=row.decided_on,
        )
        for row in connection.execute(query)
    ]


def _tranches(connection: Connection, programme: str, _asked: Asked) -> list[Line]:
    rows = DISBURSEMENTS.c
    signed = func.sum(case((rows.kind == "paid", rows.amount_minor), else_=-rows.amount_minor))
    query = (
        select(
            rows.award_id,
            rows.application_no,
            rows.tranche,
            func.max(rows.booked_on).label("booked_on"),
        )
        .where(rows.programme == programme)
        .group_by(rows.award_id, rows.application_no, rows.tranche)
        .having(signed > 0)
        .order_by(rows.application_no, rows.tranche)
    )
    return [
        Line(
            stream=f"award/{row.award_id}",
            words=f"{row.application_no} / {row.tranche}",
            on=row.booked_on,
        )
        for row in connection.execute(query)
    ]


def _visits(connection: Connection, programme: str, _asked: Asked) -> list[Line]:
    return [_visit(row) for row in _made(connection, programme)]


def _jobs(connection: Connection, programme: str, _asked: Asked) -> list[Line]:
    """The last visit of each business, with how many work there."""
    return [
        Line(
            stream=f"visit/{row.visit_id}",
            words=row.application_no,
            on=row.occurred_on,
            count=row.jobs or 0,
        )
        for row in stage_rows(connection, programme)["visited"]
        if row.jobs
    ]


def _alive(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    """One visit of each business in the month; of several the last."""
    found = {
        row.award_id: _visit(row)
        for row in _made(connection, programme, month=asked.month)
        if asked.figure == "alive_visited" or row.outcome == "trading"
    }
    return list(found.values())


def _made(connection: Connection, programme: str, month: int = 0) -> list[Row[Any]]:
    rows = VISITS.c
    query = (
        select(
            rows.visit_id, rows.award_id, rows.outcome, rows.occurred_on, AWARDS.c.application_no
        )
        .outerjoin(AWARDS, AWARDS.c.award_id == rows.award_id)
        .where(rows.programme == programme, rows.status.in_(MADE))
        .order_by(rows.occurred_on, rows.visit_id)
    )
    return list(connection.execute(query.where(rows.month == month) if month else query))


def _visit(row: Row[Any]) -> Line:
    return Line(stream=f"visit/{row.visit_id}", words=row.application_no or "", on=row.occurred_on)


def _budgets(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    rows = BUDGETS.c
    query = (
        select(rows.call_id, rows.budget_minor, CALLS.c.code)
        .outerjoin(CALLS, CALLS.c.call_id == rows.call_id)
        .where(rows.programme == programme, rows.currency == asked.currency)
        .order_by(CALLS.c.code)
    )
    return [
        Line(
            stream=f"budget/{row.call_id}",
            words=row.code or row.call_id,
            amount=Money(row.budget_minor, asked.currency),
        )
        for row in connection.execute(query)
    ]


def _approved(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    rows = APPLICATIONS.c
    query = (
        select(rows.application_id, rows.application_no, rows.approved_minor, rows.decided_on)
        .join(CALLS, CALLS.c.call_id == rows.call_id)
        .where(
            rows.programme == programme,
            CALLS.c.currency == asked.currency,
            rows.approved_minor != 0,
        )
        .order_by(rows.application_no)
    )
    return [
        Line(
            stream=f"application/{row.application_id}",
            words=row.application_no,
            amount=Money(row.approved_minor, asked.currency),
            on=row.decided_on,
        )
        for row in connection.execute(query)
    ]


def _disbursed(connection: Connection, programme: str, asked: Asked) -> list[Line]:
    """What the bank paid, and against it what came back; for ``returned`` and ``call_back`` that

    alone, as it is counted there.
    """
    kinds, sign = _MOVEMENTS[asked.figure]
    found = disbursement_rows(
        connection,
        programme,
        limit=LINES_MAX,
        currency=asked.currency,
        call_id=asked.call_id or None,
    )
    return [
        Line(
            stream=f"payment/{row.payment_id}",
            words=row.end_to_end_id,
            on=row.booked_on,
            amount=Money(
                row.amount_minor if row.kind == "paid" else sign * row.amount_minor, asked.currency
            ),
        )
        for row in found
        if row.kind in kinds
    ]


def _budget(
    connection: Connection, store: Store, programme: str, asked: Asked, part: str
) -> list[Line]:
    """The events of the call's budget that moved one part of it, each with what it moved."""
    budget = connection.execute(
        select(BUDGETS.c.call_id).where(
            BUDGETS.c.call_id == asked.call_id, BUDGETS.c.programme == programme
        )
    ).first()
    if budget is None:
        return []
    moves = moved_by(connection, store, asked.call_id)
    rows = connection.execute(
        select(APPLICATIONS.c.application_id, APPLICATIONS.c.application_no).where(
            APPLICATIONS.c.call_id == asked.call_id
        )
    )
    numbers = {row.application_id: row.application_no for row in rows}
    return [
        Line(
            stream=f"application/{move.application_id}"
            if move.application_id
            else f"budget/{asked.call_id}",
            words=numbers.get(move.application_id or "", ""),
            amount=amount,
            on=day_in(move.at, DEFAULT_ZONE),
            position=move.position,
        )
        for move in moves
        if (amount := _part(move, part)).minor
    ]


def _part(move: Move, part: str) -> Money:
    amount: Money = getattr(move, part)
    return amount


_MOVEMENTS: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "disbursed": (("paid", "returned", "reversed"), -1),
    "returned": (("returned",), 1),
    "call_paid": (("paid",), 1),
    "call_back": (("returned", "reversed"), 1),
}
Make = Callable[[Connection, str, Asked], list[Line]]
COUNTS: Final[dict[str, Make]] = {
    "applications": _applications,
    "approved": _applications,
    "tranches_paid": _tranches,
    "visits": _visits,
    "jobs": _jobs,
    "alive_visited": _alive,
    "alive_working": _alive,
}
SUMS: Final[dict[str, Make]] = {
    "budgets": _budgets,
    "approved_amount": _approved,
    **dict.fromkeys(_MOVEMENTS, _disbursed),
}
CALL_SUMS: Final = {
    "call_budget": "budget",
    "call_available": "available",
    "call_committed": "committed",
    "call_obligated": "obligated",
    "call_spent": "spent",
}
FIGURES: Final = frozenset({*STAGES, *COUNTS, *SUMS, *CALL_SUMS})
