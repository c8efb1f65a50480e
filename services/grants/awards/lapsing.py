"""An offer that nobody signed in time lapses by itself, and its money goes back to the call.

    schedule(work, offered)                      when the award is offered
    Definition(name="grants", due={**lapsing.DUE, ...}, ...)

Doing it twice changes nothing: an award that was signed, declined or cancelled is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.grants.awards.award import AWARD
from services.grants.awards.award_commands import LapseAward
from services.grants.awards.award_events import AwardOffered
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import Release
from shared.events.append import DueWork
from shared.events.event import Event
from shared.events.work import Work
from shared.service import DueHandler, Service

KIND: Final = "grants.award.lapse"


class Lapsing(msgspec.Struct, frozen=True):
    """Which award of which programme, and whose money in which call is freed."""

    award_id: str
    application_id: str
    call_id: str
    programme: str


def schedule(work: Work, events: Iterable[Event]) -> None:
    """Have what was just offered lapse after its last day; imported offers have none."""
    for event in events:
        if isinstance(event, AwardOffered) and event.lapses_on is not None:
            lapsing = Lapsing(
                event.award_id, event.application_id, event.call_id, work.context.programme
            )
            after = event.lapses_on + timedelta(days=1)
            due_at = datetime.combine(after, time(), ZoneInfo(event.zone)).astimezone(UTC)
            payload = msgspec.json.encode(lapsing)
            work.schedule(DueWork(f"award-lapse/{event.award_id}", KIND, due_at, payload))


def lapse_when_due(service: Service, payload: bytes) -> None:
    """Let the offer lapse if it is still open and its last day is over."""
    lapsing = msgspec.json.decode(payload, type=Lapsing)

    def handler(work: Work) -> None:
        by = work.context.actor
        if work.decide(AWARD, lapsing.award_id, LapseAward(by=by, now=work.now)):
            release = Release(
                by=by,
                now=work.now,
                application_id=lapsing.application_id,
                reason="Nobody signed the agreement in time.",
            )
            work.decide(BUDGET, lapsing.call_id, release)

    context = service.system_context(lapsing.programme, cause=service.store.identifiers.new())
    service.transact(context, handler)


DUE: Final[dict[str, DueHandler]] = {KIND: lapse_when_due}
