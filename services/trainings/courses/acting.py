"""What the routes of courses do, for the JSON interface and the pages alike.

course = found("0192…", "trainings.courses.write")
course.newest.title, course.version
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.courses import handling, views
from services.trainings.courses.course import COURSE
from services.trainings.courses.handling import NewContent
from services.trainings.courses.rule import Rule
from shared.events.work import Work
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service

READ: Final = "trainings.courses.read"
WRITE: Final = "trainings.courses.write"


@dataclass(frozen=True)
class Found:
    """A course: the rows of its versions, the newest first."""

    rows: Sequence[Row[Any]]

    @property
    def newest(self) -> Row[Any]:
        """The version with the highest number."""
        return self.rows[0]

    @property
    def version(self) -> int:
        """The record's own version."""
        return int(self.newest.record_version)

    @property
    def retired(self) -> bool:
        """Whether no new cohort runs it, in any version."""
        return bool(self.newest.course_retired)

    def row(self, course_version: int) -> Row[Any]:
        """The row of one version. Raises Missing."""
        for one in self.rows:
            if one.course_version == course_version:
                return one
        raise not_found()


def found(course_id: str, permission: str) -> Found:
    """A course that the one who asks may see, and do this with; else Missing, Forbidden."""
    with service().database.reading() as connection:
        rows = views.course(connection, reach(READ), identifier(course_id))
    if not rows:
        raise not_found()
    ensure(permission, rows[0].programme, missing=not_found())
    return Found(rows)


def content_of(given: dict[str, Any]) -> NewContent:
    """What a version says, from what ``ContentSchema`` read."""
    return NewContent(
        title=given["title"],
        kind=given["kind"],
        hours=given["hours"],
        modules=tuple(given["modules"]),
        description=given["description"],
        module_hours=tuple(given["module_hours"]),
        rule=Rule(
            attendance_percent_min=given["attendance_percent_min"],
            post_test_min=given["post_test_min"],
        ),
    )


def create(work: Work, *, by: str, content: NewContent, location: str) -> Answer:
    """Publish a new course; the answer goes to it, under ``location``."""
    course_id = handling.create(work, by=by, content=content)
    return receipt(work, COURSE, course_id, status=201, location=f"{location}/{course_id}")


def publish(
    work: Work, *, by: str, course_id: str, version: int, content: NewContent, location: str
) -> Answer:
    """Publish the next version of a course that is still as it was seen."""
    work.expect(COURSE, course_id, version)
    handling.publish(work, by=by, course_id=course_id, content=content)
    return receipt(work, COURSE, course_id, location=location)


def retire(
    work: Work,
    *,
    by: str,
    course: Found,
    version: int,
    course_version: int | None,
    reason: str,
    location: str,
) -> Answer:
    """Let no new cohort run a version (None: the course) that is still as it was seen."""
    course_id = course.newest.course_id
    work.expect(COURSE, course_id, version)
    handling.retire(work, by=by, course_id=course_id, version=course_version, reason=reason)
    return receipt(work, COURSE, course_id, location=location)


def offer(
    work: Work,
    *,
    by: str,
    course: Found,
    version: int,
    course_version: int | None,
    location: str,
) -> Answer:
    """Let new cohorts run it again."""
    course_id = course.newest.course_id
    work.expect(COURSE, course_id, version)
    handling.offer(work, by=by, course_id=course_id, version=course_version)
    return receipt(work, COURSE, course_id, location=location)


def shown(row: Row[Any]) -> dict[str, Any]:
    """A version as it is told: modules and their hours as lists."""
    hours = [int(one) for one in row.module_hours.split("\n")] if row.module_hours else []
    modules = row.modules.split("\n") if row.modules else []
    return {**row._asdict(), "modules": modules, "module_hours": hours}
