"""Rows about education outcomes: judged, and entered in batches.

enter_outcome(work, job, people, row)   ->  True, or False when it is there already
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import select

from services.trainings import history
from services.trainings.education.outcome import OUTCOME, NoOutcome, OutcomeKind, RecordOutcome
from services.trainings.imports.job import Job
from services.trainings.imports.rows import OutcomeRow
from services.trainings.tables import OUTCOMES
from shared.errors import Invalid, Missing
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_

NOT_SAID = "not known"


def outcome_id_of(job: Job, row: OutcomeRow, registration_id: str) -> str:
    """The same for the same outcome of a registration on a day."""
    day = row.completed_on.isoformat()
    return derived("outcome", job.programme, registration_id, row.outcome, day)


def enter_outcome(
    work: Work, job: Job, people: Mapping[str, tuple[str, str]], row: OutcomeRow
) -> bool:
    """Record what a row says; raises Problem."""
    found = people.get(row.participant)
    if found is None:
        raise Missing("no-registration", N_("There is no such registration."), field="participant")
    registration_id, person_id = found
    outcome_id = outcome_id_of(job, row, registration_id)
    if not isinstance(work.load(OUTCOME, outcome_id), NoOutcome):
        return False
    if _recorded(work, row, registration_id):
        return False
    if row.completed_on > work.now.date():
        raise Invalid("day-to-come", N_("The day is still to come."), field="completed_on")
    if job.history:
        history.import_outcome(
            work,
            outcome_id=outcome_id,
            registration_id=registration_id,
            person_id=person_id,
            outcome=cast(OutcomeKind, row.outcome),
            completed_on=row.completed_on,
            institution=row.institution,
            evidence=row.evidence,
        )
        return True
    command = RecordOutcome(
        by=job.by,
        now=work.now,
        zone=DEFAULT_ZONE,
        outcome_id=outcome_id,
        registration_id=registration_id,
        person_id=person_id,
        outcome=cast(OutcomeKind, row.outcome),
        completed_on=row.completed_on,
        institution=row.institution or NOT_SAID,
        evidence=row.evidence,
    )
    work.decide(OUTCOME, outcome_id, command)
    return True


def _recorded(work: Work, row: OutcomeRow, registration_id: str) -> bool:
    """Whether somebody recorded the same by hand; what was withdrawn may come again."""
    asked = select(OUTCOMES.c.outcome_id).where(
        OUTCOMES.c.registration_id == registration_id,
        OUTCOMES.c.outcome == row.outcome,
        OUTCOMES.c.completed_on == row.completed_on,
        OUTCOMES.c.withdrawn.is_(False),
    )
    return work.connection.execute(asked.limit(1)).first() is not None
