"""An applicant's own applications, awards, payments and visits, and nobody else's.

own_applications(connection, reader.registrations)      the newest first
own_application(connection, reader.registrations, id)   None for another's, as for none at all
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, false, select

from services.grants.applications.views import APPLICATIONS, with_names
from services.grants.awards.views import AWARDS
from services.grants.payments.views import PAYMENTS
from services.grants.visits.views import VISITS

APPLICATIONS_MAX: Final = 100
VISITS_MAX: Final = 20


def own_applications(
    connection: Connection, registrations: Collection[str]
) -> list[dict[str, Any]]:
    """The applications of these registrations, with call and name, the newest first."""
    query = (
        with_names()
        .where(APPLICATIONS.c.registration_id.in_(sorted(registrations)))
        .order_by(APPLICATIONS.c.began_at.desc(), APPLICATIONS.c.application_id.desc())
        .limit(APPLICATIONS_MAX)
    )
    return [{**row} for row in connection.execute(query).mappings()]


def own_application(
    connection: Connection, registrations: Collection[str], application_id: str
) -> dict[str, Any] | None:
    """One of them."""
    query = with_names().where(
        APPLICATIONS.c.application_id == application_id,
        APPLICATIONS.c.registration_id.in_(sorted(registrations)),
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else {**row}


def awards_of(connection: Connection, registrations: Collection[str]) -> dict[str, Row[Any]]:
    """Application → its award, for these registrations."""
    query = select(AWARDS).where(AWARDS.c.registration_id.in_(sorted(registrations)))
    return {row.application_id: row for row in connection.execute(query)}


def payments_of(connection: Connection, award_id: str) -> Sequence[Row[Any]]:
    """The award's payments by tranche; of one that was issued again the last."""
    rows = connection.execute(
        select(PAYMENTS)
        .where(PAYMENTS.c.award_id == award_id)
        .order_by(PAYMENTS.c.tranche, PAYMENTS.c.reissue)
    )
    return list({row.tranche: row for row in rows}.values())


def next_visits(connection: Connection, award_id: str) -> Sequence[Row[Any]]:
    """Visits to come, as far as they are announced."""
    return connection.execute(
        select(VISITS)
        .where(
            VISITS.c.award_id == award_id,
            VISITS.c.status == "planned",
            VISITS.c.unannounced == false(),
        )
        .order_by(VISITS.c.due_on)
        .limit(VISITS_MAX)
    ).all()
