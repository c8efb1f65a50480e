"""The rows of outreach.

Recorded(content=…) -> the activity's row and one for each institution
"""

from __future__ import annotations

from typing import Any, Final, get_args

from services.trainings.outreach.activity import (
    PARTNERS_MAX,
    ActivityEvent,
    Content,
    Corrected,
    FollowedUp,
    FollowUpDue,
    Withdrawn,
)
from services.trainings.outreach.activity import Recorded as ActivityRecorded
from services.trainings.outreach.tables import ACTIVITIES, PARTNERS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one activity up to an event."""
    key = {"activity_id": recorded.identifier}
    match recorded.event:
        case ActivityRecorded() as event:
            columns = _columns(event.content)
            at.put(
                ACTIVITIES,
                key,
                programme=recorded.programme,
                withdrawn=False,
                version=recorded.version,
                **columns,
            )
            _partners(at, recorded.identifier, event.content)
        case Corrected() as event:
            at.change(ACTIVITIES, key, version=recorded.version, **_columns(event.content))
            for place in range(PARTNERS_MAX):
                at.remove(PARTNERS, {**key, "place": place})
            _partners(at, recorded.identifier, event.content)
        case FollowedUp() as event:
            at.change(
                ACTIVITIES,
                key,
                follow_up_on=event.follow_up_on,
                reminded=False,
                version=recorded.version,
            )
        case FollowUpDue():
            at.change(ACTIVITIES, key, reminded=True, version=recorded.version)
        case Withdrawn():
            at.change(ACTIVITIES, key, withdrawn=True, follow_up_on=None, version=recorded.version)


def _columns(content: Content) -> dict[str, Any]:
    return {
        "kind": content.kind,
        "title": content.title,
        "held_on": content.held_on,
        "country": content.country,
        "municipality": content.municipality,
        "place": content.place,
        "women": content.women,
        "men": content.men,
        "not_known": content.not_known,
        "agreed": content.agreed,
        "follows": content.follows,
        "follow_up_on": content.follow_up_on,
        "reminded": False,
    }


def _partners(at: Projecting, activity_id: str, content: Content) -> None:
    for place, one in enumerate(content.partners):
        key = {"activity_id": activity_id, "place": place}
        at.put(PARTNERS, key, kind=one.kind, name=one.name)


OUTREACH_RECORDS: Final = Projection(
    "outreach", 1, (ACTIVITIES, PARTNERS), project, get_args(ActivityEvent)
)
