"""A follow-up visit: planned, made once or sent twice, accepted or corrected, or missed.

>>> months_after(date(2011, 1, 31), 1)
datetime.date(2011, 2, 28)

The stream is ``visit/<id>``. The same version arriving again changes nothing; another version of
the same visit is kept beside the first until a person chooses. A version is told apart by what
the device sent except the sealed note: a changed note has a later ``recorded_at``. Refusal, a
closed business, a move and a death are outcomes. Source: domain, "Visits and outcomes".
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from services.grants.awards.reasons import stated
from services.grants.visits.visit_events import (
    VISIT_EVENTS,
    Findings,
    VisitAccepted,
    VisitConducted,
    VisitCorrected,
    VisitMissed,
    VisitPlanned,
    VisitResolved,
    VisitVersion,
    VisitVersionArrived,
)
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, PersonalText
from shared.language.marking import N_

MONTHS_DEFAULT: Final = (1, 3, 6, 12)
"""Months after the handover. Source: domain, "Visit", default."""

GRACE_DAYS_DEFAULT: Final = 30
VERSIONS_MAX: Final = 10
JOBS_MAX: Final = 1000
CLOCK_SKEW: Final = timedelta(hours=24)
"""How far a device's clock may be ahead of ours."""


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class NoVisit:
    """Neither planned nor made."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """To be made."""

    visit_id: str
    award_id: str
    month: int
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Missed(Planned):
    """Not made in time."""


@dataclass(frozen=True, kw_only=True)
class Conducted:
    """Made. ``versions``: all that arrived; ``holds``: the one that holds, None in conflict."""

    visit_id: str
    award_id: str
    registration_id: str
    visitors: frozenset[str]
    versions: tuple[tuple[date, VisitVersion], ...]
    holds: tuple[date, VisitVersion] | None


@dataclass(frozen=True, kw_only=True)
class Accepted(Conducted):
    """Taken as it is, or corrected and so taken."""


State: TypeAlias = NoVisit | Planned | Conducted


def evolve(state: State, event: Event) -> State:
    """The visit after one more event."""
    match event, state:
        case VisitPlanned(), _:
            return Planned(
                visit_id=event.visit_id,
                award_id=event.award_id,
                month=event.month,
                due_on=event.due_on,
            )
        case VisitMissed(), Planned():
            return Missed(**vars(state))
        case VisitConducted(), _:
            first = (event.occurred_on, event.version)
            return Conducted(
                visit_id=event.visit_id,
                award_id=event.award_id,
                registration_id=event.registration_id,
                visitors=frozenset({event.visited_by} if event.visited_by else ()),
                versions=(first,),
                holds=first,
            )
        case VisitVersionArrived(), Conducted():
            another = (event.occurred_on, event.version)
            visitors = state.visitors | ({event.visited_by} if event.visited_by else set())
            known = vars(state) | {"versions": (*state.versions, another)}
            return Conducted(**known | {"visitors": visitors, "holds": None})
        case VisitResolved(), Conducted():
            return Conducted(**vars(state) | {"holds": (event.occurred_on, event.version)})
        case VisitAccepted(), Conducted():
            return Accepted(**vars(state))
        case VisitCorrected(), Conducted():
            return Accepted(**vars(state) | {"holds": (event.occurred_on, event.version)})
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


@dataclass(frozen=True, kw_only=True)
class VisitCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PlanVisit(VisitCommand):
    """Plan it ``month`` months after the handover."""

    visit_id: str
    award_id: str
    month: int
    handed_over_on: date
    unannounced: bool = False
    visitor: str | None = None


@dataclass(frozen=True, kw_only=True)
class RecordVisit(VisitCommand):
    """A device sent it, maybe again, maybe unplanned. ``zone``: the call's."""

    visit_id: str
    award_id: str
    registration_id: str
    month: int
    device_visit_id: str
    version: VisitVersion
    zone: str
    photo_consent: bool = False
    note: PersonalText | None = None


@dataclass(frozen=True, kw_only=True)
class ImportVisit(RecordVisit):
    """A visit from before; who made it is not known to this system."""


@dataclass(frozen=True, kw_only=True)
class ResolveVisit(VisitCommand):
    """Choose the version that holds; ``version_no`` counts from 1 in order of arrival."""

    version_no: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AcceptVisit(VisitCommand):
    """Take it as it is."""


@dataclass(frozen=True, kw_only=True)
class CorrectVisit(VisitCommand):
    """Put findings right."""

    findings: Findings
    reason: str


@dataclass(frozen=True, kw_only=True)
class MissVisit(VisitCommand):
    """Due work: it was not made in time. ``zone``: the call's."""

    zone: str
    grace_days: int = GRACE_DAYS_DEFAULT


