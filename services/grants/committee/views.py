"""Reviews and meetings as pages and rules ask for them.

    reviewers(connection, application_id)      who reads it, declared, handed a sheet in
    meeting_of(connection, call_id)

Points and comments of sheets are in ``REVIEWERS``; who may see them is asked of ``reading.sight``,
since a sheet stays hidden from the others until scoring closes.
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
    or_,
    select,
)

from services.grants.calls.views import CALLS
from services.grants.committee import meeting_events, review_events
from services.grants.committee.meeting import MEETING
from services.grants.committee.ranking import Points
from services.grants.committee.review import REVIEW
from services.grants.tables import VIEWS, as_json
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import owned_through, personal

REVIEWS: Final = Table(
    "reviews",
    VIEWS,
    Column("application_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("call_id", String(36), nullable=False, index=True),
    Column("scoring", String(10), nullable=False),
    Column("version", Integer, nullable=False),
)

REVIEWERS: Final = Table(
    "reviewers",
    VIEWS,
    Column("application_id", String(36), primary_key=True),
    Column("member_id", String(80), primary_key=True),
    Column("declared", String(10), nullable=False),
    Column("points", Text),
    Column("points_total", Integer),
    Column("comment", Text, info=personal("identity")),
    Index("reviewers_member", "member_id", "declared"),
    info=owned_through("application_id", "applications"),
)
"""``declared``: no, clear or recused. ``points``: the sheet as JSON, None before it is in."""

MEETINGS: Final = Table(
    "meetings",
    VIEWS,
    Column("meeting_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("call_id", String(36), nullable=False, index=True),
    Column("held_on", Date, nullable=False),
    Column("chair_id", String(80)),
    Column("member_ids", Text, nullable=False),
    Column("present_ids", Text, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("former_chair_id", String(80)),
    Column("chair_reason", Text),
    Column("cancelled_reason", Text),
    Column("proposed_by", String(80)),
    Column("proposal", Text),
    Column("approved", Integer),
    Column("waitlisted", Integer),
    Column("rejected", Integer),
    Column("amount_minor", BigInteger),
    Column("currency", String(3)),
    Column("votes_in_room", Boolean),
    Column("decided_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

ITEMS: Final = Table(
    "meeting_items",
    VIEWS,
    Column("meeting_id", String(36), primary_key=True),
    Column("application_id", String(36), primary_key=True),
    Column("submission", Integer, nullable=False),
    Column("score_hundredths", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("recused_ids", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
)

VOTES: Final = Table(
    "meeting_votes",
    VIEWS,
    Column("meeting_id", String(36), primary_key=True),
    Column("application_id", String(36), primary_key=True),
    Column("member_id", String(80), primary_key=True),
    Column("vote", String(10), nullable=False),
)


def project_review(at: Projecting, recorded: Recorded) -> None:
    """One event of a review."""
    version = recorded.version
    key = {"application_id": recorded.identifier}
    values: dict[str, Any] = {}
    match recorded.event:
        case review_events.MembersAssigned() as event:
            at.put(
                REVIEWS,
                key,
                programme=recorded.programme,
                call_id=event.call_id,
                scoring="open",
                version=version,
            )
            for member in event.member_ids:
                at.put(REVIEWERS, key | {"member_id": member}, declared="no")
            return
        case review_events.NoConflictDeclared() as event:
            at.change(REVIEWERS, key | {"member_id": event.member_id}, declared="clear")
        case review_events.ConflictDeclared() as event:
            at.change(
                REVIEWERS,
                key | {"member_id": event.member_id},
                declared="recused",
                points=None,
                points_total=None,
                comment=None,
            )
        case review_events.SheetSubmitted() as event:
            at.change(
                REVIEWERS,
                key | {"member_id": event.member_id},
                points=as_json(event.points),
                points_total=sum(one.points for one in event.points),
                comment=None,
            )
        case review_events.CommentWritten() as event:
            at.change(
                REVIEWERS,
                key | {"member_id": event.member_id},
                comment=event.comment,
            )
        case review_events.ScoringClosed():
            values = {"scoring": "closed"}
        case review_events.ScoringReopened():
            values = {"scoring": "open"}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.change(REVIEWS, key, **values, version=version)


def project_meeting(at: Projecting, recorded: Recorded) -> None:
    """One event of a meeting."""
    key = {"meeting_id": recorded.identifier}
    values: dict[str, Any] = {}
    match recorded.event:
        case meeting_events.Convened() as event:
            values = {
                "programme": recorded.programme,
                "call_id": event.call_id,
                "held_on": event.held_on,
                "chair_id": event.chair_id,
                "member_ids": as_json(event.member_ids),
                "present_ids": "[]",
                "quorum": event.quorum,
                "state": "scoring",
                "imported": event.imported,
            }
        case meeting_events.AttendanceRecorded() as event:
            values = {"present_ids": as_json(event.present_ids)}
        case meeting_events.ScoringClosed():
            values = {"state": "scoring_closed"}
        case meeting_events.RankingRecorded() as event:
            _rank(at, event)
            values = {"state": "ranked"}
        case meeting_events.ItemsSuspended() as event:
            _suspend(at, event.meeting_id, event.application_ids, suspended=True)
        case meeting_events.ItemsResumed() as event:
            _suspend(at, event.meeting_id, event.application_ids, suspended=False)
        case meeting_events.VotesCast() as event:
            for one in event.votes:
                whose = {"application_id": one.application_id, "member_id": event.member_id}
                at.put(VOTES, key | whose, vote=one.vote)
        case meeting_events.DecisionRecorded() as event:
            values = {
                "state": "decided",
                "approved": event.approved,
                "waitlisted": event.waitlisted,
                "rejected": event.rejected,
                "amount_minor": event.amount.minor,
                "currency": event.amount.currency,
                "votes_in_room": event.votes_in_room,
                "decided_on": event.decided_on,
            }
        case meeting_events.ChairTaken() as event:
            values = {
                "chair_id": event.chair_id,
                "former_chair_id": event.former_id,
                "chair_reason": event.reason,
            }
        case meeting_events.MeetingCancelled() as event:
            values = {"state": "cancelled", "cancelled_reason": event.reason}
        case meeting_events.ReopeningProposed() as event:
            values = {"proposed_by": event.proposed_by, "proposal": event.reason}
        case meeting_events.Reopened():
            for table in (ITEMS, VOTES):
                at.remove(table, key)
            values = {"state": "scoring", "proposed_by": None, "proposal": None}
        case _:
            raise TypeError(f"{type(recorded.event).__name__} is not projected")
    at.put(MEETINGS, key, **values, version=recorded.version)


def _rank(at: Projecting, event: meeting_events.RankingRecorded) -> None:
    rows = [
        {
            "meeting_id": event.meeting_id,
            "application_id": item.application_id,
            "submission": item.version,
            "score_hundredths": item.score_hundredths,
            "rank": item.rank,
            "recused_ids": as_json(item.recused_ids),
            "suspended": False,
        }
        for item in event.items
    ]
    at.make(ITEMS, *rows)


def _suspend(at: Projecting, meeting_id: str, ids: tuple[str, ...], *, suspended: bool) -> None:
    for application_id in ids:
        key = {"meeting_id": meeting_id, "application_id": application_id}
        at.change(ITEMS, key, suspended=suspended)


REVIEW_LIST: Final = Projection("reviews", 2, (REVIEWS, REVIEWERS), project_review, REVIEW.events)
MEETING_LIST: Final = Projection(
    "meetings", 3, (MEETINGS, ITEMS, VOTES), project_meeting, MEETING.events
)


def review(connection: Connection, application_id: str) -> RowMapping | None:
    """Whether scoring is open, and the stream's version."""
    one = REVIEWS.c.application_id == application_id
    return connection.execute(select(REVIEWS).where(one)).mappings().first()


