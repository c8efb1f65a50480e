"""A course and its versions: title, kind, hours, modules, description, rule of certification.

    PublishCourseVersion(course_id="c1", title="Starting a small business", kind="business",
                         hours=24, modules=("Plan", "Market"), module_hours=(16, 8), …)
        -> VersionPublished(version=1, …)
    RetireCourse(course_id="c1", version=1, reason="The law changed")   -> Retired(version=1)

A cohort runs one version; a new content, another title too, is a new version, and the old one stays
as it was. With a retired version, or course, no new cohort is planned; those planned go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias, get_args

from services.trainings.courses.rule import DEFAULT_RULE, CourseKind, Rule, checked
from services.trainings.people.fields import REASON_LENGTH_MAX, line, optional_text, term, text
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

# Whoever speaks of a course takes its kinds from here; rules of kinds come before courses.
__all__ = ["CourseKind"]

TITLE_LENGTH_MAX: Final = 200
DESCRIPTION_LENGTH_MAX: Final = 2000
HOURS_MAX: Final = 5000
MODULES_MAX: Final = 100
VERSION_MAX: Final = 1000


# Events


@event_type("trainings.course.version_published.v1")
class VersionPublished(Event, frozen=True, kw_only=True):
    """A version can be run from now on. ``hours`` is None where history does not tell.

    module_hours:  one for each module, or none at all: not told.
    post_test_min: None: the certificate asks for no test.
    """

    course_id: str
    version: int
    title: str
    kind: CourseKind
    hours: int | None
    modules: tuple[str, ...]
    imported: bool = False
    description: str = ""
    module_hours: tuple[int, ...] = ()
    attendance_percent_min: int = 80
    post_test_min: int | None = 50


@event_type("trainings.course.retired.v1")
class Retired(Event, frozen=True, kw_only=True):
    """No new cohort runs this version from now on; None: the course, in any version."""

    course_id: str
    version: int | None
    reason: str


@event_type("trainings.course.offered_again.v1")
class OfferedAgain(Event, frozen=True, kw_only=True):
    """A retired version, or the course (None), can be run again."""

    course_id: str
    version: int | None


CourseEvent: TypeAlias = VersionPublished | Retired | OfferedAgain


# State


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a version says. ``module_hours``: one for each module, or empty."""

    title: str
    kind: str
    hours: int | None
    modules: tuple[str, ...]
    description: str = ""
    module_hours: tuple[int, ...] = ()
    rule: Rule = DEFAULT_RULE


@dataclass(frozen=True, kw_only=True)
class Course:
    """Versions by number; none yet for a course that nobody published.

    retired: versions that no new cohort runs; None among them: the whole course.
    """

    versions: Mapping[int, Content] = field(default_factory=dict)
    retired: frozenset[int | None] = frozenset()

    @property
    def latest(self) -> int:
        """The highest version, 0 when there is none."""
        return max(self.versions, default=0)

    @property
    def offered(self) -> int:
        """The highest version that a cohort can be planned with, 0 when there is none."""
        return max((one for one in self.versions if self.is_offered(one)), default=0)

    def is_offered(self, version: int) -> bool:
        """Whether a cohort can be planned with a version."""
        return None not in self.retired and version not in self.retired


def evolve(state: Course, event: CourseEvent) -> Course:
    """State after one more event."""
    match event:
        case VersionPublished():
            content = Content(
                title=event.title,
                kind=event.kind,
                hours=event.hours,
                modules=event.modules,
                description=event.description,
                module_hours=event.module_hours,
                rule=Rule(
                    attendance_percent_min=event.attendance_percent_min,
                    post_test_min=event.post_test_min,
                ),
            )
            return replace(state, versions={**state.versions, event.version: content})
        case Retired():
            return replace(state, retired=state.retired | {event.version})
        case OfferedAgain():
            return replace(state, retired=state.retired - {event.version})
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
    description: str = ""
    module_hours: tuple[int, ...] = ()
    rule: Rule = DEFAULT_RULE


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
    description: str = ""
    module_hours: tuple[int, ...] = ()
    rule: Rule = DEFAULT_RULE


