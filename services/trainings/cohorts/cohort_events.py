"""What may be written in a cohort's stream; ``cohort.py`` decides when.

    SessionScheduled(cohort_id="k1", session=1, on=date(2026, 3, 2), minutes=360)
    AttendanceRecorded(cohort_id="k1", session=1, registration_id="r1", attended_minutes=300, …)

A correction is a later event of the same kind: the last one counts, the earlier ones stay.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from services.trainings.courses.course import CourseKind
from shared.events.event import Event, Personal, event_type


@event_type("trainings.cohort.planned.v1")
class Planned(Event, frozen=True, kw_only=True):
    """A course version will be run in a place. ``zone`` decides which day it is there."""

    cohort_id: str
    reference: str
    course_id: str
    course_title: str
    course_version: int
    kind: CourseKind
    country: str
    place: str
    zone: str
    trainers: tuple[str, ...]
    imported: bool = False


@event_type("trainings.cohort.trainers_changed.v1")
class TrainersChanged(Event, frozen=True, kw_only=True):
    """Who runs the cohort from now on."""

    cohort_id: str
    trainers: tuple[str, ...]


@event_type("trainings.cohort.session_scheduled.v1")
class SessionScheduled(Event, frozen=True, kw_only=True):
    """A session, or its new day and length while nobody's attendance is recorded."""

    cohort_id: str
    session: int
    on: date
    minutes: int
    imported: bool = False


@event_type("trainings.cohort.session_cancelled.v1")
class SessionCancelled(Event, frozen=True, kw_only=True):
    """The session will not be held and counts for nobody."""

    cohort_id: str
    session: int


@event_type("trainings.cohort.enrolled.v1")
class Enrolled(Event, frozen=True, kw_only=True):
    """A person takes part, under one of their registrations."""

    cohort_id: str
    registration_id: str
    person_id: str
    imported: bool = False


@event_type("trainings.cohort.attendance_recorded.v1", seals_for="registration_id")
class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """How long somebody was in a session; ``excused``: why not longer, if they told."""

    cohort_id: str
    session: int
    registration_id: str
    attended_minutes: int
    excused: Personal.special | None
    imported: bool = False


@event_type("trainings.cohort.test_recorded.v1")
class TestRecorded(Event, frozen=True, kw_only=True):
    """Both scores as they stand now, in per cent; None: not taken."""

    __test__ = False  # pytest takes classes named Test… for tests.

    cohort_id: str
    registration_id: str
    pre_test: int | None
    post_test: int | None
    imported: bool = False


@event_type("trainings.cohort.closed.v1")
class Closed(Event, frozen=True, kw_only=True):
    """The cohort is over; nothing more is recorded unless it is reopened."""

    cohort_id: str
    closed_on: date
    imported: bool = False


@event_type("trainings.cohort.reopened.v1")
class Reopened(Event, frozen=True, kw_only=True):
    """Records may be corrected again. ``reason`` names nobody."""

    cohort_id: str
    reason: str


CohortEvent: TypeAlias = (
    Planned
    | TrainersChanged
    | SessionScheduled
    | SessionCancelled
    | Enrolled
    | AttendanceRecorded
    | TestRecorded
    | Closed
    | Reopened
)
