"""What is known about an applicant when eligibility is asked: from views, by few queries.

    facts_of(connection, registration_id, call_id=..., kind="business", submitted_at=...)
    KnownPeople(connection, programme, call_id, kind).facts(registration_id, ...)

The first is for one application of daily use, the second for a whole call of the past.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Connection, select

from services.grants.applications.eligibility import Facts
from services.grants.applications.views import APPLICATIONS
from services.grants.foreign import (
    CERTIFICATES,
    REGISTRATIONS,
    certificates_of,
    registration,
    registrations_of,
)
from shared.errors import Missing
from shared.language.marking import N_

ELIGIBLE = ("under_review", "ranked", "approved", "waitlisted", "rejected")


def facts_of(
    connection: Connection,
    registration_id: str,
    *,
    application_id: str,
    call_id: str,
    kind: str,
    submitted_at: datetime,
) -> Facts:
    """The facts about the person of one application, as of now."""
    row = registration(connection, registration_id)
    if row is None:
        raise Missing("registration-missing", N_("There is no such registration here yet."))
    mine = registrations_of(connection, row["person_id"])
    others = (
        connection.execute(
            select(APPLICATIONS).where(
                APPLICATIONS.c.registration_id.in_([one["registration_id"] for one in mine]),
                APPLICATIONS.c.application_id != application_id,
            )
        )
        .mappings()
        .all()
    )
    born = row["birth_date"]
    return Facts(
        birth_date=date.fromisoformat(born) if born else None,
        residences=tuple((one["country"], one["municipality"]) for one in mine),
        certificate_days=tuple(
            one["issued_on"]
            for one in certificates_of(connection, row["person_id"])
            if one["kind"] == kind and one["revoked_on"] is None
        ),
        award_days=tuple(
            one["decided_on"]
            for one in others
            if one["state"] == "approved" and one["call_id"] != call_id
        ),
        has_earlier_eligible=any(
            one["call_id"] == call_id
            and _is_before(one["state"], one["submitted_at"], submitted_at)
            for one in others
        ),
    )


def _is_before(state: str, handed_in: datetime | None, submitted_at: datetime) -> bool:
    # One that waits for the officer's check passed the rules when it was handed in.
    active = state in ELIGIBLE or state in ("submitted", "changes_requested")
    return active and handed_in is not None and handed_in <= submitted_at


class KnownPeople:
    """What this service knows about everybody in the programme, read by few queries."""

    def __init__(self, connection: Connection, programme: str, call_id: str, kind: str) -> None:
        self.person: dict[str, str] = {}
        self.birth: dict[str, date | None] = {}
        self.residences: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.certified: defaultdict[str, list[date]] = defaultdict(list)
        self.awarded: defaultdict[str, list[date]] = defaultdict(list)
        run = connection.execute
        for row in run(select(REGISTRATIONS).where(REGISTRATIONS.c.programme == programme)):
            self.person[row.registration_id] = row.person_id
            born = row.birth_date
            self.birth[row.registration_id] = date.fromisoformat(born) if born else None
            self.residences[row.person_id].append((row.country, row.municipality))
        standing = CERTIFICATES.c.revoked_on.is_(None) & (CERTIFICATES.c.kind == kind)
        mine = CERTIFICATES.c.programme == programme
        for row in run(select(CERTIFICATES).where(mine & standing)):
            self.certified[self.person[row.registration_id]].append(row.issued_on)
        awards = (APPLICATIONS.c.state == "approved") & (APPLICATIONS.c.call_id != call_id)
        here = APPLICATIONS.c.programme == programme
        for row in run(select(APPLICATIONS).where(here & awards)):
            self.awarded[self.person[row.registration_id]].append(row.decided_on)

    def facts(self, registration_id: str, *, has_earlier_eligible: bool) -> Facts:
        """The facts about the person of a registration."""
        person = self.person[registration_id]
        return Facts(
            birth_date=self.birth[registration_id],
            residences=tuple(self.residences[person]),
            certificate_days=tuple(self.certified[person]),
            award_days=tuple(self.awarded[person]),
            has_earlier_eligible=has_earlier_eligible,
        )
