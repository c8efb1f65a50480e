"""What the routes of outcomes do, for the JSON interface and the pages alike.

row = found("0192…", "trainings.outcomes.write")
handler = recording(person_of("0192…"), by=actor(), outcome=NewOutcome(...), location="…/outcomes")
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.education import handling, views
from services.trainings.education.handling import NewOutcome
from services.trainings.education.outcome import OUTCOME
from services.trainings.people.views import registration
from shared.errors import Forbidden, Invalid
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, receipt, service
from shared.web.pagination import PageRequest

READ: Final = "trainings.outcomes.read"
WRITE: Final = "trainings.outcomes.write"


def found(outcome_id: str, permission: str) -> Row[Any]:
    """An outcome that the one who asks may see, and do this with; else Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.outcome(connection, reach(READ), identifier(outcome_id))
        within = views.outcome(connection, reach(permission), identifier(outcome_id))
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    if within is None:
        raise Forbidden("not-your-cohort", N_("This outcome is of somebody who is not yours."))
    return row


def person_of(registration_id: str) -> Row[Any]:
    """Somebody of whom an outcome can be recorded by the one who asks; a trainer's are enrolled."""
    with service().database.reading() as connection:
        row = registration(connection, reach(WRITE), identifier(registration_id))
    if row is None:
        raise not_found()
    return row


def after(page: PageRequest) -> tuple[str, str] | None:
    """Where the list goes on. Raises Invalid for a cursor that names no day."""
    key = page.after(str, str)
    if key is None:
        return None
    day, last = key
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Invalid(
            "cursor-unknown", N_("The cursor is not one of ours. Begin with the first page again.")
        ) from None
    return day, last


def new_outcome(given: dict[str, Any]) -> NewOutcome:
    """What the school's paper says, from what ``NewOutcomeSchema`` read."""
    return NewOutcome(
        outcome=given["outcome"],
        completed_on=given["completed_on"],
        institution=given["institution"],
        evidence=given["evidence"],
    )


def recording(
    person: Row[Any], *, by: str, outcome: NewOutcome, location: Callable[[str], str]
) -> Callable[[Work], Answer]:
    """A handler that records an outcome. ``location``: outcome's id → where the answer goes."""

    def handler(work: Work) -> Answer:
        outcome_id = handling.record_outcome(
            work,
            by=by,
            registration_id=person.registration_id,
            country=person.country,
            outcome=outcome,
        )
        return receipt(work, OUTCOME, outcome_id, status=201, location=location(outcome_id))

    return handler


def withdrawing(
    outcome_id: str, *, by: str, version: int, reason: str, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that takes back what was recorded in error."""

    def handler(work: Work) -> Answer:
        work.expect(OUTCOME, outcome_id, version)
        handling.withdraw(work, by=by, outcome_id=outcome_id, reason=reason)
        return receipt(work, OUTCOME, outcome_id, location=location)

    return handler