def decide(state: State, command: Any) -> tuple[Event, ...]:
    """Events that follow, none when nothing changes. Raises Refused, Invalid, Forbidden."""
    match command, state:
        case PlanVisit(), NoVisit():
            return (_planned(command),)
        case PlanVisit(), _:
            return ()
        case RecordVisit(), _:
            return _record(state, command)
        case VisitCommand(), NoVisit():
            raise Missing("visit-missing", N_("There is no such visit."))
        case MissVisit(), Planned() if not isinstance(state, Missed):
            today = day_in(command.now, command.zone)
            if today <= state.due_on + timedelta(days=command.grace_days):
                return ()
            return (VisitMissed(visit_id=state.visit_id, award_id=state.award_id, missed_on=today),)
        case MissVisit(), _:
            return ()
        case VisitCommand(), Planned():
            raise Refused("visit-not-made", N_("The visit was not made yet."))
        case VisitCommand(), Conducted():
            return _judge(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a visit")


def _planned(command: PlanVisit) -> VisitPlanned:
    if not 1 <= command.month <= 120:
        raise Invalid("visit-month-wrong", N_("A visit is 1 to 120 months after the handover."))
    return VisitPlanned(
        visit_id=command.visit_id,
        award_id=command.award_id,
        month=command.month,
        due_on=months_after(command.handed_over_on, command.month),
        unannounced=command.unannounced,
        visitor=command.visitor,
    )


def _record(state: State, command: RecordVisit) -> tuple[Event, ...]:
    imported = isinstance(command, ImportVisit)
    versions = state.versions if isinstance(state, Conducted) else ()
    if any(command.version == version for _, version in versions):
        return ()
    _check_version(command)
    if not isinstance(state, NoVisit) and state.award_id != command.award_id:
        raise Refused("visit-of-another-award", N_("The visit belongs to another award."))
    if len(versions) >= VERSIONS_MAX:
        raise Refused(
            "visit-versions-many",
            N_("There are {versions} versions of this visit: resolve them first."),
            versions=len(versions),
        )
    shared_fields: dict[str, Any] = {
        "visit_id": command.visit_id,
        "award_id": command.award_id,
        "registration_id": command.registration_id,
        "occurred_on": day_in(command.version.occurred_at, command.zone),
        "version": command.version,
        "visited_by": None if imported else command.by,
        "note": command.note,
        "imported": imported,
    }
    if versions:
        return (VisitVersionArrived(**shared_fields, version_no=len(versions) + 1),)
    conducted = VisitConducted(
        **shared_fields, month=command.month, device_visit_id=command.device_visit_id
    )
    return (conducted,)


def _check_version(command: RecordVisit) -> None:
    version = command.version
    if version.recorded_at < version.occurred_at:
        raise Invalid("visit-times-wrong", N_("A visit is recorded after it took place."))
    if version.recorded_at > command.now + CLOCK_SKEW:
        raise Invalid("visit-in-future", N_("The visit lies in the future."))
    if version.photos and not command.photo_consent:
        raise Refused("photo-consent-missing", N_("Photos need consent."))
    _check_findings(version.findings)


def _check_findings(findings: Findings) -> None:
    if findings.jobs is not None and not 0 <= findings.jobs <= JOBS_MAX:
        raise Invalid("visit-jobs-wrong", N_("Jobs are 0 to {jobs_max}."), jobs_max=JOBS_MAX)


def _judge(state: Conducted, command: VisitCommand) -> tuple[Event, ...]:
    which = {"visit_id": state.visit_id, "award_id": state.award_id}
    if isinstance(command, ResolveVisit):
        if state.holds is not None:
            return ()
        if not 1 <= command.version_no <= len(state.versions):
            raise Missing("visit-version-missing", N_("There is no such version."))
        occurred_on, version = state.versions[command.version_no - 1]
        resolved = VisitResolved(
            **which,
            version_no=command.version_no,
            occurred_on=occurred_on,
            version=version,
            reason=stated(command.reason),
            registration_id=state.registration_id,
        )
        return (resolved,)
    if state.holds is None:
        raise Refused("visit-in-conflict", N_("Choose between the visit's versions first."))
    occurred_on, version = state.holds
    match command:
        case AcceptVisit():
            if isinstance(state, Accepted):
                return ()
            if command.by in state.visitors:
                raise Forbidden("visitor-accepts", N_("Whoever made the visit does not accept it."))
            return (VisitAccepted(**which, accepted_by=command.by),)
        case CorrectVisit():
            _check_findings(command.findings)
            if command.findings == version.findings:
                return ()
            corrected = VisitCorrected(
                **which,
                occurred_on=occurred_on,
                version=msgspec.structs.replace(version, findings=command.findings),
                corrected_by=command.by,
                reason=stated(command.reason),
                registration_id=state.registration_id,
            )
            return (corrected,)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a visit")


VISIT: Final[Decider[State]] = Decider(
    kind="visit",
    initial=NoVisit(),
    evolve=evolve,
    decide=decide,
    events=VISIT_EVENTS,
)
