"""What is read about certificates from elsewhere, each with the person's name and reference.

recognitions(connection, reach, state="proposed", after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from services.trainings.reach import Reach
from services.trainings.recognition.tables import RECOGNITIONS
from services.trainings.tables import REGISTRATIONS
from shared.language.folding import fold


def recognitions(
    connection: Connection,
    reach: Reach,
    *,
    state: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """The latest first. ``after``: (ISO day, id) of the last one seen."""
    query = _with_people(reach)
    if state:
        query = query.where(RECOGNITIONS.c.state == state)
    if after is not None:
        day, last = date.fromisoformat(after[0]), after[1]
        query = query.where(
            or_(
                RECOGNITIONS.c.recognised_on < day,
                (RECOGNITIONS.c.recognised_on == day) & (RECOGNITIONS.c.recognition_id < last),
            )
        )
    query = query.order_by(
        RECOGNITIONS.c.recognised_on.desc(), RECOGNITIONS.c.recognition_id.desc()
    )
    return connection.execute(query.limit(limit)).all()


def count(connection: Connection, reach: Reach, *, state: str = "") -> int:
    """How many there are."""
    query = _with_people(reach)
    if state:
        query = query.where(RECOGNITIONS.c.state == state)
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def recognition(connection: Connection, reach: Reach, recognition_id: str) -> Row[Any] | None:
    """One in reach."""
    own = RECOGNITIONS.c.recognition_id == recognition_id
    return connection.execute(_with_people(reach).where(own)).first()


def recognitions_of(connection: Connection, registrations: Collection[str]) -> Sequence[Row[Any]]:
    """Those of some registrations, the oldest first."""
    query = select(RECOGNITIONS).where(RECOGNITIONS.c.registration_id.in_(sorted(registrations)))
    order = (RECOGNITIONS.c.issued_on, RECOGNITIONS.c.recognition_id)
    return connection.execute(query.order_by(*order)).all()


def mark(issuer: str, number: str, title: str, issued_on: date) -> tuple[str, ...]:
    """What makes a paper the same one: who issued it and its number; without one, what it says.

    >>> mark("Škola Čačak", "12 / 2024", "Šivenje", date(2024, 5, 6))
    ('skola cacak', '12 2024')
    """
    counted = fold(number)
    if counted:
        return fold(issuer), counted
    return fold(issuer), "", fold(title), issued_on.isoformat()


def recognitions_of_person(connection: Connection, person_id: str) -> Sequence[Row[Any]]:
    """Those of all registrations of a person, withdrawn ones too."""
    query = select(RECOGNITIONS).join(
        REGISTRATIONS, REGISTRATIONS.c.registration_id == RECOGNITIONS.c.registration_id
    )
    return connection.execute(query.where(REGISTRATIONS.c.person_id == person_id)).all()


def of_others(connection: Connection, reach: Reach, row: Row[Any]) -> Sequence[Row[Any]]:
    """Those of other people, in reach, that count and have the same issuer and number."""
    if not row.number or row.state == "withdrawn":
        return []
    own = select(REGISTRATIONS.c.person_id).where(
        REGISTRATIONS.c.registration_id == row.registration_id
    )
    query = _with_people(reach).where(
        RECOGNITIONS.c.programme == row.programme,
        RECOGNITIONS.c.number == row.number,
        RECOGNITIONS.c.state != "withdrawn",
        REGISTRATIONS.c.person_id != own.scalar_subquery(),
    )
    found = connection.execute(query.order_by(RECOGNITIONS.c.recognition_id).limit(10)).all()
    return [one for one in found if fold(one.issuer) == fold(row.issuer)]


def keeps(connection: Connection, sha256: str) -> bool:
    """Whether something was recognised by this copy of a paper."""
    query = select(RECOGNITIONS.c.recognition_id).where(RECOGNITIONS.c.sha256 == sha256)
    return connection.execute(query.limit(1)).first() is not None


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row.recognised_on.isoformat(), row.recognition_id


def _with_people(reach: Reach) -> Select[Any]:
    return (
        select(
            RECOGNITIONS,
            REGISTRATIONS.c.full_name,
            REGISTRATIONS.c.reference,
            REGISTRATIONS.c.country,
        )
        .join(REGISTRATIONS, REGISTRATIONS.c.registration_id == RECOGNITIONS.c.registration_id)
        .where(reach.registrations())
    )
