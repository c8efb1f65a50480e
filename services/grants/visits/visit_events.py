"""What may happen to a follow-up visit, as it is stored. ``visit.py`` decides when.

>>> Findings(outcome="trading", jobs=2).outcome
'trading'
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, TypeAlias

import msgspec

from shared.events.event import Event, Personal, event_type

Outcome: TypeAlias = Literal["trading", "not_trading", "closed", "moved", "refused", "died"]
IncomeBand: TypeAlias = Literal["none", "low", "middle", "high"]


class EquipmentSeen(msgspec.Struct, frozen=True):
    """One piece by its serial number."""

    serial_no: str
    present: bool


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. None is not known, for instance when the visit was refused."""

    outcome: Outcome
    trading_since: date | None = None
    registered: bool | None = None
    equipment_present: bool | None = None
    equipment: tuple[EquipmentSeen, ...] = ()
    jobs: int | None = None
    income_band: IncomeBand | None = None


class VisitVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a device sent. ``photos``: SHA-256 of sealed bytes, only with consent."""

    occurred_at: datetime
    recorded_at: datetime
    findings: Findings
    photos: tuple[str, ...] = ()


@event_type("grants.visit.planned.v1")
class VisitPlanned(Event, frozen=True, kw_only=True):
    """Due ``month`` months after the handover."""

    visit_id: str
    award_id: str
    month: int
    due_on: date
    unannounced: bool
    visitor: str | None


@event_type("grants.visit.conducted.v1", seals_for="registration_id")
class VisitConducted(Event, frozen=True, kw_only=True):
    """The first version arrived. ``visited_by`` is None for imported visits.

    occurred_on: the day in the call's zone. ``device_visit_id``: the device's own.
    """

    visit_id: str
    award_id: str
    registration_id: str
    month: int
    device_visit_id: str
    occurred_on: date
    version: VisitVersion
    visited_by: str | None
    note: Personal.special | None = None
    imported: bool = False


@event_type("grants.visit.version_arrived.v1", seals_for="registration_id")
class VisitVersionArrived(Event, frozen=True, kw_only=True):
    """Another version of the same visit: both stay until a person chooses. Counts from 1."""

    visit_id: str
    award_id: str
    registration_id: str
    version_no: int
    occurred_on: date
    version: VisitVersion
    visited_by: str | None
    note: Personal.special | None = None
    imported: bool = False


@event_type("grants.visit.resolved.v1", seals_for="registration_id")
class VisitResolved(Event, frozen=True, kw_only=True):
    """A person chose the version that holds, which is repeated here for readers."""

    visit_id: str
    award_id: str
    version_no: int
    occurred_on: date
    version: VisitVersion
    reason: Personal.identity
    registration_id: str = ""


@event_type("grants.visit.accepted.v1")
class VisitAccepted(Event, frozen=True, kw_only=True):
    """Somebody other than the visitor took it as it is."""

    visit_id: str
    award_id: str
    accepted_by: str


@event_type("grants.visit.corrected.v1", seals_for="registration_id")
class VisitCorrected(Event, frozen=True, kw_only=True):
    """Findings were put right; this version holds from now on."""

    visit_id: str
    award_id: str
    occurred_on: date
    version: VisitVersion
    corrected_by: str
    reason: Personal.identity
    registration_id: str = ""


@event_type("grants.visit.missed.v1")
class VisitMissed(Event, frozen=True, kw_only=True):
    """It was not made in time; it may still be made."""

    visit_id: str
    award_id: str
    missed_on: date


VISIT_EVENTS: tuple[type[Event], ...] = (
    VisitPlanned,
    VisitConducted,
    VisitVersionArrived,
    VisitResolved,
    VisitAccepted,
    VisitCorrected,
    VisitMissed,
)
