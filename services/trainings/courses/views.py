"""What is read about courses: the versions that can be run, newest version of each.

courses(connection, reach, after=None, limit=51)
offered(connection, reach, limit=200)           # what a new cohort can run
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, true, tuple_

from services.trainings.courses.tables import COURSE_RECORDS
from services.trainings.reach import Reach
from services.trainings.tables import COURSES


def courses(
    connection: Connection, reach: Reach, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[Row[Any]]:
    """The newest version of every course, by title; ``course_retired`` beside it."""
    query = _newest(true()).where(reach.programmes(COURSES.c.programme))
    if after is not None:
        query = query.where(tuple_(COURSES.c.title, COURSES.c.course_id) > after)
    return connection.execute(
        query.order_by(COURSES.c.title, COURSES.c.course_id).limit(limit)
    ).all()


def offered(connection: Connection, reach: Reach, *, limit: int) -> Sequence[Row[Any]]:
    """The newest version of every course that a cohort can be planned with, by title."""
    query = _newest(~COURSES.c.retired).where(
        reach.programmes(COURSES.c.programme), ~COURSE_RECORDS.c.retired
    )
    return connection.execute(
        query.order_by(COURSES.c.title, COURSES.c.course_id).limit(limit)
    ).all()


def course(connection: Connection, reach: Reach, course_id: str) -> Sequence[Row[Any]]:
    """All versions of a course, newest first; none when it is out of reach."""
    query = (
        select(
            COURSES,
            COURSE_RECORDS.c.retired.label("course_retired"),
            COURSE_RECORDS.c.version.label("record_version"),
        )
        .join(COURSE_RECORDS, COURSE_RECORDS.c.course_id == COURSES.c.course_id)
        .where(COURSES.c.course_id == course_id, reach.programmes(COURSES.c.programme))
    )
    return connection.execute(query.order_by(COURSES.c.course_version.desc())).all()


def version(connection: Connection, course_id: str, course_version: int) -> Row[Any] | None:
    """One version, for who was shown a cohort that runs it."""
    query = select(COURSES).where(
        COURSES.c.course_id == course_id, COURSES.c.course_version == course_version
    )
    return connection.execute(query).first()


def _newest(which: ColumnElement[bool]) -> Select[Any]:
    newest = (
        select(COURSES.c.course_id, func.max(COURSES.c.course_version).label("newest"))
        .where(which)
        .group_by(COURSES.c.course_id)
        .subquery()
    )
    return (
        select(COURSES, COURSE_RECORDS.c.retired.label("course_retired"))
        .join(
            newest,
            (newest.c.course_id == COURSES.c.course_id)
            & (newest.c.newest == COURSES.c.course_version),
        )
        .join(COURSE_RECORDS, COURSE_RECORDS.c.course_id == COURSES.c.course_id)
    )
