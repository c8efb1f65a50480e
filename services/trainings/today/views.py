"""What a trainer's day is made of: own open cohorts, each with its next session and its people.

for day in days(connection, store, account_id="trainer-1", now=now):
    day.session, day.recorded, day.participants    ->  the session of today or the next
    day.missing                                    ->  who was in neither of the last two
    day.at_risk                                    ->  who will not qualify unless somebody acts
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from services.trainings.cohorts.views import Standing, cohorts, sessions, standing
from services.trainings.reach import Reach
from services.trainings.tables import MARKS
from shared.clock import day_in
from shared.events.store import Store

COHORTS_MAX: Final = 200
MISSED_SESSIONS: Final = 2
"""So many sessions one after the other without being there, and somebody should ask."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One cohort on a day.

    session:    today's, else the next to come; None: none is planned any more.
    recorded:   how many of those who take part have a mark of it.
    unrecorded: earlier sessions of which somebody's attendance is not recorded, by number.
    missing:    who came to none of the last two sessions that were recorded of them.
    at_risk:    who can still qualify, but not by themselves; or cannot any more.
    """

    cohort: Row[Any]
    today: date
    session: Row[Any] | None
    recorded: int
    unrecorded: tuple[int, ...]
    participants: tuple[Standing, ...]
    missing: tuple[Standing, ...]
    at_risk: tuple[Standing, ...]

    @property
    def is_today(self) -> bool:
        """Whether the session is today's."""
        return self.session is not None and self.session.held_on == self.today

    @property
    def is_over(self) -> bool:
        """Whether its sessions are over and it waits to be finished."""
        return self.session is None and self.cohort.last_on is not None


def days(
    connection: Connection, store: Store, reach: Reach, *, account_id: str, now: datetime
) -> list[Day]:
    """The open cohorts that an account runs: today's first, then by the day of the next session."""
    found = [
        _day(connection, store, row, day_in(now, row.zone))
        for row in cohorts(connection, reach, state="open", trainer=account_id, limit=COHORTS_MAX)
    ]
    return sorted(found, key=_order)


def _order(day: Day) -> tuple[date, str]:
    return (day.session.held_on if day.session is not None else date.max), day.cohort.reference


def _day(connection: Connection, store: Store, row: Row[Any], today: date) -> Day:
    held = sessions(connection, row.cohort_id)
    people = standing(connection, store, row.cohort_id, today=today)
    here = tuple(one for one in people if one.takes_part and one.certificate_id is None)
    marks = _marks(connection, row.cohort_id)
    to_come = sorted(
        (one for one in held if one.held_on >= today), key=lambda one: (one.held_on, one.session)
    )
    session = to_come[0] if to_come else None
    past = sorted(
        (one for one in held if one.held_on < today), key=lambda one: (one.held_on, one.session)
    )
    taking_part = {one.registration_id for one in here}
    return Day(
        cohort=row,
        today=today,
        session=session,
        recorded=0 if session is None else len(marks.get(session.session, {}).keys() & taking_part),
        unrecorded=tuple(
            one.session for one in past if not taking_part <= marks.get(one.session, {}).keys()
        ),
        participants=here,
        missing=tuple(
            one
            for one in here
            if _missed(one.registration_id, [p.session for p in reversed(past)], marks)
        ),
        at_risk=tuple(
            one
            for one in here
            if one.outlook.at_risk and one.outlook.attendance not in ("unrecorded", "left")
        ),
    )


def _missed(
    registration_id: str, numbers: Collection[int], marks: dict[int, dict[str, int]]
) -> bool:
    """Whether their last marks, the newest first, all say that they were not there."""
    known = [
        marks[number][registration_id]
        for number in numbers
        if registration_id in marks.get(number, {})
    ]
    last = known[:MISSED_SESSIONS]
    return len(last) == MISSED_SESSIONS and not any(last)


def _marks(connection: Connection, cohort_id: str) -> dict[int, dict[str, int]]:
    """Session → registration → minutes."""
    row = MARKS.c
    query = select(row.session, row.registration_id, func.max(row.attended_minutes))
    query = query.where(row.cohort_id == cohort_id).group_by(row.session, row.registration_id)
    found: dict[int, dict[str, int]] = {}
    for session, registration_id, minutes in connection.execute(query):
        found.setdefault(session, {})[registration_id] = minutes
    return found
