"""A course and its versions: title, kind, hours, modules.

    PublishCourseVersion(course_id="c1", title="Starting a small business", kind="business",
                         hours=24, modules=("Plan", "Market"), …)
        -> VersionPublished(version=1, …)

A cohort runs one version; a new content is a new version, and the old one stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from services.trainings.people.fields import term, text
from shared.errors import Invalid, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

CourseKind: TypeAlias = Literal[
    "business", "primary", "vocational", "secondary", "employment_service"
]

TITLE_LENGTH_MAX: Final = 200
HOURS_MAX: Final = 5000
MODULES_MAX: Final = 100
VERSION_MAX: Final = 1000


# Events


@event_type("trainings.course.version_published.v1")
class VersionPublished(Event, frozen=True, kw_only=True):
    """A version can be run from now on. ``hours`` is None where history does not tell."""

    course_id: str
    version: int
    title: str
    kind: CourseKind
    hours: int | None
    modules: tuple[str, ...]
    imported: bool = False


# State


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a version says."""

    title: str
    kind: str
    hours: int | None
    modules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Course:
    """Versions by number; none yet for a course that nobody published."""

    versions: Mapping[int, Content] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        """The highest version, 0 when there is none."""
        return max(self.versions, default=0)


def evolve(state: Course, event: VersionPublished) -> Course:
    """State after one more event."""
    match event:
        case VersionPublished():
            content = Content(
                title=event.title, kind=event.kind, hours=event.hours, modules=event.modules
            )
            return Course(versions={**state.versions, event.version: content})
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a course")


# Commands


@dataclass(frozen=True, kw_only=True)
class PublishCourseVersion:
    """Publish the next version."""

    by: str
    now: datetime
    course_id: str
    title: str
    kind: CourseKind
    hours: int
    modules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportCourseVersion:
    """Bring a version from before under its own number, in any order."""

    by: str
    now: datetime
    course_id: str
    version: int
    title: str
    kind: CourseKind
    hours: int | None = None
    modules: tuple[str, ...] = ()


CourseCommand: TypeAlias = PublishCourseVersion | ImportCourseVersion


# Decide


def decide(state: Course, command: CourseCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid."""
    content = _content(command)
    match command:
        case PublishCourseVersion():
            if not command.modules:
                raise Invalid("no-modules", N_("A course needs at least one module."))
            if state.versions.get(state.latest) == content:
                return ()
            version = state.latest + 1
        case ImportCourseVersion():
            version = command.version
            if state.versions.get(version) == content:
                return ()
            if version in state.versions:
                raise Refused(
                    "version-exists",
                    N_("Version {version} of this course exists with another content."),
                    version=version,
                )
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a course")
    if not 1 <= version <= VERSION_MAX:
        raise Invalid(
            "version-out-of-range",
            N_("A course version is a number from 1 to {version_max}."),
            version_max=VERSION_MAX,
        )
    return (
        VersionPublished(
            course_id=command.course_id,
            version=version,
            title=content.title,
            kind=command.kind,
            hours=content.hours,
            modules=content.modules,
            imported=isinstance(command, ImportCourseVersion),
        ),
    )


def _content(command: CourseCommand) -> Content:
    if command.hours is not None and not 1 <= command.hours <= HOURS_MAX:
        raise Invalid(
            "hours-out-of-range",
            N_("A course has from 1 to {hours_max} hours."),
            hours_max=HOURS_MAX,
        )
    if len(command.modules) > MODULES_MAX:
        raise Invalid(
            "too-many-modules",
            N_("A course has at most {modules_max} modules."),
            modules_max=MODULES_MAX,
        )
    return Content(
        title=text(command.title, field="title", length_max=TITLE_LENGTH_MAX),
        kind=term(command.kind, get_args(CourseKind), field="kind"),
        hours=command.hours,
        modules=tuple(
            text(module, field="modules", length_max=TITLE_LENGTH_MAX) for module in command.modules
        ),
    )


COURSE: Final[Decider[Course]] = Decider(
    kind="course", initial=Course(), evolve=evolve, decide=decide, events=(VersionPublished,)
)
