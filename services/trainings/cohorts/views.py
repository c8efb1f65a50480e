"""What is read about cohorts: lists, sessions, participants and how each stands.

cohorts(connection, reach, after=None, limit=51)
standing(connection, store, cohort_id)   # the rule itself, applied to what is recorded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_state import CohortState, NoCohort
from services.trainings.cohorts.outlook import Outlook, outlook
from services.trainings.cohorts.qualification import Qualification, qualification
from services.trainings.foreign import STAFF, TRAINERS
from services.trainings.reach import Reach, run_by
from services.trainings.tables import CERTIFICATES, COHORTS, MARKS, MEMBERS, REGISTRATIONS, SESSIONS
from shared.access.roles import EVERY_PROGRAMME
from shared.events.store import Store


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One participant: who they are, how they stand, whether they have the certificate."""

    registration_id: str
    reference: str
    full_name: str | None
    confirmed: bool
    pre_test: int | None
    qualification: Qualification
    certificate_id: str | None
    number: str | None
    certificate_state: str | None
    outlook: Outlook
    left_on: date | None
    left_for: str | None
    came_from: str | None

    @property
    def takes_part(self) -> bool:
        """Whether they neither dropped out nor went on in another cohort."""
        return self.left_on is None

    @property
    def can_be_certified(self) -> bool:
        """Whether a certificate can be issued now, but for the day of the last session.

        Whose identity was erased has no name that could stand on one.
        """
        named = self.full_name is not None
        return self.qualification.qualifies and self.confirmed and named and not self.certificate_id


