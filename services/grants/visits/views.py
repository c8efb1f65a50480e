"""Read models of follow-up visits.

visits_by_place(connection, sight, Listing(statuses=("planned",)), limit=50)
versions_of(connection, visit_id)   ->  what devices sent, in order of arrival
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    true,
)

from services.grants.awards.views import AWARDS
from services.grants.committee.views import REVIEWERS
from services.grants.foreign import REGISTRATIONS
from services.grants.tables import MOMENT, VIEWS
from services.grants.visits import visit_events as e
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import owned_through, personal

WAITING: Final = ("planned", "missed")
"""Statuses of visits that are still to be made."""

FINDINGS: Final = ("outcome", "registered", "equipment_present", "jobs", "income_band")


def _finding_columns() -> list[Column[Any]]:
    return [
        Column("occurred_on", Date),
        Column("occurred_at", MOMENT),
        Column("recorded_at", MOMENT),
        Column("outcome", String(12)),
        Column("registered", Boolean),
        Column("equipment_present", Boolean),
        Column("jobs", Integer),
        Column("income_band", String(8)),
    ]


VISITS: Final = Table(
    "visits",
    VIEWS,
    Column("visit_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("award_id", String(36), nullable=False),
    Column("month", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    Column("due_on", Date),
    Column("unannounced", Boolean, nullable=False, default=False),
    Column("visitor", String(80)),
    *_finding_columns(),
    Column("visited_by", String(80)),
    Column("accepted_by", String(80)),
    Column("versions", Integer, nullable=False, default=0),
    Column("note", Text, info=personal("special")),
    Column("imported", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False),
    Index("visits_by_award", "award_id", "month"),
    Index("visits_by_status", "programme", "status"),
    info=owned_through("award_id", "awards"),
)
"""``status``: planned, missed, conducted, conflict, accepted."""

VISIT_VERSIONS: Final = Table(
    "visit_versions",
    VIEWS,
    Column("visit_id", String(36), nullable=False),
    Column("version_no", Integer, nullable=False),
    *_finding_columns(),
    Column("visited_by", String(80)),
    PrimaryKeyConstraint("visit_id", "version_no"),
)


def _found(occurred_on: date, version: e.VisitVersion) -> dict[str, Any]:
    findings = version.findings
    return {
        "occurred_on": occurred_on,
        "occurred_at": version.occurred_at,
        "recorded_at": version.recorded_at,
        **{name: getattr(findings, name) for name in FINDINGS},
    }


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of a visit."""
    event = recorded.event
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case e.VisitPlanned():
            at.put(
                VISITS,
                {"visit_id": event.visit_id},
                programme=recorded.programme,
                award_id=event.award_id,
                month=event.month,
                status="planned",
                due_on=event.due_on,
                unannounced=event.unannounced,
                visitor=event.visitor,
                version=recorded.version,
            )
            return
        case e.VisitConducted():
            at.put(
                VISITS,
                {"visit_id": event.visit_id},
                programme=recorded.programme,
                award_id=event.award_id,
                month=event.month,
                status="conducted",
                visited_by=event.visited_by,
                versions=1,
                note=event.note,
                imported=event.imported,
                **_found(event.occurred_on, event.version),
                **values,
            )
            _keep_version(at, event, 1)
            return
        case e.VisitVersionArrived():
            _keep_version(at, event, event.version_no)
            values |= {"status": "conflict", "versions": event.version_no}
        case e.VisitResolved():
            values |= {"status": "conducted", **_found(event.occurred_on, event.version)}
        case e.VisitAccepted():
            values |= {"status": "accepted", "accepted_by": event.accepted_by}
        case e.VisitCorrected():
            found = _found(event.occurred_on, event.version)
            values |= {"status": "accepted", "accepted_by": event.corrected_by, **found}
        case e.VisitMissed():
            values["status"] = "missed"
    at.change(VISITS, {"visit_id": recorded.identifier}, **values)


