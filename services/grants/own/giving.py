"""How much of what grants holds about a person one asker is given.

    giving(connection, {"0192…"}, reader)   ->  Giving(records={"<award id>", …}, …)

The person is given scores, comments and ranks once their application is decided, and a visit that
is not announced once it was made. Others are given what the pages show them: sheets once scoring is
closed, accounts masked. Why a member of the committee stepped aside is the member's own business
and in nobody's file. Source: domain, *Who may see which data*.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from services.grants.applications.application_events import Ranked
from services.grants.applications.views import APPLICATIONS
from services.grants.awards.views import AWARDS
from services.grants.committee import meeting_events, review_events
from services.grants.committee.views import REVIEWERS, REVIEWS
from services.grants.own.pages import DECIDED
from services.grants.payments.views import PAYMENTS
from services.grants.visits.views import VISITS, WAITING
from services.grants.visits.visit_events import VisitMissed, VisitPlanned
from shared.access.matrix import Kind, sees_whole
from shared.access.reader import Reader
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.privacy.giving import Giving

_SHEETS: Final = (review_events.SheetSubmitted, review_events.CommentWritten)
_OUTCOMES: Final = (
    Ranked,
    meeting_events.RankingRecorded,
    meeting_events.VotesCast,
    meeting_events.ItemsSuspended,
    meeting_events.ItemsResumed,
)
_REVIEW: Final = (
    review_events.MembersAssigned,
    review_events.NoConflictDeclared,
    review_events.ConflictDeclared,
    review_events.ScoringClosed,
    review_events.ScoringReopened,
)
_OF_COMMITTEE: Final = (*_SHEETS, *_OUTCOMES, *_REVIEW)
_RANKS: Final = ("score_hundredths", "rank", "meeting_id")
_SUPPORT: Final = "support_lines"
"""A copy that stays sealed; trainings gives what it says."""


def giving(connection: Connection, registrations: Collection[str], reader: Reader | None) -> Giving:
    """How much is given of these registrations; reader: None is the person themself."""
    own = sorted(registrations)
    applications = connection.execute(
        select(APPLICATIONS).where(APPLICATIONS.c.registration_id.in_(own))
    ).all()
    awards = select(AWARDS.c.award_id).where(AWARDS.c.registration_id.in_(own))
    visits = connection.execute(select(VISITS).where(VISITS.c.award_id.in_(awards))).all()
    payments = select(PAYMENTS.c.payment_id).where(PAYMENTS.c.award_id.in_(awards))
    records = frozenset(
        [row.application_id for row in applications]
        + [row.visit_id for row in visits]
        + list(connection.execute(awards).scalars())
        + list(connection.execute(payments).scalars())
    )
    if reader is None:
        undecided = {row.application_id for row in applications if row.state not in DECIDED}
        unannounced = {row.visit_id for row in visits if row.unannounced and row.status in WAITING}
        return _for_the_person(records, undecided, unannounced)
    closed = _with_sheets(connection, {row.application_id for row in applications}, reader)
    sees_visits = all(sees_whole(reader, Kind.visits, row.programme) for row in applications)
    return _for_staff(records, closed, sees_visits=sees_visits)


def _for_the_person(records: frozenset[str], undecided: set[str], unannounced: set[str]) -> Giving:
    def row(table: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if table == "visits" and values["visit_id"] in unannounced:
            return None
        if values.get("application_id") not in undecided:
            return values
        if table == "reviewers":
            return None
        return {name: value for name, value in values.items() if name not in _RANKS}

    def event(recorded: Recorded) -> bool:
        happened = recorded.event
        if isinstance(happened, VisitPlanned | VisitMissed) and happened.visit_id in unannounced:
            return False
        return not (isinstance(happened, _OF_COMMITTEE) and named(happened) & undecided)

    return Giving(records=records, row=row, event=event, field=_not_of_members)


def _for_staff(records: frozenset[str], closed: set[str], *, sees_visits: bool) -> Giving:
    def row(table: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if table == _SUPPORT:
            return None
        if table == "visits" and not sees_visits:
            return {name: value for name, value in values.items() if name != "note"}
        if table == "reviewers" and values["application_id"] not in closed:
            sheet = ("points", "points_total", "comment")
            return {name: value for name, value in values.items() if name not in sheet}
        return values

    def event(recorded: Recorded) -> bool:
        return not isinstance(recorded.event, _SHEETS) or named(recorded.event) <= closed

    def field(happened: Event, name: str) -> bool:
        special = happened.personal_fields.get(name)
        if special is not None and special.name == "special" and not sees_visits:
            return False
        return _not_of_members(happened, name)

    return Giving(records=records, masked=True, row=row, event=event, field=field)


def _not_of_members(event: Event, name: str) -> bool:
    """Whether a field is not what a member of the committee says of themself."""
    return not (isinstance(event, review_events.ConflictDeclared) and name == "reason")


def _with_sheets(connection: Connection, applications: set[str], reader: Reader) -> set[str]:
    """Of which applications the reader may see every sheet: scored, and none of their own."""
    closed = connection.execute(
        select(REVIEWS.c.application_id).where(
            REVIEWS.c.application_id.in_(sorted(applications)), REVIEWS.c.scoring == "closed"
        )
    ).scalars()
    aside = connection.execute(
        select(REVIEWERS.c.application_id).where(
            REVIEWERS.c.member_id == reader.account_id, REVIEWERS.c.declared != "clear"
        )
    ).scalars()
    return set(closed) - set(aside)


def named(event: Event) -> set[str]:
    """The applications that an event of the committee names."""
    found = {getattr(event, "application_id", "")}
    found |= set(getattr(event, "application_ids", ()))
    for parts in (getattr(event, "items", ()), getattr(event, "votes", ())):
        found |= {getattr(one, "application_id", "") for one in parts}
    return found - {""}
