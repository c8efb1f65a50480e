"""The rows of course versions, one each.

VersionPublished(course_id="c1", version=2, title="Starting a small business", …) -> one row
"""

from __future__ import annotations

from typing import Final

from services.trainings.courses.course import VersionPublished
from services.trainings.tables import COURSES
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Write the row of a version."""
    match recorded.event:
        case VersionPublished() as event:
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
                },
            )


COURSE_VERSIONS: Final = Projection("courses", 1, (COURSES,), project, (VersionPublished,))
