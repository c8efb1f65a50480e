"""What may be written in a cohort's stream; ``cohort.py`` decides when.

    SessionScheduled(cohort_id="k1", session=1, on=date(2026, 3, 2), minutes=360)
    AttendanceRecorded(cohort_id="k1", session=1, registration_id="r1", attended_minutes=300, …)

A correction is a later event of the same kind: the last one counts, the earlier ones stay.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from services.trainings.courses.rule import CourseKind
from shared.events.event import Event, Personal, event_type


@event_type("trainings.cohort.planned.v1")
class Planned(Event, frozen=True, kw_only=True):
    """A course version will be run in a place. ``zone`` decides which day it is there.

    attendance_percent_min, post_test_min: the version's rule, kept for ever; None: no test.
    capacity: how many take part at most; None: as many as a cohort can have.
    level, occupation, institution: what its kind needs, see ``kinds.py``.
    """

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
    attendance_percent_min: int = 80
    post_test_min: int | None = 50
    capacity: int | None = None
    venue: str | None = None
    level: str | None = None
    occupation: str | None = None
    institution: str | None = None


@event_type("trainings.cohort.details_changed.v1")
class DetailsChanged(Event, frozen=True, kw_only=True):
    """Where it is run and for how many from now on, all of it as it stands then."""

    cohort_id: str
    place: str
    venue: str | None
    capacity: int | None
    level: str | None
    occupation: str | None
    institution: str | None


@event_type("trainings.cohort.trainers_changed.v1")
class TrainersChanged(Event, frozen=True, kw_only=True):
    """Who runs the cohort from now on."""

    cohort_id: str
    trainers: tuple[str, ...]


@event_type("trainings.cohort.session_scheduled.v1")
class SessionScheduled(Event, frozen=True, kw_only=True):
    """A session, or its new day and length while nobody's attendance is recorded.

    starts:  HH:MM where it is held, if that is set.
    module:  number of the course version's module, from 1. trainer: account of who holds it.
    """

    cohort_id: str
    session: int
    on: date
    minutes: int
    imported: bool = False
    starts: str | None = None
    module: int | None = None
    trainer: str | None = None


@event_type("trainings.cohort.session_cancelled.v1")
class SessionCancelled(Event, frozen=True, kw_only=True):
    """The session will not be held and counts for nobody."""

    cohort_id: str
    session: int


@event_type("trainings.cohort.enrolled.v1")
class Enrolled(Event, frozen=True, kw_only=True):
    """A person takes part, under one of their registrations.

    on:              the day there; None for those of before.
    waited:          they come from the waiting list.
    from_cohort_id:  they come from another cohort of the same version, with ``carried_minutes``
                     attended there and ``carried_pre_test``.
    """

    cohort_id: str
    registration_id: str
    person_id: str
    imported: bool = False
    on: date | None = None
    waited: bool = False
    from_cohort_id: str | None = None
    carried_minutes: int = 0
    carried_pre_test: int | None = None


@event_type("trainings.cohort.put_on_waiting_list.v1")
class PutOnWaitingList(Event, frozen=True, kw_only=True):
    """A person waits for a place, behind those who wait already."""

    cohort_id: str
    registration_id: str
    person_id: str
    on: date


@event_type("trainings.cohort.taken_off_waiting_list.v1")
class TakenOffWaitingList(Event, frozen=True, kw_only=True):
    """A person waits no more and does not take part either. ``reason`` names nobody."""

    cohort_id: str
    registration_id: str
    reason: str


@event_type("trainings.cohort.dropped_out.v1", seals_for="registration_id")
class DroppedOut(Event, frozen=True, kw_only=True):
    """A person takes part no more since a day; ``reason``: a code of ``leaving.py``."""

    cohort_id: str
    registration_id: str
    on: date
    reason: Personal.special


@event_type("trainings.cohort.came_back.v1")
class CameBack(Event, frozen=True, kw_only=True):
    """Who had dropped out takes part again; what was recorded of them counts again."""

    cohort_id: str
    registration_id: str
    on: date


@event_type("trainings.cohort.transferred.v1")
class Transferred(Event, frozen=True, kw_only=True):
    """A person goes on in another cohort of the same version; their attendance stays here."""

    cohort_id: str
    registration_id: str
    on: date
    to_cohort_id: str


@event_type("trainings.cohort.attendance_recorded.v1", seals_for="registration_id")
class AttendanceRecorded(Event, frozen=True, kw_only=True):
    """How long somebody was in a session; ``excused``: why not longer, if they told.

    excused_as: a reason of the list, or None. entry_id: given by the one who made the entry, so
    that it is recorded once. noted_at: when, by the clock of their device.
    """

    cohort_id: str
    session: int
    registration_id: str
    attended_minutes: int
    excused: Personal.special | None
    imported: bool = False
    excused_as: Personal.special | None = None
    entry_id: str | None = None
    noted_at: datetime | None = None


@event_type("trainings.cohort.test_recorded.v1")
class TestRecorded(Event, frozen=True, kw_only=True):
    """Both scores as they stand now, in per cent; None: not taken.

    test: which one this entry is about, ``pre`` or ``post`` (None: both). points, maximum: how it
    was scored, where that was not in per cent.
    """

    __test__ = False  # pytest takes classes named Test… for tests.

    cohort_id: str
    registration_id: str
    pre_test: int | None
    post_test: int | None
    imported: bool = False
    test: str | None = None
    points: int | None = None
    maximum: int | None = None
    entry_id: str | None = None
    noted_at: datetime | None = None


@event_type("trainings.cohort.entry_contested.v1", seals_for="registration_id")
class EntryContested(Event, frozen=True, kw_only=True):
    """An entry was made without knowing what somebody else had recorded; what stands stays.

    place: a session's number, ``pre`` or ``post``. value: minutes; per cent, or points of maximum.
    instead_of: an earlier contesting entry of the same person that this one takes back.
    """

    cohort_id: str
    registration_id: str
    place: str
    entry_id: str
    value: int
    maximum: int | None = None
    excused_as: Personal.special | None = None
    excused: Personal.special | None = None
    instead_of: str | None = None
    noted_at: datetime | None = None


@event_type("trainings.cohort.entry_settled.v1")
class EntrySettled(Event, frozen=True, kw_only=True):
    """Somebody looked at a contesting entry; ``taken``: it stands now (recorded just before)."""

    cohort_id: str
    registration_id: str
    place: str
    entry_id: str
    taken: bool


@event_type("trainings.cohort.held_for_import.v1")
class HeldForImport(Event, frozen=True, kw_only=True):
    """A sheet is being entered in it; until that is over nobody else changes it."""

    cohort_id: str
    import_id: str


@event_type("trainings.cohort.released_from_import.v1")
class ReleasedFromImport(Event, frozen=True, kw_only=True):
    """The sheet is entered, or will not be; everybody may go on."""

    cohort_id: str
    import_id: str


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
    | DetailsChanged
    | TrainersChanged
    | SessionScheduled
    | SessionCancelled
    | Enrolled
    | PutOnWaitingList
    | TakenOffWaitingList
    | DroppedOut
    | CameBack
    | Transferred
    | AttendanceRecorded
    | TestRecorded
    | EntryContested
    | EntrySettled
    | HeldForImport
    | ReleasedFromImport
    | Closed
    | Reopened
)
