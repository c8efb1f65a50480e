"""A visit that nobody made within the grace after its day is missed by itself.

    schedule(work, planned, zone="Europe/Belgrade")    when it is planned
    Definition(name="grants", due={**missing.DUE, ...}, ...)

Doing it twice changes nothing, and a visit that was made meanwhile is left as it is. A missed
visit can still be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.grants.visits.visit import GRACE_DAYS_DEFAULT, VISIT, MissVisit
from services.grants.visits.visit_events import VisitPlanned
from shared.clock import day_in
from shared.events.append import DueWork
from shared.events.event import Event
from shared.events.work import Work
from shared.service import DueHandler, Service

KIND: Final = "grants.visit.miss"


class Missing(msgspec.Struct, frozen=True):
    """Which visit of which programme, in the call's zone."""

    visit_id: str
    programme: str
    zone: str


def schedule(work: Work, events: Iterable[Event], *, zone: str) -> None:
    """Have what was just planned missed after its grace; planned late, it has it from now on."""
    for event in events:
        if isinstance(event, VisitPlanned):
            payload = msgspec.json.encode(Missing(event.visit_id, work.context.programme, zone))
            last_day = max(event.due_on, day_in(work.now, zone)) + timedelta(GRACE_DAYS_DEFAULT)
            due_at = datetime.combine(last_day + timedelta(1), time(), ZoneInfo(zone)).astimezone(
                UTC
            )
            work.schedule(DueWork(f"visit-miss/{event.visit_id}", KIND, due_at, payload))


def miss_when_due(service: Service, payload: bytes) -> None:
    """Mark the visit as missed if it still waits and its grace is over."""
    missing = msgspec.json.decode(payload, type=Missing)

    def handler(work: Work) -> None:
        command = MissVisit(by=work.context.actor, now=work.now, zone=missing.zone)
        work.decide(VISIT, missing.visit_id, command)

    context = service.system_context(missing.programme, cause=service.store.identifiers.new())
    service.transact(context, handler)


DUE: Final[dict[str, DueHandler]] = {KIND: miss_when_due}
