"""Read models of follow-up visits.

visit_list(connection, ("demo",), status="planned", limit=50)
versions_of(connection, visit_id)   ->  what devices sent, in order of arrival
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    func,
    or_,
    select,
    tuple_,
    update,
)

from services.grants.awards.views import AWARDS
from services.grants.tables import MOMENT, VIEWS, put
from services.grants.visits import visit_events as e
from shared.events.projection import Projecting, Projection, Recorded

_FINDINGS: Final = ("outcome", "registered", "equipment_present", "jobs", "income_band")


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
    Column("note", Text),
    Column("imported", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False),
    Index("visits_by_award", "award_id", "month"),
    Index("visits_by_status", "programme", "status"),
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
        **{name: getattr(findings, name) for name in _FINDINGS},
    }


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of a visit."""
    event = recorded.event
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case e.VisitPlanned():
            put(
                at.connection,
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
            put(
                at.connection,
                VISITS,
                {"visit_id": event.visit_id},
                programme=recorded.programme,
                award_id=event.award_id,
                month=event.month,
                status="conducted",
                visited_by=event.visited_by,
                versions=1,
                note=at.text(event.note),
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
    at.connection.execute(
        update(VISITS).where(VISITS.c.visit_id == recorded.identifier).values(**values)
    )


def _keep_version(
    at: Projecting, event: e.VisitConducted | e.VisitVersionArrived, version_no: int
) -> None:
    put(
        at.connection,
        VISIT_VERSIONS,
        {"visit_id": event.visit_id, "version_no": version_no},
        visited_by=event.visited_by,
        **_found(event.occurred_on, event.version),
    )


VISIT_VIEW: Final = Projection("visits", 1, (VISITS, VISIT_VERSIONS), project, e.VISIT_EVENTS)


# Queries


def one_visit(connection: Connection, visit_id: str) -> Row[Any] | None:
    """The visit with whose it is, or None."""
    return connection.execute(_with_award().where(VISITS.c.visit_id == visit_id)).first()


def _with_award() -> Any:
    return select(
        VISITS,
        AWARDS.c.application_no,
        AWARDS.c.full_name,
        AWARDS.c.registration_id,
        AWARDS.c.zone,
        AWARDS.c.person_id,
    ).join(AWARDS, AWARDS.c.award_id == VISITS.c.award_id)


def visit_list(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    statuses: Collection[str] = (),
    award_id: str | None = None,
    month: int | None = None,
    outcome: str | None = None,
    visitor: str | None = None,
    after: tuple[str, int, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Visits by application number and month. ``visitor``: what this account visits or visited."""
    place = tuple_(AWARDS.c.application_no, VISITS.c.month, VISITS.c.visit_id)
    query = _with_award().order_by(AWARDS.c.application_no, VISITS.c.month, VISITS.c.visit_id)
    if programmes is not None:
        query = query.where(VISITS.c.programme.in_(programmes))
    if statuses:
        query = query.where(VISITS.c.status.in_(statuses))
    if award_id:
        query = query.where(VISITS.c.award_id == award_id)
    if month is not None:
        query = query.where(VISITS.c.month == month)
    if outcome:
        query = query.where(VISITS.c.outcome == outcome)
    if visitor:
        query = query.where(or_(VISITS.c.visitor == visitor, VISITS.c.visited_by == visitor))
    if after:
        query = query.where(place > after)
    rows: Sequence[Row[Any]] = connection.execute(query.limit(limit)).all()
    return rows


def versions_of(connection: Connection, visit_id: str) -> Sequence[Row[Any]]:
    """What devices sent for a visit, in order of arrival."""
    return connection.execute(
        select(VISIT_VERSIONS)
        .where(VISIT_VERSIONS.c.visit_id == visit_id)
        .order_by(VISIT_VERSIONS.c.version_no)
    ).all()


def visit_counts(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many visits there are in each status."""
    query = select(VISITS.c.status, func.count()).group_by(VISITS.c.status)
    if programmes is not None:
        query = query.where(VISITS.c.programme.in_(programmes))
    return dict(connection.execute(query).tuples().all())
