"""What the routes of outreach do, for the JSON interface and the pages alike.

row = found("0192…", WRITE)
handler = on(row, version=3, act=lambda work: correct(work, …), location="…")
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.outreach import handling, views
from services.trainings.outreach.activity import ACTIVITY, Content, Partner
from services.trainings.zones import zone_of
from shared.clock import day_in
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service

READ: Final = "trainings.outreach.read"
WRITE: Final = "trainings.outreach.write"


def found(activity_id: str, permission: str) -> Row[Any]:
    """An activity that the one who asks may see, and do this with; else Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.activity(connection, reach(READ), identifier(activity_id))
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    return row


def today(country: str | None = None) -> date:
    """Which day it is there, or where the programmes are."""
    return day_in(service().clock.now(), zone_of(country) if country else DEFAULT_ZONE)


def content_of(given: dict[str, Any]) -> Content:
    """What is said about an activity, from what ``ActivityContentSchema`` read."""
    partners = tuple(Partner(**one) for one in given["partners"])
    return Content(**{**given, "partners": partners})


def recording(
    content: Content, *, by: str, location: Callable[[str], str]
) -> Callable[[Work], Answer]:
    """A handler that records an activity. ``location``: its id → where the answer goes."""

    def handler(work: Work) -> Answer:
        activity_id = handling.record(work, by=by, content=content)
        return receipt(work, ACTIVITY, activity_id, status=201, location=location(activity_id))

    return handler


def on(
    row: Row[Any], *, version: int, act: Callable[[Work], None], location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that acts on the version that was seen."""

    def handler(work: Work) -> Answer:
        work.expect(ACTIVITY, row.activity_id, version)
        act(work)
        return receipt(work, ACTIVITY, row.activity_id, location=location)

    return handler
