"""What the routes of enrolment share: places, who waits, hours, cohorts to go to.

places(row)          -> 3
waiting_list(row)    -> rows in order; that somebody read their names is recorded
plan(row)            -> PlanOfHours(…)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from services.trainings.asking import not_found, reach
from services.trainings.cohorts import acting, enrolment_views, views
from services.trainings.cohorts.cohort_state import PLACES_MAX
from services.trainings.cohorts.hours import PlanOfHours, plan_of_hours
from services.trainings.cohorts.views import Standing
from services.trainings.courses.views import version
from shared.web.commands import service


def places(row: Row[Any]) -> int:
    """How many places of a cohort are free, whoever waits for them."""
    with service().database.reading() as connection:
        taken = views.participants(connection, row.cohort_id)
    return max(0, min(row.capacity or PLACES_MAX, PLACES_MAX) - taken)


def waiting_list(row: Row[Any]) -> Sequence[Row[Any]]:
    """Who waits for a place, who waits longest first; that names were read is recorded."""
    acting.read(row, "names")
    with service().database.reading() as connection:
        return enrolment_views.waiting(connection, row.cohort_id)


def plan(row: Row[Any]) -> PlanOfHours:
    """Hours that the cohort's course version asks for, against those that are scheduled."""
    with service().database.reading() as connection:
        content = version(connection, row.course_id, row.course_version)
        sessions = views.sessions(connection, row.cohort_id)
    modules = content.modules.split("\n") if content and content.modules else []
    hours = content.module_hours.split("\n") if content and content.module_hours else []
    return plan_of_hours(
        modules,
        [int(one) for one in hours],
        content.hours if content else None,
        [(one.module, one.minutes) for one in sessions],
    )


def elsewhere(row: Row[Any]) -> list[dict[str, Any]]:
    """Open cohorts of the same course version to which the one who asks may transfer somebody."""
    with service().database.reading() as connection:
        found = enrolment_views.open_cohorts(
            connection,
            reach("trainings.cohorts.write"),
            row.programme,
            course=(row.course_id, row.course_version),
        )
    return [one for one in found if one["cohort_id"] != row.cohort_id]


def participant(row: Row[Any], registration_id: str) -> Standing:
    """Somebody who takes part in a cohort, or did. Raises Missing."""
    for one in acting.participants(row):
        if one.registration_id == registration_id:
            return one
    raise not_found()


def reason_of_leaving(row: Row[Any], registration_id: str) -> str | None:
    """Why somebody left, for who may read it; that it was read is recorded."""
    if not acting.may_read_reasons(row.programme):
        return None
    acting.read(row, "names_and_reasons")
    with service().database.reading() as connection:
        return enrolment_views.left_reason(connection, row.cohort_id, registration_id)
