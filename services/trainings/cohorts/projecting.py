"""The rows of cohorts: sessions, members with their tests, marks of attendance.

AttendanceRecorded(session=1, registration_id="r1", attended_minutes=300) -> one mark
"""

from __future__ import annotations

from typing import Any, Final, get_args

from sqlalchemy import delete, update

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
from services.trainings.tables import COHORTS, MARKS, MEMBERS, SESSIONS, upsert
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
            row = {
                "cohort_id": event.cohort_id,
                "session": event.session,
                "held_on": event.on,
                "minutes": event.minutes,
            }
            upsert(at.connection, SESSIONS, row, keys=("cohort_id", "session"))
        case SessionCancelled():
            gone = (SESSIONS.c.cohort_id == event.cohort_id) & (SESSIONS.c.session == event.session)
            at.connection.execute(delete(SESSIONS).where(gone))
        case Enrolled():
            row = {"cohort_id": event.cohort_id, "registration_id": event.registration_id}
            at.connection.execute(MEMBERS.insert().values(row))
        case AttendanceRecorded():
            row = {
                "cohort_id": event.cohort_id,
                "registration_id": event.registration_id,
                "session": event.session,
                "attended_minutes": event.attended_minutes,
                "excused": at.text(event.excused),
            }
            upsert(at.connection, MARKS, row, keys=("cohort_id", "registration_id", "session"))
        case TestRecorded():
            row = {
                "cohort_id": event.cohort_id,
                "registration_id": event.registration_id,
                "pre_test": event.pre_test,
                "post_test": event.post_test,
            }
            upsert(at.connection, MEMBERS, row, keys=("cohort_id", "registration_id"))


def _planned(at: Projecting, recorded: Recorded, event: Planned) -> None:
    at.connection.execute(
        COHORTS.insert().values(
            cohort_id=event.cohort_id,
            programme=recorded.programme,
            reference=event.reference,
            course_id=event.course_id,
            course_title=event.course_title,
            course_version=event.course_version,
            kind=event.kind,
            country=event.country,
            place=event.place,
            zone=event.zone,
            trainers="\n".join(event.trainers),
            imported=event.imported,
            version=recorded.version,
        )
    )


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    at.connection.execute(
        update(COHORTS)
        .where(COHORTS.c.cohort_id == recorded.identifier)
        .values(version=recorded.version, **columns)
    )


COHORT_RECORDS: Final = Projection(
    "cohorts", 1, (COHORTS, SESSIONS, MEMBERS, MARKS), project, get_args(CohortEvent)
)
