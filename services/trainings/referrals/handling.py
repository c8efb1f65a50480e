"""What is done with referrals, for JSON and pages alike, and once a day.

referral_id = refer(work, by=actor(), registration_id="r1", country="RS", new=NewReferral(…))
remind(service, b"2026-03-31")    # tells whoever waits for news since today
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from services.trainings.education.outcome import OutcomeKind
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.referrals import views
from services.trainings.referrals.referral import (
    REFERRAL,
    DropOut,
    Progress,
    Refer,
    Remind,
    SetReminder,
    Step,
    WithdrawReferral,
)
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.clock import day_in
from shared.errors import Missing
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.service import Service

REMIND_KIND: Final = "trainings.referrals.remind"
DAY_MAX: Final = 100_000
"""Reminders of one day; more than any programme has."""


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """Where somebody is sent, for what, and when to ask how it stands."""

    institution: str
    aim: str
    sent_on: date
    remind_on: date | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class News:
    """How a referral stands, since when."""

    state: str
    on: date
    remind_on: date | None
    note: str | None
    reason: str | None


def refer(work: Work, *, by: str, registration_id: str, country: str, new: NewReferral) -> str:
    """Record a referral; returns its id. ``country``: where it is today."""
    check_not_own(registration_id, work.context.own)
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    referral_id = work.new_id()
    command = Refer(
        by=by,
        now=work.now,
        zone=zone_of(country),
        referral_id=referral_id,
        registration_id=registration_id,
        person_id=state.person_id,
        institution=new.institution,
        aim=cast(OutcomeKind, new.aim),
        sent_on=new.sent_on,
        remind_on=new.remind_on,
        note=new.note,
    )
    work.decide(REFERRAL, referral_id, command)
    return referral_id


def progress(work: Work, *, by: str, referral_id: str, country: str, news: News) -> None:
    """Record how it stands."""
    command = Progress(
        by=by,
        now=work.now,
        zone=zone_of(country),
        referral_id=referral_id,
        state=cast(Step, news.state),
        on=news.on,
        remind_on=news.remind_on,
        note=news.note,
        reason=cast(DropOut | None, news.reason),
    )
    work.decide(REFERRAL, referral_id, command)


def set_reminder(
    work: Work, *, by: str, referral_id: str, country: str, remind_on: date | None
) -> None:
    """Ask on another day."""
    command = SetReminder(
        by=by, now=work.now, zone=zone_of(country), referral_id=referral_id, remind_on=remind_on
    )
    work.decide(REFERRAL, referral_id, command)


def withdraw(work: Work, *, by: str, referral_id: str, country: str, reason: str) -> None:
    """Take back what was recorded in error."""
    command = WithdrawReferral(
        by=by, now=work.now, zone=zone_of(country), referral_id=referral_id, reason=reason
    )
    work.decide(REFERRAL, referral_id, command)


def remind(service: Service, payload: bytes) -> None:
    """The day's reminders. Doing it twice has one effect."""
    today = day_in(service.clock.now(), DEFAULT_ZONE)
    with service.database.reading() as connection:
        due = views.due(connection, today, limit=DAY_MAX)
    for row in due:
        context = service.system_context(row.programme, cause=f"referrals/{payload.decode()}")

        def tell(
            work: Work, referral_id: str = row.referral_id, country: str = row.country
        ) -> None:
            command = Remind(
                by=work.context.actor,
                now=work.now,
                zone=zone_of(country),
                referral_id=referral_id,
            )
            work.decide(REFERRAL, referral_id, command)

        service.transact(context, tell)