def cohorts(
    connection: Connection,
    reach: Reach,
    *,
    state: str = "",
    trainer: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Cohorts by reference, with first and last session and how many take part.

    trainer: an account; only cohorts that it runs.
    """
    days = (
        select(
            SESSIONS.c.cohort_id,
            func.min(SESSIONS.c.held_on).label("first_on"),
            func.max(SESSIONS.c.held_on).label("last_on"),
        )
        .group_by(SESSIONS.c.cohort_id)
        .subquery()
    )
    members = (
        select(MEMBERS.c.cohort_id, func.count().label("participants"))
        .where(MEMBERS.c.left_on.is_(None))
        .group_by(MEMBERS.c.cohort_id)
        .subquery()
    )
    query = (
        select(
            COHORTS,
            days.c.first_on,
            days.c.last_on,
            func.coalesce(members.c.participants, 0).label("participants"),
        )
        .outerjoin(days, days.c.cohort_id == COHORTS.c.cohort_id)
        .outerjoin(members, members.c.cohort_id == COHORTS.c.cohort_id)
        .where(reach.cohorts())
    )
    if state:
        closed = COHORTS.c.closed_on.is_not(None)
        query = query.where(closed if state == "closed" else ~closed)
    if trainer:
        query = query.where(run_by(trainer))
    if after is not None:
        reference, last = after
        query = query.where(
            or_(
                COHORTS.c.reference > reference,
                (COHORTS.c.reference == reference) & (COHORTS.c.cohort_id > last),
            )
        )
    query = query.order_by(COHORTS.c.reference, COHORTS.c.cohort_id).limit(limit)
    return connection.execute(query).all()


def cohort(connection: Connection, reach: Reach, cohort_id: str) -> Row[Any] | None:
    """One cohort in reach."""
    query = select(COHORTS).where(COHORTS.c.cohort_id == cohort_id, reach.cohorts())
    return connection.execute(query).first()


def count(connection: Connection, reach: Reach, *, state: str = "") -> int:
    """How many cohorts in reach: open, closed, or all."""
    query = select(func.count()).select_from(COHORTS).where(reach.cohorts())
    if state:
        closed = COHORTS.c.closed_on.is_not(None)
        query = query.where(closed if state == "closed" else ~closed)
    return int(connection.execute(query).scalar_one())


def reference_exists(connection: Connection, programme: str, reference: str) -> bool:
    """Whether a cohort of the programme has the reference."""
    query = select(COHORTS.c.cohort_id).where(
        COHORTS.c.programme == programme, COHORTS.c.reference == reference
    )
    return connection.execute(query.limit(1)).first() is not None


def record(connection: Connection, cohort_id: str) -> Row[Any] | None:
    """One cohort, for handlers that have asked whose it is."""
    return connection.execute(select(COHORTS).where(COHORTS.c.cohort_id == cohort_id)).first()


def sessions(connection: Connection, cohort_id: str) -> Sequence[Row[Any]]:
    """The sessions in order, with how many marks each has."""
    marks = (
        select(MARKS.c.session, func.count().label("marks"))
        .where(MARKS.c.cohort_id == cohort_id)
        .group_by(MARKS.c.session)
        .subquery()
    )
    query = (
        select(SESSIONS, func.coalesce(marks.c.marks, 0).label("marks"))
        .outerjoin(marks, marks.c.session == SESSIONS.c.session)
        .where(SESSIONS.c.cohort_id == cohort_id)
        .order_by(SESSIONS.c.session)
    )
    return connection.execute(query).all()


def attendance(connection: Connection, cohort_id: str, session: int) -> Sequence[Row[Any]]:
    """Everybody who takes part or has a mark of the session, by name, with that mark."""
    marks = (
        select(MARKS).where(MARKS.c.cohort_id == cohort_id, MARKS.c.session == session).subquery()
    )
    query: Select[Any] = (
        select(
            MEMBERS.c.registration_id,
            REGISTRATIONS.c.reference,
            REGISTRATIONS.c.full_name,
            MEMBERS.c.left_on,
            marks.c.attended_minutes,
            marks.c.excused,
            marks.c.excused_as,
        )
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.registration_id == MEMBERS.c.registration_id)
        .outerjoin(marks, marks.c.registration_id == MEMBERS.c.registration_id)
        .where(MEMBERS.c.cohort_id == cohort_id)
        .order_by(REGISTRATIONS.c.name_folded, MEMBERS.c.registration_id)
    )
    return connection.execute(query).all()


def member_names(connection: Connection, cohort_id: str) -> list[tuple[str, str | None]]:
    """(registration, name) of everybody who takes part or took part, by name; None: erased."""
    query = (
        select(MEMBERS.c.registration_id, REGISTRATIONS.c.full_name)
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.registration_id == MEMBERS.c.registration_id)
        .where(MEMBERS.c.cohort_id == cohort_id)
        .order_by(REGISTRATIONS.c.name_folded, MEMBERS.c.registration_id)
    )
    return [(row.registration_id, row.full_name) for row in connection.execute(query)]


def standing(
    connection: Connection, store: Store, cohort_id: str, *, today: date
) -> list[Standing]:
    """Everybody enrolled by name, what they lack, and whether they can still qualify.

    Who left is among them. today: the day it is where the cohort meets.
    """
    state = _state(connection, store, cohort_id)
    if isinstance(state, NoCohort):
        return []
    query = (
        select(
            MEMBERS.c.registration_id,
            MEMBERS.c.pre_test,
            MEMBERS.c.left_on,
            MEMBERS.c.left_for,
            MEMBERS.c.came_from,
            REGISTRATIONS.c.reference,
            REGISTRATIONS.c.full_name,
            REGISTRATIONS.c.state,
            CERTIFICATES.c.certificate_id,
            CERTIFICATES.c.number,
            CERTIFICATES.c.state.label("certificate_state"),
        )
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.registration_id == MEMBERS.c.registration_id)
        .outerjoin(
            CERTIFICATES,
            (CERTIFICATES.c.registration_id == MEMBERS.c.registration_id)
            & (CERTIFICATES.c.cohort_id == MEMBERS.c.cohort_id),
        )
        .where(MEMBERS.c.cohort_id == cohort_id)
        .order_by(REGISTRATIONS.c.name_folded, MEMBERS.c.registration_id)
    )
    return [
        Standing(
            registration_id=row.registration_id,
            reference=row.reference or "",
            full_name=row.full_name,
            confirmed=row.state in ("confirmed", "outside"),
            pre_test=row.pre_test,
            qualification=qualification(state, row.registration_id),
            certificate_id=row.certificate_id,
            number=row.number,
            certificate_state=row.certificate_state,
            outlook=outlook(state, row.registration_id, today=today),
            left_on=row.left_on,
            left_for=row.left_for,
            came_from=row.came_from,
        )
        for row in connection.execute(query)
    ]


def participants(connection: Connection, cohort_id: str) -> int:
    """How many take part."""
    query = (
        select(func.count())
        .select_from(MEMBERS)
        .where(MEMBERS.c.cohort_id == cohort_id, MEMBERS.c.left_on.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def last_day(connection: Connection, cohort_id: str) -> date | None:
    """The day of the last session."""
    query = select(func.max(SESSIONS.c.held_on)).where(SESSIONS.c.cohort_id == cohort_id)
    return connection.execute(query).scalar()


def cohorts_of(connection: Connection, registration_id: str, reach: Reach) -> Sequence[Row[Any]]:
    """The cohorts that a registration takes part in."""
    query = (
        select(COHORTS, MEMBERS.c.post_test, MEMBERS.c.left_on)
        .join(MEMBERS, MEMBERS.c.cohort_id == COHORTS.c.cohort_id)
        .where(MEMBERS.c.registration_id == registration_id, reach.cohorts())
        .order_by(COHORTS.c.reference)
    )
    return connection.execute(query).all()


def trainers(connection: Connection, programme: str) -> list[tuple[str, str]]:
    """(account, name) of who may train in a programme, also as a trainer of all, by name."""
    query = (
        select(TRAINERS.c.account_id, STAFF.c.display_name)
        .outerjoin(STAFF, STAFF.c.account_id == TRAINERS.c.account_id)
        .where(TRAINERS.c.programme.in_((programme, EVERY_PROGRAMME)))
        .distinct()
        .order_by(STAFF.c.display_name, TRAINERS.c.account_id)
    )
    return [
        (row.account_id, row.display_name or row.account_id) for row in connection.execute(query)
    ]


def _state(connection: Connection, store: Store, cohort_id: str) -> CohortState:
    events, _ = store.stream(connection, COHORT.stream(cohort_id))
    state: CohortState = COHORT.fold(events)
    return state if events else NoCohort()
