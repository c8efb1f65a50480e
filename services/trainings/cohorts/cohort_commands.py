"""What may be asked of a cohort; ``cohort.py`` decides what follows.

    RecordAttendance(by="trainer-1", now=now, cohort_id="k1", session=1,
                     marks=(Mark(registration_id="r1", attended_minutes=300),))

Daily commands take days from ``now`` in the cohort's zone; Import… commands bring their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from services.trainings.courses.rule import DEFAULT_RULE, CourseKind, Rule


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One participant in one session; ``excused``: why they were not there all the time.

    excused_as: a reason of the list (noting.py).
    """

    registration_id: str
    attended_minutes: int
    excused: str | None = None
    excused_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """One participant's tests in per cent; None leaves what is there."""

    registration_id: str
    pre_test: int | None = None
    post_test: int | None = None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What every command on a cohort carries. ``importing``: the import that it is part of."""

    by: str
    now: datetime
    cohort_id: str
    importing: str = ""


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
    rule: Rule = DEFAULT_RULE
    capacity: int | None = None
    venue: str | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeDetails(Act):
    """Say where it is run and for how many from now on; all of it, as it is to stand."""

    place: str
    venue: str | None = None
    capacity: int | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


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
    starts: str | None = None
    module: int | None = None
    trainer: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImportSession(ScheduleSession):
    """Bring a session from before."""


@dataclass(frozen=True, kw_only=True)
class CancelSession(Act):
    """Call a session off."""

    session: int


@dataclass(frozen=True, kw_only=True)
class Enrol(Act):
    """Let somebody take part; without a free place they wait. Who left comes back.

    others: further registrations that are of the same person today.
    """

    registration_id: str
    person_id: str
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PromoteWaiting(Act):
    """Let who waits longest take part, so many of them. ``others``: of each, as for Enrol."""

    count: int = 1
    others: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TakeOffWaitingList(Act):
    """Let somebody wait no more. ``reason`` names nobody."""

    registration_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DropOut(Act):
    """Say that somebody takes part no more, and why: a code of ``leaving.py``."""

    registration_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferOut(Act):
    """Let somebody go on in another cohort."""

    registration_id: str
    to_cohort_id: str


@dataclass(frozen=True, kw_only=True)
class TransferIn(Act):
    """Take somebody over from another cohort, with what they attended there; see ``Enrol``."""

    registration_id: str
    person_id: str
    from_cohort_id: str
    carried_minutes: int
    carried_pre_test: int | None
    others: frozenset[str] = frozenset()


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
class NoteEntry(Act):
    """One entry of a trainer, made on what they saw.

    place:    a session's number, ``pre`` or ``post``.
    value:    minutes of the session; per cent of the test, or points where there is a maximum.
    entry_id: given by the one who made it; the same id is recorded once.
    seen:     the entry that stood there when it was made; None: there was none.
    excuse_stands: the excuse is the one that is recorded, opened and compared by the caller.
    noted_at: when, by the clock of their device.
    """

    registration_id: str
    place: str
    value: int
    entry_id: str
    seen: str | None
    maximum: int | None = None
    excused_as: str | None = None
    excused: str | None = None
    excuse_stands: bool = False
    noted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SettleEntry(Act):
    """Decide about a contesting entry: take it, or leave what stands (``seen``).

    excused_as, excused: those of the entry, opened by the caller.
    """

    registration_id: str
    entry_id: str
    take: bool
    seen: str | None
    excused_as: str | None = None
    excused: str | None = None


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


@dataclass(frozen=True, kw_only=True)
class HoldForImport(Act):
    """Keep everybody else from changing it while a sheet is entered (``importing``)."""


@dataclass(frozen=True, kw_only=True)
class ReleaseFromImport(Act):
    """Let everybody go on."""


CohortCommand: TypeAlias = (
    PlanCohort
    | ImportCohort
    | ChangeDetails
    | ChangeTrainers
    | ScheduleSession
    | ImportSession
    | CancelSession
    | Enrol
    | ImportEnrolment
    | PromoteWaiting
    | TakeOffWaitingList
    | DropOut
    | TransferOut
    | TransferIn
    | RecordAttendance
    | ImportAttendance
    | RecordTests
    | ImportTests
    | NoteEntry
    | SettleEntry
    | CloseCohort
    | ImportClosing
    | ReopenCohort
    | HoldForImport
    | ReleaseFromImport
)