def reviewers(connection: Connection, application_id: str) -> Sequence[RowMapping]:
    """Who reads the application."""
    query = select(REVIEWERS).where(REVIEWERS.c.application_id == application_id)
    return connection.execute(query.order_by(REVIEWERS.c.member_id)).mappings().all()


def sheets(connection: Connection, application_ids: Collection[str]) -> Sequence[RowMapping]:
    """Reviewers' rows of many applications, for rankings and progress."""
    query = select(REVIEWERS).where(REVIEWERS.c.application_id.in_(sorted(application_ids)))
    return connection.execute(query).mappings().all()


def points(row: RowMapping) -> tuple[Points, ...] | None:
    """The sheet in a reviewer's row."""
    text = row["points"]
    return None if text is None else msgspec.json.decode(text, type=tuple[Points, ...])


def meeting(connection: Connection, meeting_id: str) -> RowMapping | None:
    """The meeting with its call's code and title."""
    query = _meetings().where(MEETINGS.c.meeting_id == meeting_id)
    return connection.execute(query).mappings().first()


def meeting_of(connection: Connection, call_id: str) -> RowMapping | None:
    """The latest meeting about a call that was not cancelled."""
    query = _meetings().where(MEETINGS.c.call_id == call_id, MEETINGS.c.state != "cancelled")
    newest = query.order_by(MEETINGS.c.held_on.desc(), MEETINGS.c.meeting_id.desc())
    return connection.execute(newest.limit(1)).mappings().first()


def meetings(
    connection: Connection,
    *,
    within: Collection[str],
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Meetings by their call's code. ``after``: (code, meeting id)."""
    query = _meetings().order_by(CALLS.c.code, MEETINGS.c.meeting_id).limit(limit)
    if "*" not in within:
        query = query.where(MEETINGS.c.programme.in_(sorted(within)))
    if after is not None:
        code, meeting_id = after
        later = and_(CALLS.c.code == code, MEETINGS.c.meeting_id > meeting_id)
        query = query.where(or_(CALLS.c.code > code, later))
    return connection.execute(query).mappings().all()


def items(connection: Connection, meeting_id: str) -> Sequence[RowMapping]:
    """The ranking on record, best first."""
    query = select(ITEMS).where(ITEMS.c.meeting_id == meeting_id).order_by(ITEMS.c.rank)
    return connection.execute(query).mappings().all()


def votes(connection: Connection, meeting_id: str) -> Sequence[RowMapping]:
    """Every vote on record."""
    query = select(VOTES).where(VOTES.c.meeting_id == meeting_id)
    return connection.execute(query).mappings().all()


def scored_by(connection: Connection, application_id: str) -> frozenset[str]:
    """Members who handed in a sheet: they never pay."""
    query = select(REVIEWERS.c.member_id).where(
        REVIEWERS.c.application_id == application_id, REVIEWERS.c.points.is_not(None)
    )
    return frozenset(connection.execute(query).scalars())


def _meetings() -> Any:
    return select(
        MEETINGS,
        CALLS.c.code.label("call_code"),
        CALLS.c.title.label("call_title"),
        CALLS.c.timezone,
        CALLS.c.state.label("call_state"),
    ).join(CALLS, CALLS.c.call_id == MEETINGS.c.call_id)
