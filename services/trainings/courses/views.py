"""What is read about courses: the versions that can be run, newest version of each.

courses(connection, reach, after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_

from services.trainings.reach import Reach
from services.trainings.tables import COURSES


def courses(
    connection: Connection, reach: Reach, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[Row[Any]]:
    """The newest version of every course, by title."""
    newest = (
        select(COURSES.c.course_id, func.max(COURSES.c.course_version).label("newest"))
        .group_by(COURSES.c.course_id)
        .subquery()
    )
    query = (
        select(COURSES)
        .join(
            newest,
            (newest.c.course_id == COURSES.c.course_id)
            & (newest.c.newest == COURSES.c.course_version),
        )
        .where(reach.programmes(COURSES.c.programme))
    )
    if after is not None:
        query = query.where(tuple_(COURSES.c.title, COURSES.c.course_id) > after)
    return connection.execute(
        query.order_by(COURSES.c.title, COURSES.c.course_id).limit(limit)
    ).all()


def course(connection: Connection, reach: Reach, course_id: str) -> Sequence[Row[Any]]:
    """All versions of a course, newest first; none when it is out of reach."""
    query = select(COURSES).where(
        COURSES.c.course_id == course_id, reach.programmes(COURSES.c.programme)
    )
    return connection.execute(query.order_by(COURSES.c.course_version.desc())).all()
