"""What is done with activities, for JSON and pages alike, and once a day.

activity_id = record(work, by=actor(), content=Content(kind="advocacy", …))
"""

from __future__ import annotations

from datetime import date
from typing import Final

from services.trainings.outreach import views
from services.trainings.outreach.activity import (
    ACTIVITY,
    Content,
    CorrectActivity,
    FollowUp,
    RecordActivity,
    Remind,
    WithdrawActivity,
)
from services.trainings.zones import zone_of
from shared.clock import day_in
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.service import Service

REMIND_KIND: Final = "trainings.outreach.remind"


def record(work: Work, *, by: str, content: Content) -> str:
    """Record what was held; returns its id."""
    activity_id = work.new_id()
    command = RecordActivity(
        by=by,
        now=work.now,
        zone=zone_of(content.country),
        activity_id=activity_id,
        content=content,
    )
    work.decide(ACTIVITY, activity_id, command)
    return activity_id


def correct(work: Work, *, by: str, activity_id: str, content: Content) -> None:
    """Write it as it should have been."""
    command = CorrectActivity(
        by=by,
        now=work.now,
        zone=zone_of(content.country),
        activity_id=activity_id,
        content=content,
    )
    work.decide(ACTIVITY, activity_id, command)


def follow_up(
    work: Work,
    *,
    by: str,
    activity_id: str,
    country: str,
    on: date,
    result: str,
    follow_up_on: date | None,
) -> None:
    """Record what came of it."""
    command = FollowUp(
        by=by,
        now=work.now,
        zone=zone_of(country),
        activity_id=activity_id,
        on=on,
        result=result,
        follow_up_on=follow_up_on,
    )
    work.decide(ACTIVITY, activity_id, command)


def withdraw(work: Work, *, by: str, activity_id: str, country: str, reason: str) -> None:
    """Take back what was recorded in error."""
    command = WithdrawActivity(
        by=by, now=work.now, zone=zone_of(country), activity_id=activity_id, reason=reason
    )
    work.decide(ACTIVITY, activity_id, command)


def remind(service: Service, payload: bytes) -> None:
    """The day's reminders. Doing it twice has one effect."""
    today = day_in(service.clock.now(), DEFAULT_ZONE)
    with service.database.reading() as connection:
        due = views.due(connection, today)
    for row in due:
        context = service.system_context(row.programme, cause=f"outreach/{payload.decode()}")

        def tell(
            work: Work, activity_id: str = row.activity_id, country: str = row.country
        ) -> None:
            command = Remind(
                by=work.context.actor,
                now=work.now,
                zone=zone_of(country),
                activity_id=activity_id,
            )
            work.decide(ACTIVITY, activity_id, command)

        service.transact(context, tell)
