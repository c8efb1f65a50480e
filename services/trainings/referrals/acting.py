"""What the routes of referrals do, for the JSON interface and the pages alike.

row = found("0192…", WRITE)
handler = progressing(row, by=actor(), version=3, news=News(...))
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.people.views import registration
from services.trainings.referrals import handling, views
from services.trainings.referrals.handling import NewReferral, News
from services.trainings.referrals.referral import REFERRAL
from services.trainings.zones import zone_of
from shared.clock import day_in
from shared.errors import Forbidden
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service

READ: Final = "trainings.referrals.read"
WRITE: Final = "trainings.referrals.write"


def found(referral_id: str, permission: str) -> Row[Any]:
    """A referral that the one who asks may see, and do this with; else Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.referral(connection, reach(READ), identifier(referral_id))
        within = views.referral(connection, reach(permission), identifier(referral_id))
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    if within is None:
        raise Forbidden("not-your-cohort", N_("This referral is of somebody who is not yours."))
    return row


def person_of(registration_id: str) -> Row[Any]:
    """Somebody whom the one who asks may refer; a trainer's are enrolled."""
    with service().database.reading() as connection:
        row = registration(connection, reach(WRITE), identifier(registration_id))
    if row is None:
        raise not_found()
    return row


def today(country: str | None = None) -> date:
    """Which day it is there, or where the programmes are."""
    return day_in(service().clock.now(), zone_of(country) if country else DEFAULT_ZONE)


def referring(
    person: Row[Any], *, by: str, new: NewReferral, location: Callable[[str], str]
) -> Callable[[Work], Answer]:
    """A handler that records a referral. ``location``: its id → where the answer goes."""

    def handler(work: Work) -> Answer:
        referral_id = handling.refer(
            work,
            by=by,
            registration_id=person.registration_id,
            country=person.country,
            new=new,
        )
        return receipt(work, REFERRAL, referral_id, status=201, location=location(referral_id))

    return handler


def progressing(
    row: Row[Any], *, by: str, version: int, news: News, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that records how it stands."""
    return _on(
        row,
        version,
        lambda work: handling.progress(
            work, by=by, referral_id=row.referral_id, country=row.country, news=news
        ),
        location,
    )


def reminding(
    row: Row[Any], *, by: str, version: int, remind_on: date | None, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that sets another day to ask; None: no more."""
    return _on(
        row,
        version,
        lambda work: handling.set_reminder(
            work, by=by, referral_id=row.referral_id, country=row.country, remind_on=remind_on
        ),
        location,
    )


def withdrawing(
    row: Row[Any], *, by: str, version: int, reason: str, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that takes back what was recorded in error."""
    return _on(
        row,
        version,
        lambda work: handling.withdraw(
            work, by=by, referral_id=row.referral_id, country=row.country, reason=reason
        ),
        location,
    )


def _on(
    row: Row[Any], version: int, act: Callable[[Work], None], location: str
) -> Callable[[Work], Answer]:
    def handler(work: Work) -> Answer:
        work.expect(REFERRAL, row.referral_id, version)
        act(work)
        return receipt(work, REFERRAL, row.referral_id, location=location)

    return handler
