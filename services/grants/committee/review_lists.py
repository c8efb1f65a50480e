"""Reviews as lists: what waits for a member, and how far a call's reviews are.

mine(connection, "m1", within={"RS-2011"}, limit=51)      the member's own, waiting ones first
progress(connection, call_id, limit=51)                   how many sheets each application has
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, false, func, or_, select
from sqlalchemy import true as always

from services.grants.applications.views import APPLICATIONS, with_names
from services.grants.committee.views import REVIEWERS, REVIEWS

IN_HAND: Final = ("under_review", "ranked")
"""States of an application in which the committee is at work on it."""

PENDING: Final = ("received", "submitted", "changes_requested", *IN_HAND)
"""States of an application that the committee will still have to decide about."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the review of one application is: counts of members, and the stream's version."""

    application_id: str
    application_no: str
    state: str
    assisted_by: str | None
    scoring: str
    assigned: int
    undeclared: int
    recused: int
    sheets: int
    version: int


def urgency() -> ColumnElement[int]:
    """0: to declare. 1: to score. 2: nothing to do."""
    at_work = and_(REVIEWS.c.scoring == "open", APPLICATIONS.c.state.in_(IN_HAND))
    to_score = and_(REVIEWERS.c.declared == "clear", REVIEWERS.c.points.is_(None))
    return case(
        (and_(at_work, REVIEWERS.c.declared == "no"), 0), (and_(at_work, to_score), 1), else_=2
    )


def mine(
    connection: Connection,
    member_id: str,
    *,
    within: Collection[str],
    after: tuple[int, str, str] | None = None,
    limit: int,
    waiting_only: bool = False,
) -> Sequence[RowMapping]:
    """The member's reviews with applicant and call: to declare, to score, then the rest.

    after: (urgency, application number, id). Names are for those who may see them; see ``reading``.
    """
    order = urgency()
    number, one = APPLICATIONS.c.application_no, APPLICATIONS.c.application_id
    query = _of_member(member_id, within, order).order_by(order, number, one).limit(limit)
    if waiting_only:
        query = query.where(order < 2)
    if after is not None:
        least, last_number, last = after
        later = or_(number > last_number, and_(number == last_number, one > last))
        query = query.where(or_(order > least, and_(order == least, later)))
    return connection.execute(query).mappings().all()


def count_waiting(
    connection: Connection, member_id: str, *, within: Collection[str]
) -> tuple[int, int]:
    """How many applications this member has to declare, and to score."""
    order = urgency()
    inner = _of_member(member_id, within, order).subquery()
    query = select(inner.c.urgency, func.count()).group_by(inner.c.urgency)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return found.get(0, 0), found.get(1, 0)


def _of_member(member_id: str, within: Collection[str], order: ColumnElement[int]) -> Any:
    return (
        with_names()
        .add_columns(
            REVIEWERS.c.declared,
            REVIEWERS.c.points_total,
            REVIEWS.c.scoring,
            REVIEWS.c.version.label("review_version"),
            order.label("urgency"),
        )
        .join(REVIEWERS, REVIEWERS.c.application_id == APPLICATIONS.c.application_id)
        .join(REVIEWS, REVIEWS.c.application_id == APPLICATIONS.c.application_id)
        .where(REVIEWERS.c.member_id == member_id, _in(within))
    )


def progress(
    connection: Connection,
    call_id: str,
    *,
    after: tuple[str, str] | None = None,
    limit: int,
    only: Collection[str] | None = None,
) -> list[Progress]:
    """Applications of the call that the committee has in hand, by number, with their reviews.

    after: (application number, id). only: these applications, whatever their state.
    """
    number, one = APPLICATIONS.c.application_no, APPLICATIONS.c.application_id
    query = (
        select(APPLICATIONS, REVIEWS.c.scoring, REVIEWS.c.version.label("review_version"))
        .join(REVIEWS, REVIEWS.c.application_id == one, isouter=True)
        .where(APPLICATIONS.c.call_id == call_id)
        .order_by(number, one)
        .limit(limit)
    )
    if only is None:
        query = query.where(APPLICATIONS.c.state.in_(IN_HAND))
    else:
        query = query.where(one.in_(sorted(only)))
    if after is not None:
        last_number, last = after
        query = query.where(or_(number > last_number, and_(number == last_number, one > last)))
    rows = connection.execute(query).mappings().all()
    counted = _counts(connection, [row["application_id"] for row in rows])
    return [_progress(row, counted[row["application_id"]]) for row in rows]


def _counts(
    connection: Connection, application_ids: Sequence[str]
) -> defaultdict[str, dict[str, int]]:
    found: defaultdict[str, dict[str, int]] = defaultdict(
        lambda: {"assigned": 0, "no": 0, "clear": 0, "recused": 0, "sheets": 0}
    )
    query = select(REVIEWERS).where(REVIEWERS.c.application_id.in_(application_ids))
    for row in connection.execute(query).mappings():
        counts = found[row["application_id"]]
        counts["assigned"] += 1
        counts[row["declared"]] += 1
        counts["sheets"] += row["points"] is not None
    return found


def _progress(row: RowMapping, counts: dict[str, int]) -> Progress:
    return Progress(
        application_id=row["application_id"],
        application_no=row["application_no"],
        state=row["state"],
        assisted_by=row["assisted_by"],
        scoring=row["scoring"] or "open",
        assigned=counts["assigned"],
        undeclared=counts["no"],
        recused=counts["recused"],
        sheets=counts["sheets"],
        version=row["review_version"] or 0,
    )


def concerned(connection: Connection, call_id: str, meeting_id: str) -> Sequence[RowMapping]:
    """Applications that a meeting is about: under review, or ranked by this very meeting."""
    ours = and_(APPLICATIONS.c.state == "ranked", APPLICATIONS.c.meeting_id == meeting_id)
    query = (
        select(APPLICATIONS)
        .where(APPLICATIONS.c.call_id == call_id)
        .where(or_(APPLICATIONS.c.state == "under_review", ours))
        .order_by(APPLICATIONS.c.application_no, APPLICATIONS.c.application_id)
    )
    return connection.execute(query).mappings().all()


def pending(connection: Connection, call_id: str, *, besides: Collection[str]) -> int:
    """How many other applications of the call are still to be decided."""
    proposed = and_(APPLICATIONS.c.state == "ineligible", APPLICATIONS.c.proposed_by.is_not(None))
    query = (
        select(APPLICATIONS.c.application_id)
        .where(APPLICATIONS.c.call_id == call_id)
        .where(or_(APPLICATIONS.c.state.in_(PENDING), proposed))
    )
    return len(set(connection.execute(query).scalars()) - set(besides))


def _in(within: Collection[str]) -> ColumnElement[bool]:
    if "*" in within:
        return always()
    return APPLICATIONS.c.programme.in_(sorted(within)) if within else false()
