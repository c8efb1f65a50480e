"""Calls and their money, as lists, pages and rules ask for them.

    call(connection, call_id)["state"]            "open"
    terms(row).quorum                             3
    budget(connection, call_id)["available_minor"]

The terms are kept whole as JSON beside the columns that lists sort and filter by.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from services.grants.calls import budget_events, call_events
from services.grants.calls.budget import BUDGET
from services.grants.calls.call import CALL
from services.grants.calls.terms import Terms
from services.grants.tables import MOMENT, VIEWS, as_json
from shared.events.projection import Projecting, Projection, Recorded
from shared.money import Money

CALLS: Final = Table(
    "calls",
    VIEWS,
    Column("call_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("code", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("terms", Text, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("deadline", MOMENT, nullable=False),
    Column("last_moment", MOMENT, nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("ceiling_minor", BigInteger, nullable=False),
    Column("meeting_id", String(36)),
    Column("decided_on", Date),
    Column("reason", Text),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("calls_programme", "programme", "opens_on", "call_id"),
)

BUDGETS: Final = Table(
    "call_budgets",
    VIEWS,
    Column("call_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("budget_minor", BigInteger, nullable=False),
    Column("available_minor", BigInteger, nullable=False),
    Column("committed_minor", BigInteger, nullable=False),
    Column("obligated_minor", BigInteger, nullable=False),
    Column("spent_minor", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)


def project_call(at: Projecting, recorded: Recorded) -> None:
    """One event of a call."""
    key = {"call_id": recorded.identifier}
    values: dict[str, Any]
    match recorded.event:
        case call_events.Drafted() as event:
            values = {"code": event.code, "state": "draft", "imported": False}
            values |= _of_terms(event.title, event.terms)
        case call_events.Published() as event:
            values = {"code": event.code, "state": "published", "imported": event.imported}
            values |= _of_terms(event.title, event.terms)
        case call_events.Amended() as event:
            at.change(
                CALLS,
                key,
                **_of_terms(event.title, event.terms),
                version=recorded.version,
            )
            return
        case call_events.Opened():
            values = {"state": "open"}
        case call_events.Closed():
            values = {"state": "closed"}
        case call_events.Decided() as event:
            values = {
                "state": "decided",
                "decided_on": event.decided_on,
                "meeting_id": event.meeting_id,
            }
        case call_events.Archived():
            values = {"state": "archived"}
        case call_events.Cancelled() as event:
            values = {"state": "cancelled", "reason": event.reason}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    values |= {"programme": recorded.programme, "version": recorded.version}
    at.put(CALLS, key, **values)


def _of_terms(title: str, terms: Terms) -> dict[str, Any]:
    return {
        "title": title,
        "terms": as_json(terms),
        "opens_on": terms.opens_on,
        "deadline": terms.deadline,
        "last_moment": terms.last_moment(),
        "timezone": terms.timezone,
        "currency": terms.currency,
        "ceiling_minor": terms.ceiling.minor,
    }


def project_budget(at: Projecting, recorded: Recorded) -> None:
    """One event of a call's money: what it moves between the four."""
    event = recorded.event
    if isinstance(event, budget_events.Opened):
        at.put(
            BUDGETS,
            {"call_id": event.call_id},
            programme=recorded.programme,
            currency=event.budget.currency,
            budget_minor=event.budget.minor,
            available_minor=event.budget.minor,
            committed_minor=0,
            obligated_minor=0,
            spent_minor=0,
            version=recorded.version,
        )
        return
    key = {"call_id": recorded.identifier}
    moved = {"available_minor": 0, "committed_minor": 0, "obligated_minor": 0, "spent_minor": 0}
    match event:
        case budget_events.Revised():
            before = at.row(BUDGETS, key)
            more = event.budget.minor - (before["budget_minor"] if before else 0)
            moved |= {"budget_minor": more, "available_minor": more}
        case budget_events.Reserved():
            moved["available_minor"] = -event.amount.minor
            moved["committed_minor"] = event.amount.minor
        case budget_events.Released():
            moved["available_minor"] = event.committed.minor + event.obligated.minor
            moved["committed_minor"] = -event.committed.minor
            moved["obligated_minor"] = -event.obligated.minor
        case budget_events.Obligated():
            moved["committed_minor"] = -event.amount.minor
            moved["obligated_minor"] = event.amount.minor
        case budget_events.Spent():
            moved["obligated_minor"] = -event.amount.minor
            moved["spent_minor"] = event.amount.minor
        case budget_events.Returned():
            moved["spent_minor"] = -event.amount.minor
            moved[f"{event.to}_minor"] += event.amount.minor
        case _:
            raise TypeError(f"{type(event).__name__} is not projected")
    at.add(BUDGETS, key, moved, version=recorded.version)


