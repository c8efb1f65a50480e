"""Planning a cohort and saying where, for how many and by whom it is run.

    plan(NoCohort(), PlanCohort(reference="RS-BT-31", capacity=15, …)) -> (Planned(…),)
    change_details(state, ChangeDetails(place="Topola", capacity=18))  -> (DetailsChanged(…),)

Part of the cohort's decider (``cohort.py``), which asks it for events.
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.cohorts.cohort_commands import (
    ChangeDetails,
    ChangeTrainers,
    ImportCohort,
    PlanCohort,
)
from services.trainings.cohorts.cohort_events import DetailsChanged, Planned, TrainersChanged
from services.trainings.cohorts.cohort_state import (
    PLACES_MAX,
    CohortState,
    Details,
    NoCohort,
    Running,
)
from services.trainings.cohorts.kinds import Needed, checked
from services.trainings.courses.course import TITLE_LENGTH_MAX
from services.trainings.courses.rule import CourseKind
from services.trainings.courses.rule import checked as checked_rule
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    country_code,
    line,
    optional_line,
    term,
)
from shared.errors import Invalid, Refused
from shared.events.event import Event
from shared.language.marking import N_

TRAINERS_MAX: Final = 10
VENUE_LENGTH_MAX: Final = 200


def plan(state: CohortState, command: PlanCohort) -> tuple[Event, ...]:
    """A run of a course version, with its rule as it is now."""
    if not isinstance(state, NoCohort):
        raise Refused("already-planned", N_("This cohort was planned before."))
    term(command.kind, get_args(CourseKind), field="kind")
    imported = isinstance(command, ImportCohort)
    rule = checked_rule(command.rule)
    needed = _needed(command.kind, command, imported=imported)
    return (
        Planned(
            cohort_id=command.cohort_id,
            reference=line(command.reference, field="reference", length_max=REFERENCE_LENGTH_MAX),
            course_id=command.course_id,
            course_title=line(
                command.course_title, field="course_title", length_max=TITLE_LENGTH_MAX
            ),
            course_version=command.course_version,
            kind=command.kind,
            country=country_code(command.country),
            place=line(command.place, field="place", length_max=PLACE_LENGTH_MAX),
            zone=command.zone,
            trainers=_trainers(command.trainers),
            imported=imported,
            attendance_percent_min=rule.attendance_percent_min,
            post_test_min=rule.post_test_min,
            capacity=_capacity(command.capacity),
            venue=_venue(command.venue),
            level=needed.level,
            occupation=needed.occupation,
            institution=needed.institution,
        ),
    )


def change_details(state: Running, command: ChangeDetails) -> tuple[Event, ...]:
    """Another place, more or fewer places. Who takes part stays, also over the capacity."""
    needed = _needed(state.kind, command, imported=False)
    details = Details(
        place=line(command.place, field="place", length_max=PLACE_LENGTH_MAX),
        venue=_venue(command.venue),
        capacity=_capacity(command.capacity),
        level=needed.level,
        occupation=needed.occupation,
        institution=needed.institution,
    )
    if details == state.details:
        return ()
    return (
        DetailsChanged(
            cohort_id=command.cohort_id,
            place=details.place,
            venue=details.venue,
            capacity=details.capacity,
            level=details.level,
            occupation=details.occupation,
            institution=details.institution,
        ),
    )


def change_trainers(state: Running, command: ChangeTrainers) -> tuple[Event, ...]:
    """Who runs it from now on."""
    trainers = _trainers(command.trainers)
    if trainers == state.trainers:
        return ()
    return (TrainersChanged(cohort_id=command.cohort_id, trainers=trainers),)


def _needed(kind: str, command: PlanCohort | ChangeDetails, *, imported: bool) -> Needed:
    return checked(
        kind,
        level=command.level,
        occupation=command.occupation,
        institution=command.institution,
        imported=imported,
    )


def _trainers(trainers: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(trainers) <= TRAINERS_MAX or len(set(trainers)) != len(trainers):
        raise Invalid(
            "trainers",
            N_("A cohort has 1 to {trainers_max} trainers, each named once."),
            trainers_max=TRAINERS_MAX,
        )
    return tuple(line(one, field="trainers", length_max=REFERENCE_LENGTH_MAX) for one in trainers)


def _capacity(capacity: int | None) -> int | None:
    if capacity is not None and not 1 <= capacity <= PLACES_MAX:
        raise Invalid(
            "capacity-out-of-range",
            N_("A cohort has from 1 to {capacity_max} places."),
            capacity_max=PLACES_MAX,
        )
    return capacity


def _venue(venue: str | None) -> str | None:
    return optional_line(venue, field="venue", length_max=VENUE_LENGTH_MAX)
