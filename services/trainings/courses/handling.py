"""What is done with courses, for JSON and pages alike: handlers of one unit of work.

course_id = create(work, by=actor(), content=NewContent(title="Starting a business", …))
publish(work, by=actor(), course_id=course_id, content=NewContent(hours=30, …))   # version 2
retire(work, by=actor(), course_id=course_id, version=1, reason="The law changed")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from services.trainings.courses.course import (
    COURSE,
    CourseKind,
    OfferAgain,
    PublishCourseVersion,
    RetireCourse,
)
from services.trainings.courses.rule import Rule, rule_for
from shared.errors import Missing
from shared.events.work import Work
from shared.language.marking import N_


@dataclass(frozen=True, kw_only=True)
class NewContent:
    """What a version says. ``rule``: None: that of the kind."""

    title: str
    kind: str
    hours: int
    modules: tuple[str, ...]
    description: str = ""
    module_hours: tuple[int, ...] = ()
    rule: Rule | None = None


def create(work: Work, *, by: str, content: NewContent) -> str:
    """Publish the first version of a new course; returns the course's id."""
    course_id = work.new_id()
    _publish(work, by=by, course_id=course_id, content=content)
    return course_id


def publish(work: Work, *, by: str, course_id: str, content: NewContent) -> None:
    """Publish the next version of a course; the same content again changes nothing."""
    if not work.load(COURSE, course_id).latest:
        raise Missing("no-course", N_("There is no such course."))
    _publish(work, by=by, course_id=course_id, content=content)


def retire(work: Work, *, by: str, course_id: str, version: int | None, reason: str) -> None:
    """Let no new cohort run a version; None: the whole course."""
    command = RetireCourse(by=by, now=work.now, course_id=course_id, version=version, reason=reason)
    work.decide(COURSE, course_id, command)


def offer(work: Work, *, by: str, course_id: str, version: int | None) -> None:
    """Let new cohorts run a retired version; None: the whole course."""
    command = OfferAgain(by=by, now=work.now, course_id=course_id, version=version)
    work.decide(COURSE, course_id, command)


def _publish(work: Work, *, by: str, course_id: str, content: NewContent) -> None:
    command = PublishCourseVersion(
        by=by,
        now=work.now,
        course_id=course_id,
        title=content.title,
        kind=cast(CourseKind, content.kind),
        hours=content.hours,
        modules=content.modules,
        description=content.description,
        module_hours=content.module_hours,
        rule=content.rule or rule_for(content.kind),
    )
    work.decide(COURSE, course_id, command)
