"""A new content is a new version; an old version never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.trainings.courses.course import (
    COURSE,
    CourseCommand,
    ImportCourseVersion,
    PublishCourseVersion,
    VersionPublished,
)
from shared.errors import Invalid, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PUBLISH = PublishCourseVersion(
    by="o", now=NOW, course_id="c1", title="Trade", kind="business", hours=24, modules=("Plan",)
)
HISTORY = ImportCourseVersion(
    by="o", now=NOW, course_id="c1", version=3, title="Trade", kind="business"
)


def after(*commands: CourseCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += COURSE.decide(COURSE.fold(events), command)
    return events


def test_versions_count_up_and_the_same_content_is_no_new_one() -> None:
    events = after(PUBLISH, PUBLISH, replace(PUBLISH, hours=30))
    assert [e.version for e in events if isinstance(e, VersionPublished)] == [1, 2]


def test_history_brings_versions_in_any_order_once() -> None:
    events = after(HISTORY, HISTORY, replace(HISTORY, version=1), PUBLISH)
    assert [e.version for e in events if isinstance(e, VersionPublished)] == [3, 1, 4]
    with pytest.raises(Refused, match="version-exists"):
        after(HISTORY, replace(HISTORY, title="Craft"))


def test_hours_and_modules_are_needed() -> None:
    for wrong in (replace(PUBLISH, hours=0), replace(PUBLISH, modules=())):
        with pytest.raises(Invalid):
            after(wrong)