CALL_LIST: Final = Projection("calls", 1, (CALLS,), project_call, CALL.events)
BUDGET_LIST: Final = Projection("call_budgets", 1, (BUDGETS,), project_budget, BUDGET.events)


def call(connection: Connection, call_id: str) -> RowMapping | None:
    """The call with its money; the budget's columns are None before it opens."""
    query = _with_money().where(CALLS.c.call_id == call_id)
    return connection.execute(query).mappings().first()


def calls(
    connection: Connection,
    *,
    within: Collection[str],
    drafts_within: Collection[str] = ("*",),
    states: Collection[str] = (),
    programme: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Calls by code. ``within``: the reader's programmes; ``drafts_within``: where drafts too.

    ``after``: (code, call id) of the last one seen.
    """
    query = _with_money().order_by(CALLS.c.code, CALLS.c.call_id).limit(limit)
    query = _visible(query, within, drafts_within)
    if programme:
        query = query.where(CALLS.c.programme == programme)
    if states:
        query = query.where(CALLS.c.state.in_(sorted(states)))
    if after is not None:
        code, call_id = after
        later = and_(CALLS.c.code == code, CALLS.c.call_id > call_id)
        query = query.where(or_(CALLS.c.code > code, later))
    return connection.execute(query).mappings().all()


def open_calls(connection: Connection, *, within: Collection[str], programme: str = "") -> int:
    """How many calls take applications. ``within``: the reader's programmes."""
    query = _visible(select(func.count()).select_from(CALLS), within, ())
    if programme:
        query = query.where(CALLS.c.programme == programme)
    found: int = connection.execute(query.where(CALLS.c.state == "open")).scalar_one()
    return found


def budget(connection: Connection, call_id: str) -> RowMapping | None:
    """Where the call's money is."""
    one = BUDGETS.c.call_id == call_id
    return connection.execute(select(BUDGETS).where(one)).mappings().first()


def terms(row: RowMapping) -> Terms:
    """The terms of a call's row."""
    return msgspec.json.decode(row["terms"], type=Terms)


def money_of(row: RowMapping) -> dict[str, Money] | None:
    """Where the money of a call's (or budget's) row is; None before the call opens.

    ``budget`` is the sum of ``available``, ``reserved``, ``obligated`` and ``spent``.
    """
    if row["budget_minor"] is None:
        return None
    columns = {
        "budget": "budget_minor",
        "available": "available_minor",
        "reserved": "committed_minor",
        "obligated": "obligated_minor",
        "spent": "spent_minor",
    }
    return {name: Money(row[column], row["currency"]) for name, column in columns.items()}


def _visible(query: Any, within: Collection[str], drafts_within: Collection[str]) -> Any:
    if "*" not in within:
        query = query.where(CALLS.c.programme.in_(sorted(within)))
    if "*" not in drafts_within:
        mine = CALLS.c.programme.in_(sorted(drafts_within))
        query = query.where(or_(CALLS.c.state != "draft", mine))
    return query


def _with_money() -> Any:
    money = [
        BUDGETS.c[name]
        for name in (
            "budget_minor",
            "available_minor",
            "committed_minor",
            "obligated_minor",
            "spent_minor",
        )
    ]
    return select(CALLS, *money).join(BUDGETS, BUDGETS.c.call_id == CALLS.c.call_id, isouter=True)
