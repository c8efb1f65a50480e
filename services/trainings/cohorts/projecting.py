"""The rows of cohorts: sessions, members with their tests, marks of attendance.

AttendanceRecorded(session=1, registration_id="r1", attended_minutes=300) -> one mark
"""

from __future__ import annotations

from typing import Any, Final, get_args

from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    CameBack,
    Closed,
    CohortEvent,
    DetailsChanged,
    DroppedOut,
    Enrolled,
    Planned,
    PutOnWaitingList,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TakenOffWaitingList,
    TestRecorded,
    TrainersChanged,
    Transferred,
)
from services.trainings.cohorts.tables import WAITING
from services.trainings.tables import COHORTS, MARKS, MEMBERS, SESSIONS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one cohort up to an event."""
    match recorded.event:
        case Planned() as event:
            _planned(at, recorded, event)
        case TrainersChanged() as event:
            _change(at, recorded, trainers="\n".join(event.trainers))
        case DetailsChanged() as event:
            _change(
                at,
                recorded,
                place=event.place,
                venue=event.venue,
                capacity=event.capacity,
                level=event.level,
                occupation=event.occupation,
                institution=event.institution,
            )
        case Closed() as event:
            _change(at, recorded, closed_on=event.closed_on)
        case Reopened():
            _change(at, recorded, closed_on=None)
        case event:
            _change(at, recorded)
            _within(at, event)
            _taking_part(at, recorded, event)


def _within(at: Projecting, event: Any) -> None:
    match event:
        case SessionScheduled():
            key = {"cohort_id": event.cohort_id, "session": event.session}
            at.put(
                SESSIONS,
                key,
                held_on=event.on,
                minutes=event.minutes,
                starts=event.starts,
                module=event.module,
                trainer=event.trainer,
            )
        case SessionCancelled():
            at.remove(SESSIONS, {"cohort_id": event.cohort_id, "session": event.session})
        case AttendanceRecorded():
            key = {
                "cohort_id": event.cohort_id,
                "registration_id": event.registration_id,
                "session": event.session,
            }
            at.put(
                MARKS,
                key,
                attended_minutes=event.attended_minutes,
                excused=event.excused,
                excused_as=event.excused_as,
            )
        case TestRecorded():
            key = {"cohort_id": event.cohort_id, "registration_id": event.registration_id}
            at.put(MEMBERS, key, pre_test=event.pre_test, post_test=event.post_test)


def _taking_part(at: Projecting, recorded: Recorded, event: Any) -> None:
    """Who takes part, who waits, who left."""
    if not hasattr(event, "registration_id"):
        return
    key = {"cohort_id": event.cohort_id, "registration_id": event.registration_id}
    match event:
        case Enrolled():
            _enrolled(at, key, event)
        case PutOnWaitingList():
            at.make(WAITING, {**key, "place": recorded.version, "since": event.on})
        case TakenOffWaitingList():
            at.remove(WAITING, key)
        case DroppedOut():
            at.change(MEMBERS, key, left_on=event.on, left_reason=event.reason)
        case CameBack():
            at.remove(WAITING, key)
            at.change(MEMBERS, key, left_on=None, left_reason=None)
        case Transferred():
            at.change(MEMBERS, key, left_on=event.on, left_for=event.to_cohort_id)


def _enrolled(at: Projecting, key: dict[str, str], event: Enrolled) -> None:
    if event.waited:
        at.remove(WAITING, key)
    if event.from_cohort_id is None:
        at.make(MEMBERS, {**key, "joined_on": event.on})
        return
    # They may have been here before, with tests of their own.
    carried = {"came_from": event.from_cohort_id, "carried_minutes": event.carried_minutes}
    tested = {} if event.carried_pre_test is None else {"pre_test": event.carried_pre_test}
    at.put(MEMBERS, key, joined_on=event.on, left_on=None, left_for=None, **carried, **tested)


def _planned(at: Projecting, recorded: Recorded, event: Planned) -> None:
    at.make(
        COHORTS,
        {
            "cohort_id": event.cohort_id,
            "programme": recorded.programme,
            "reference": event.reference,
            "course_id": event.course_id,
            "course_title": event.course_title,
            "course_version": event.course_version,
            "kind": event.kind,
            "country": event.country,
            "place": event.place,
            "zone": event.zone,
            "trainers": "\n".join(event.trainers),
            "imported": event.imported,
            "version": recorded.version,
            "venue": event.venue,
            "capacity": event.capacity,
            "level": event.level,
            "occupation": event.occupation,
            "institution": event.institution,
            "attendance_percent_min": event.attendance_percent_min,
            "post_test_min": event.post_test_min,
        },
    )


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"cohort_id": recorded.identifier}
    at.change(COHORTS, key, version=recorded.version, **columns)


COHORT_RECORDS: Final = Projection(
    "cohorts", 2, (COHORTS, SESSIONS, MEMBERS, MARKS, WAITING), project, get_args(CohortEvent)
)
