"""What is read about referrals, each with the person's name and reference.

referrals(connection, reach, Search(state="sent"), after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from services.trainings.reach import Reach
from services.trainings.referrals.tables import REFERRALS
from services.trainings.tables import REGISTRATIONS

OPEN: Final = ("sent", "accepted", "enrolled", "progressing")


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which referrals. ``state``: one of them, ``open``, ``waiting`` for news, or all.

    today: decides what waits for news.
    """

    today: date
    state: str = ""
    aim: str = ""
    registrations: tuple[str, ...] = ()

    def conditions(self, reach: Reach) -> list[ColumnElement[bool]]:
        """On the rows in reach."""
        row = REFERRALS.c
        seen = select(REGISTRATIONS.c.registration_id).where(reach.registrations())
        found: list[ColumnElement[bool]] = [row.registration_id.in_(seen)]
        if self.state == "open":
            found.append(row.state.in_(OPEN))
        elif self.state == "waiting":
            found.append(row.remind_on <= self.today)
        elif self.state:
            found.append(row.state == self.state)
        if self.state:
            found.append(row.withdrawn.is_(False))
        if self.aim:
            found.append(row.aim == self.aim)
        if self.registrations:
            found.append(row.registration_id.in_(self.registrations))
        return found


def referrals(
    connection: Connection,
    reach: Reach,
    search: Search,
    *,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Referrals, those that changed last first. ``after``: (ISO day, id) of the last one seen."""
    row = REFERRALS.c
    query = _with_people().where(*search.conditions(reach))
    if after is not None:
        day, last = date.fromisoformat(after[0]), after[1]
        query = query.where(or_(row.since < day, (row.since == day) & (row.referral_id < last)))
    query = query.order_by(row.since.desc(), row.referral_id.desc())
    return connection.execute(query.limit(limit)).all()


def count(connection: Connection, reach: Reach, search: Search) -> int:
    """How many a search finds."""
    query = select(func.count()).select_from(REFERRALS).where(*search.conditions(reach))
    return connection.execute(query).scalar_one()


def referral(connection: Connection, reach: Reach, referral_id: str) -> Row[Any] | None:
    """One referral in reach."""
    seen = select(REGISTRATIONS.c.registration_id).where(reach.registrations())
    query = _with_people().where(
        REFERRALS.c.referral_id == referral_id, REFERRALS.c.registration_id.in_(seen)
    )
    return connection.execute(query).first()


def referrals_of(connection: Connection, registrations: Sequence[str]) -> Sequence[Row[Any]]:
    """The referrals of some registrations that count, oldest first."""
    query = select(REFERRALS).where(
        REFERRALS.c.registration_id.in_(registrations), REFERRALS.c.withdrawn.is_(False)
    )
    return connection.execute(query.order_by(REFERRALS.c.sent_on, REFERRALS.c.referral_id)).all()


def due(connection: Connection, today: date, *, limit: int) -> Sequence[Row[Any]]:
    """Referrals whose day to ask for news is here, with their programmes."""
    row = REFERRALS.c
    query: Select[Any] = select(row.referral_id, row.programme, REGISTRATIONS.c.country)
    query = query.join(
        REGISTRATIONS, REGISTRATIONS.c.registration_id == REFERRALS.c.registration_id
    )
    query = query.where(REFERRALS.c.remind_on <= today, REFERRALS.c.reminded.is_(False))
    return connection.execute(query.order_by(REFERRALS.c.referral_id).limit(limit)).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    return row.since.isoformat(), row.referral_id


def _with_people() -> Select[Any]:
    whose = REGISTRATIONS.c
    return select(REFERRALS, whose.full_name, whose.reference, whose.country).outerjoin(
        REGISTRATIONS, whose.registration_id == REFERRALS.c.registration_id
    )
