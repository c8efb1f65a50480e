"""The rows of cohorts: sessions, members with their tests, marks of attendance.

AttendanceRecorded(session=1, registration_id="r1", attended_minutes=300) -> one mark
"""

from __future__ import annotations

from typing import Any, Final, get_args

from services.trainings.cohorts.cohort_events import (
    AttendanceRecorded,
    Closed,
    CohortEvent,
    Enrolled,
    Planned,
    Reopened,
    SessionCancelled,
    SessionScheduled,
    TestRecorded,
    TrainersChanged,
)
from services.trainings.tables import COHORTS, MARKS, MEMBERS, SESSIONS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one cohort up to an event."""
    match recorded.event:
        case Planned() as event:
            _planned(at, recorded, event)
        case TrainersChanged() as event:
            _change(at, recorded, trainers="\n".join(event.trainers))
        case Closed() as event:
            _change(at, recorded, closed_on=event.closed_on)
        case Reopened():
            _change(at, recorded, closed_on=None)
        case event:
            _change(at, recorded)
            _within(at, event)


def _within(at: Projecting, event: Any) -> None:
    match event:
        case SessionScheduled():
            key = {"cohort_id": event.cohort_id, "session": event.session}
            at.put(SESSIONS, key, held_on=event.on, minutes=event.minutes)
        case SessionCancelled():
            at.remove(SESSIONS, {"cohort_id": event.cohort_id, "session": event.session})
        case Enrolled():
            key = {"cohort_id": event.cohort_id, "registration_id": event.registration_id}
            at.make(MEMBERS, key)
        case AttendanceRecorded():
            key = {
                "cohort_id": event.cohort_id,
                "registration_id": event.registration_id,
                "session": event.session,
            }
            at.put(MARKS, key, attended_minutes=event.attended_minutes, excused=event.excused)
        case TestRecorded():
            key = {"cohort_id": event.cohort_id, "registration_id": event.registration_id}
            at.put(MEMBERS, key, pre_test=event.pre_test, post_test=event.post_test)


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
        },
    )


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"cohort_id": recorded.identifier}
    at.change(COHORTS, key, version=recorded.version, **columns)


COHORT_RECORDS: Final = Projection(
    "cohorts", 1, (COHORTS, SESSIONS, MEMBERS, MARKS), project, get_args(CohortEvent)
)