def _keep_version(
    at: Projecting, event: e.VisitConducted | e.VisitVersionArrived, version_no: int
) -> None:
    at.put(
        VISIT_VERSIONS,
        {"visit_id": event.visit_id, "version_no": version_no},
        visited_by=event.visited_by,
        **_found(event.occurred_on, event.version),
    )


VISIT_VIEW: Final = Projection("visits", 1, (VISITS, VISIT_VERSIONS), project, e.VISIT_EVENTS)


# Queries


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which visits; empty means any.

    stage:   due (to be made), made (to be judged) or done; what came with the past is done.
    visitor: those that this account makes or made.
    """

    statuses: tuple[str, ...] = ()
    stage: str = ""
    award_id: str = ""
    month: int | None = None
    outcome: str = ""
    place: str = ""
    visitor: str = ""
    due_by: date | None = None


@dataclass(frozen=True)
class Sight:
    """Where a reader may see visits: (programme or ``*``, region or None) of each role held.

    A region is a country's code or a municipality's name. ``own``: of the roles that reach only
    visits that the account makes or made, and those that nobody was named for yet. ``assigned``: of
    those that reach only visits after applications that the account was assigned to and cleared.
    """

    grants: tuple[tuple[str, str | None], ...]
    own: tuple[tuple[str, str | None], ...] = ()
    assigned: tuple[tuple[str, str | None], ...] = ()
    account_id: str = ""

    def clause(self) -> ColumnElement[bool]:
        """As a condition on visits with their registration."""
        parts = [self._part(programme, region) for programme, region in self.grants]
        mine = or_(
            VISITS.c.visitor == self.account_id,
            VISITS.c.visited_by == self.account_id,
            and_(VISITS.c.visitor.is_(None), VISITS.c.status.in_(WAITING)),
        )
        parts += [and_(self._part(programme, region), mine) for programme, region in self.own]
        cleared = AWARDS.c.application_id.in_(
            select(REVIEWERS.c.application_id).where(
                REVIEWERS.c.member_id == self.account_id, REVIEWERS.c.declared == "clear"
            )
        )
        parts += [and_(self._part(*where), cleared) for where in self.assigned]
        return or_(*parts) if parts else ~true()

    @staticmethod
    def _part(programme: str, region: str | None) -> ColumnElement[bool]:
        part = true() if programme == "*" else VISITS.c.programme == programme
        if region is None:
            return part
        place = REGISTRATIONS.c
        return and_(part, or_(place.country == region, place.municipality == region))


PlaceKey: TypeAlias = tuple[str, str, str]
"""Place, day in ISO 8601, visit id."""


def one_visit(connection: Connection, visit_id: str) -> Row[Any] | None:
    """The visit with whose it is and where, or None."""
    return connection.execute(_with_award().where(VISITS.c.visit_id == visit_id)).first()


def seen(connection: Connection, visit_id: str, sight: Sight) -> bool:
    """Whether the visit lies where the reader may look."""
    query = _with_award().where(VISITS.c.visit_id == visit_id, sight.clause())
    return connection.execute(query).first() is not None


def visits_by_place(
    connection: Connection,
    sight: Sight,
    listing: Listing,
    *,
    limit: int,
    after: PlaceKey | None = None,
) -> Sequence[Row[Any]]:
    """Visits by municipality, then by the day they are due (or were made)."""
    place, day = _place(), _day()
    query = _with_award().where(*_clauses(sight, listing))
    query = query.order_by(place, day, VISITS.c.visit_id).limit(limit)
    if after is not None:
        where, when, visit_id = after[0], date.fromisoformat(after[1]), after[2]
        query = query.where(
            or_(
                place > where,
                and_(place == where, day > when),
                and_(place == where, day == when, VISITS.c.visit_id > visit_id),
            )
        )
    return list(connection.execute(query))


def place_key(row: Row[Any]) -> PlaceKey:
    """What a page of visits goes on after."""
    return row.municipality or "", (row.due_on or row.occurred_on).isoformat(), row.visit_id


def visit_counts(
    connection: Connection, sight: Sight, listing: Listing, *, today: date
) -> dict[str, int]:
    """How many visits there are in each status, and how many are ``overdue``."""
    chosen = _with_award().where(*_clauses(sight, listing)).subquery()
    waits = chosen.c.status.in_(WAITING)
    overdue = func.sum(case((and_(waits, chosen.c.due_on < today), 1), else_=0))
    rows = connection.execute(
        select(chosen.c.status, func.count(), overdue).group_by(chosen.c.status)
    ).all()
    counts = {status: int(number) for status, number, _ in rows}
    return counts | {"overdue": sum(int(late) for _, _, late in rows)}


def places_of(connection: Connection, sight: Sight) -> list[str]:
    """Municipalities with visits, in order."""
    chosen = _with_award().where(sight.clause()).subquery()
    query = select(chosen.c.municipality).distinct().order_by(chosen.c.municipality)
    return [place for place in connection.execute(query).scalars() if place]


def versions_of(connection: Connection, visit_id: str) -> Sequence[Row[Any]]:
    """What devices sent for a visit, in order of arrival."""
    return connection.execute(
        select(VISIT_VERSIONS)
        .where(VISIT_VERSIONS.c.visit_id == visit_id)
        .order_by(VISIT_VERSIONS.c.version_no)
    ).all()


def awards_numbered(connection: Connection, application_no: str, limit: int) -> Sequence[Row[Any]]:
    """Awards of an application number, over all programmes."""
    return connection.execute(
        select(AWARDS)
        .where(AWARDS.c.application_no == application_no)
        .order_by(AWARDS.c.award_id)
        .limit(limit)
    ).all()


def _with_award() -> Any:
    return (
        select(
            VISITS,
            AWARDS.c.application_no,
            AWARDS.c.application_id,
            AWARDS.c.full_name,
            AWARDS.c.registration_id,
            AWARDS.c.zone,
            REGISTRATIONS.c.person_id,
            REGISTRATIONS.c.municipality,
            REGISTRATIONS.c.country,
            REGISTRATIONS.c.phone,
        )
        .join(AWARDS, AWARDS.c.award_id == VISITS.c.award_id)
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.registration_id == AWARDS.c.registration_id)
    )


def _place() -> Any:
    return func.coalesce(REGISTRATIONS.c.municipality, "")


def _day() -> Any:
    return func.coalesce(VISITS.c.due_on, VISITS.c.occurred_on)


def _clauses(sight: Sight, listing: Listing) -> list[ColumnElement[bool]]:
    found = [sight.clause()]
    if listing.statuses:
        found.append(VISITS.c.status.in_(listing.statuses))
    if listing.stage:
        found.append(_stage(listing.stage))
    if listing.award_id:
        found.append(VISITS.c.award_id == listing.award_id)
    if listing.month is not None:
        found.append(VISITS.c.month == listing.month)
    if listing.outcome:
        found.append(VISITS.c.outcome == listing.outcome)
    if listing.place:
        found.append(REGISTRATIONS.c.municipality == listing.place)
    if listing.visitor:
        mine = (VISITS.c.visitor == listing.visitor, VISITS.c.visited_by == listing.visitor)
        found.append(or_(*mine))
    if listing.due_by:
        found.append(VISITS.c.due_on <= listing.due_by)
    return found


def _stage(stage: str) -> ColumnElement[bool]:
    status, before = VISITS.c.status, VISITS.c.imported
    match stage:
        case "due":
            return status.in_(WAITING)
        case "made":
            return or_(and_(status == "conducted", ~before), status == "conflict")
        case "done":
            return or_(and_(status == "conducted", before), status == "accepted")
        case _:
            raise ValueError(f"no such stage: {stage!r}")
