"""The rows of sheets about what stands beside training: households, referrals, outreach.

    for row in referrals(connection, asked): ...

What was withdrawn is left out. Notes and reasons are in no sheet.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from sqlalchemy import Connection, case, select

from services.trainings.exports.asked import Asked, Values, fetched
from services.trainings.households.projecting import HOUSEHOLD_MEMBERS, HOUSEHOLDS
from services.trainings.outreach.tables import ACTIVITIES, PARTNERS
from services.trainings.referrals.tables import REFERRALS
from services.trainings.referrals.views import OPEN
from services.trainings.tables import REGISTRATIONS


def households(connection: Connection, asked: Asked) -> Generator[Values]:
    """Who lives in which household, and who lived there, of those in reach."""
    home, m, whose = HOUSEHOLDS.c, HOUSEHOLD_MEMBERS.c, REGISTRATIONS.c
    query = (
        select(
            home.reference.label("household"),
            home.formed_on,
            asked.of_person(whose.reference, "participant"),
            asked.of_person(whose.full_name),
            case((home.head_id == m.registration_id, "yes"), else_=None).label("head"),
            m.joined_on,
            m.left_on,
            asked.of_person(m.joined_because),
            asked.of_person(m.left_because),
            asked.of_person(m.address),
        )
        .join(HOUSEHOLD_MEMBERS, m.household_id == home.household_id)
        .join(REGISTRATIONS, whose.registration_id == m.registration_id)
        .where(home.programme == asked.programme, asked.reach.registrations())
        .order_by(home.reference, home.household_id, m.joined_on, whose.reference)
    )
    if asked.state:
        left = m.left_on.is_not(None)
        query = query.where(left if asked.state == "left" else ~left)
    for row in fetched(connection, query):
        yield row._asdict()


def referrals(connection: Connection, asked: Asked) -> Generator[Values]:
    """Who was sent where, and how it stands."""
    r, whose = REFERRALS.c, REGISTRATIONS.c
    query = (
        select(
            asked.of_person(whose.reference, "participant"),
            asked.of_person(whose.full_name),
            r.institution,
            r.aim,
            r.sent_on,
            r.state,
            r.since,
            r.remind_on,
            r.referred_by,
        )
        .join(REGISTRATIONS, whose.registration_id == r.registration_id)
        .where(r.programme == asked.programme, ~r.withdrawn, asked.reach.registrations())
        .order_by(r.sent_on, r.referral_id)
    )
    if asked.state:
        query = query.where(r.state.in_(OPEN if asked.state == "open" else (asked.state,)))
    if asked.outcome:
        query = query.where(r.aim == asked.outcome)
    for row in fetched(connection, query):
        by = asked.names.get(row.referred_by, row.referred_by)
        yield row._asdict() | {"referred_by": by}


def outreach(connection: Connection, asked: Asked) -> Generator[Values]:
    """What was done with institutions; each activity with the institutions that took part."""
    a = ACTIVITIES.c
    query = (
        select(ACTIVITIES, PARTNERS.c.name.label("partner"))
        .outerjoin(PARTNERS, PARTNERS.c.activity_id == a.activity_id)
        .where(a.programme == asked.programme, ~a.withdrawn, asked.reach.programmes(a.programme))
        .order_by(a.held_on, a.activity_id, PARTNERS.c.place)
    )
    if asked.state:
        query = query.where(a.kind == asked.state)
    found = fetched(connection, query)
    for _, group in groupby(found, key=lambda row: row.activity_id):
        first, *others = group
        names = [one.partner for one in (first, *others) if one.partner is not None]
        yield first._asdict() | {"partners": "; ".join(names)}