@dataclass(frozen=True, kw_only=True)
class RetireCourse:
    """Let no new cohort run a version; None: the course. ``reason`` names nobody."""

    by: str
    now: datetime
    course_id: str
    version: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfferAgain:
    """Let new cohorts run a retired version; None: the course."""

    by: str
    now: datetime
    course_id: str
    version: int | None


Publishing: TypeAlias = PublishCourseVersion | ImportCourseVersion
CourseCommand: TypeAlias = Publishing | RetireCourse | OfferAgain


# Decide


def decide(state: Course, command: CourseCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    match command:
        case RetireCourse():
            return _retire(state, command)
        case OfferAgain():
            return _offer(state, command)
        case PublishCourseVersion() | ImportCourseVersion():
            return _publish(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a course")


def _publish(state: Course, command: Publishing) -> tuple[Event, ...]:
    content = _content(command)
    if isinstance(command, PublishCourseVersion):
        if not command.modules:
            raise Invalid("no-modules", N_("A course needs at least one module."))
        if state.versions.get(state.latest) == content:
            return ()
        if None in state.retired:
            raise Refused("course-retired", N_("The course is retired; offer it again first."))
        version = state.latest + 1
    else:
        version = command.version
        if state.versions.get(version) == content:
            return ()
        if version in state.versions:
            raise Refused(
                "version-exists",
                N_("Version {version} of this course exists with another content."),
                version=version,
            )
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
            description=content.description,
            module_hours=content.module_hours,
            attendance_percent_min=content.rule.attendance_percent_min,
            post_test_min=content.rule.post_test_min,
        ),
    )


def _content(command: Publishing) -> Content:
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
    description = optional_text(
        command.description, field="description", length_max=DESCRIPTION_LENGTH_MAX
    )
    return Content(
        title=line(command.title, field="title", length_max=TITLE_LENGTH_MAX),
        kind=term(command.kind, get_args(CourseKind), field="kind"),
        hours=command.hours,
        modules=tuple(
            line(module, field="modules", length_max=TITLE_LENGTH_MAX) for module in command.modules
        ),
        description=description or "",
        module_hours=_module_hours(command),
        rule=checked(command.rule),
    )


def _module_hours(command: Publishing) -> tuple[int, ...]:
    """Hours of the modules, which together are those of the course; or none."""
    hours = command.module_hours
    if not hours:
        return ()
    if len(hours) != len(command.modules) or min(hours) < 1:
        raise Invalid(
            "module-hours", N_("Give the hours of each module, at least 1, or of none of them.")
        )
    if sum(hours) != command.hours:
        raise Invalid(
            "hours-do-not-add-up",
            N_("The modules have {modules_total} hours together, the course another number."),
            modules_total=sum(hours),
        )
    return hours


def _retire(state: Course, command: RetireCourse) -> tuple[Event, ...]:
    _known(state, command.version)
    if command.version in state.retired:
        return ()
    reason = text(command.reason, field="reason", length_max=REASON_LENGTH_MAX)
    return (Retired(course_id=command.course_id, version=command.version, reason=reason),)


def _offer(state: Course, command: OfferAgain) -> tuple[Event, ...]:
    _known(state, command.version)
    if command.version not in state.retired:
        return ()
    return (OfferedAgain(course_id=command.course_id, version=command.version),)


def _known(state: Course, version: int | None) -> None:
    if not state.versions:
        raise Missing("no-course", N_("There is no such course."))
    if version is not None and version not in state.versions:
        raise Missing("no-version", N_("There is no such version of the course."))


COURSE: Final[Decider[Course]] = Decider(
    kind="course", initial=Course(), evolve=evolve, decide=decide, events=get_args(CourseEvent)
)
