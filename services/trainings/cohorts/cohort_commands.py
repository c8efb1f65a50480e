"""What may be asked of a cohort; ``cohort.py`` decides what follows.

    RecordAttendance(by="trainer-1", now=now, cohort_id="k1", session=1,
                     marks=(Mark(registration_id="r1", attended_minutes=300),))

Daily commands take days from ``now`` in the cohort's zone; Import… commands bring their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.trainings.courses.course import CourseKind


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One participant in one session; ``excused``: why they were not there all the time."""

    registration_id: str
    attended_minutes: int
    excused: str | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """One participant's tests in per cent; None leaves what is there."""

    registration_id: str
    pre_test: int | None = None
    post_test: int | None = None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a cohort carries."""

    by: str
    now: datetime
    cohort_id: str


@dataclass(frozen=True, kw_only=True)
class PlanCohort(Act):
    """Plan a run of a course version."""

    reference: str
    course_id: str
    course_title: str
    course_version: int
    kind: CourseKind
    country: str
    place: str
    zone: str
    trainers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportCohort(PlanCohort):
    """Bring a cohort from before; its trainers may be names without a sign-in."""


@dataclass(frozen=True, kw_only=True)
class ChangeTrainers(Act):
    """Say who runs the cohort from now on."""

    trainers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ScheduleSession(Act):
    """Put a session on a day, or move one that nobody's attendance is recorded for."""

    session: int
    on: date
    minutes: int


@dataclass(frozen=True, kw_only=True)
class ImportSession(ScheduleSession):
    """Bring a session from before."""


@dataclass(frozen=True, kw_only=True)
class CancelSession(Act):
    """Call a session off."""

    session: int


@dataclass(frozen=True, kw_only=True)
class Enrol(Act):
    """Let somebody take part."""

    registration_id: str
    person_id: str


@dataclass(frozen=True, kw_only=True)
class ImportEnrolment(Enrol):
    """Bring an enrolment from before."""


@dataclass(frozen=True, kw_only=True)
class RecordAttendance(Act):
    """Record or correct who was in a session; a mark that changes nothing leaves no event."""

    session: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class ImportAttendance(RecordAttendance):
    """Bring attendance from before."""


@dataclass(frozen=True, kw_only=True)
class RecordTests(Act):
    """Record or correct test scores."""

    scores: tuple[Score, ...]


@dataclass(frozen=True, kw_only=True)
class ImportTests(RecordTests):
    """Bring test scores from before."""


@dataclass(frozen=True, kw_only=True)
class CloseCohort(Act):
    """Close the cohort, after its last session."""


@dataclass(frozen=True, kw_only=True)
class ImportClosing(Act):
    """Bring the closing of a cohort from before."""

    closed_on: date


@dataclass(frozen=True, kw_only=True)
class ReopenCohort(Act):
    """Let a closed cohort's records be corrected; not by its own trainers."""

    reason: str


CohortCommand: TypeAlias = (
    PlanCohort
    | ImportCohort
    | ChangeTrainers
    | ScheduleSession
    | ImportSession
    | CancelSession
    | Enrol
    | ImportEnrolment
    | RecordAttendance
    | ImportAttendance
    | RecordTests
    | ImportTests
    | CloseCohort
    | ImportClosing
    | ReopenCohort
)
