"""The rows of courses: one for each course, and one for each of its versions.

VersionPublished(course_id="c1", version=2, title="Starting a small business", …) -> a new row
Retired(course_id="c1", version=1, …)                        -> the row of version 1 is retired
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.courses.course import (
    CourseEvent,
    OfferedAgain,
    Retired,
    VersionPublished,
)
from services.trainings.courses.tables import COURSE_RECORDS
from services.trainings.tables import COURSES
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one course up to an event."""
    match recorded.event:
        case VersionPublished() as event:
            _published(at, recorded, event)
        case Retired() as event:
            _mark(at, recorded, event.version, retired=True)
        case OfferedAgain() as event:
            _mark(at, recorded, event.version, retired=False)


def _published(at: Projecting, recorded: Recorded, event: VersionPublished) -> None:
    at.make(
        COURSES,
        {
            "course_id": event.course_id,
            "course_version": event.version,
            "programme": recorded.programme,
            "title": event.title,
            "kind": event.kind,
            "hours": event.hours,
            "modules": "\n".join(event.modules),
            "imported": event.imported,
            "description": event.description,
            "module_hours": "\n".join(str(hours) for hours in event.module_hours),
            "attendance_percent_min": event.attendance_percent_min,
            "post_test_min": event.post_test_min,
            "retired": False,
        },
    )
    key = {"course_id": event.course_id}
    if recorded.version == 1:
        at.make(
            COURSE_RECORDS,
            {**key, "programme": recorded.programme, "retired": False, "version": 1},
        )
    else:
        at.change(COURSE_RECORDS, key, version=recorded.version)


def _mark(at: Projecting, recorded: Recorded, version: int | None, *, retired: bool) -> None:
    key = {"course_id": recorded.identifier}
    if version is None:
        at.change(COURSE_RECORDS, key, version=recorded.version, retired=retired)
    else:
        at.change(COURSE_RECORDS, key, version=recorded.version)
        at.change(COURSES, {**key, "course_version": version}, retired=retired)


COURSE_VERSIONS: Final = Projection(
    "courses", 2, (COURSES, COURSE_RECORDS), project, get_args(CourseEvent)
)
