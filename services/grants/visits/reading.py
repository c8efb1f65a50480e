"""A visit as it is shown: whom, where, every version of what was found, and its history.

    told = told_visit(row)
    told.versions[0].findings.outcome   ->  "trading"

The versions come from the log itself, since the read model keeps only what lists need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from services.grants.applications.listing import declared_by
from services.grants.awards.history_words import reason_of
from services.grants.visits import views
from services.grants.visits import visit_events as e
from services.grants.visits.views import Sight
from services.grants.visits.visit import VISIT
from services.grants.visits.wording import HAPPENED
from shared.access.accesses import record_read
from shared.access.matrix import MATRIX, Kind, sights
from shared.access.reader import may
from shared.access.roles import PERMISSIONS, Role
from shared.errors import Missing
from shared.events.projection import Recorded
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.privacy.sealing import open_text
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.language import say

READ = "grants.visits.read"


@dataclass(frozen=True, kw_only=True)
class Version:
    """What one device sent. ``visited_by``: None for imported visits."""

    version_no: int
    occurred_at: datetime
    recorded_at: datetime
    visited_by: str | None
    findings: e.Findings
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One entry of the history."""

    what: str
    who: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that is known of a visit. ``holds``: what holds now, None before it and in conflict."""

    row: Row[Any]
    versions: tuple[Version, ...] = ()
    holds: e.Findings | None = None
    history: tuple[Happened, ...] = ()


def sight(permission: str) -> Sight:
    """Where the reader may see visits."""
    reader, holders = signed_in(), PERMISSIONS[permission]
    held = [grant for grant in reader.roles if grant.role in holders]
    # Whoever made a visit records it, also one that somebody else was named for.
    narrow = (Role.field_officer, Role.committee_member) if permission == READ else ()

    def of(*roles: Role) -> tuple[tuple[str, str | None], ...]:
        return tuple((one.programme, one.region) for one in held if one.role in roles)

    return Sight(
        grants=of(*(role for role in Role if role not in narrow)),
        own=of(Role.field_officer) if narrow else (),
        assigned=of(Role.committee_member) if narrow else (),
        account_id=reader.account_id,
    )


def visit_of(visit_id: str, permission: str) -> Row[Any]:
    """The visit, for those who have the permission where it is. Raises Missing, Forbidden."""
    found = None
    if is_identifier(visit_id):
        with service().database.reading() as connection:
            found = views.one_visit(connection, visit_id)
    missing = Missing("visit-missing", N_("There is no such visit."))
    if found is None:
        raise missing
    ensure(permission, found.programme, missing=missing)
    with service().database.reading() as connection:
        if not views.seen(connection, visit_id, sight(permission)):
            raise missing
    return found


def shown(row: Row[Any]) -> SimpleNamespace:
    """The row without what this reader may not see of it.

    The committee reads whose they are in assigned cases alone, and phone numbers never. Finance
    sees that the visit was made and to whom, which the next tranche waits for.
    """
    reader, fields = signed_in(), row._asdict()
    roles = reader.roles_in(row.programme) & PERMISSIONS[READ]
    committee = roles & {Role.committee_chair, Role.committee_member}
    named = [MATRIX[role][Kind.identity] for role in roles - committee]
    assigned = bool(committee) and _assigned(row)
    if not (named or assigned):
        fields["full_name"] = None
    if not any(sight.extent == "whole" for sight in named):
        fields["phone"] = None
    if not reads_findings(row.programme):
        fields |= {name: None for name in views.FINDINGS if name in fields}
    fields["named"] = bool(named) or assigned
    return SimpleNamespace(**fields)


def _assigned(row: Row[Any]) -> bool:
    """Whether the reader was assigned to the application behind it and has no conflict."""
    with service().database.reading() as connection:
        declared = declared_by(connection, row.application_id, signed_in().account_id)
    return declared == "clear"


def reads_findings(programme: str) -> bool:
    """Whether what was found is shown, rather than only that somebody was there."""
    seen = sights(signed_in(), Kind.visits, programme)
    return any(sight.extent == "whole" for sight in seen)


def told_visit(row: Row[Any]) -> Told:
    """Everything about it; that a person's data are read is on record when this returns."""
    record_read(
        service(),
        signed_in(),
        what="name_phone_and_findings",
        subject=VISIT.stream(row.visit_id),
        programme=row.programme,
        correlation=correlation_id(),
    )
    with service().database.reading() as connection:
        history = service().store.history(connection, VISIT.stream(row.visit_id))
    told = Told(row=row)
    for recorded in history:
        told = _after(told, recorded)
    told = replace(told, history=tuple(reversed(told.history)))
    return told if reads_findings(row.programme) else replace(told, versions=(), holds=None)


def reads_notes(programme: str) -> bool:
    """Whether notes are shown: to those who make visits and those who judge them."""
    reader = signed_in()
    return any(
        may(reader, permission, programme)
        for permission in ("grants.visits.conduct", "grants.visits.accept")
    )


def _after(told: Told, recorded: Recorded) -> Told:
    event = recorded.event
    entry = Happened(
        what=say(HAPPENED[type(event)], {"reason": reason_of(event)}),
        who=recorded.actor,
        at=recorded.at,
    )
    told = replace(told, history=(*told.history, entry))
    match event:
        case e.VisitConducted() | e.VisitVersionArrived():
            note = None
            if event.note is not None and reads_notes(recorded.programme):
                note = open_text(service().keyring, event.note)
            version = Version(
                version_no=len(told.versions) + 1,
                occurred_at=event.version.occurred_at,
                recorded_at=event.version.recorded_at,
                visited_by=event.visited_by,
                findings=event.version.findings,
                note=note,
            )
            first = isinstance(event, e.VisitConducted)
            holds = event.version.findings if first else None
            return replace(told, versions=(*told.versions, version), holds=holds)
        case e.VisitResolved() | e.VisitCorrected():
            return replace(told, holds=event.version.findings)
        case _:
            return told
