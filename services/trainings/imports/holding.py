"""What is kept from changing while an import is judged for the last time and entered.

held_cohorts(job, referred, rows)      ->  ids of the cohorts that rows are about
hold(work, job, cohort_ids)            # nobody else changes them
reserve_part(work, job, people)        # nobody else takes these references
let_go(work, job, cohort_ids), unreserve(work, job, people)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import HoldForImport, ReleaseFromImport
from services.trainings.cohorts.cohort_state import Running
from services.trainings.imports.cohort_known import Referred
from services.trainings.imports.job import Job
from services.trainings.imports.people_known import known_references
from services.trainings.imports.people_rows import REFERENCE_CLAIM, registration_id_of, reserve
from services.trainings.imports.rows import PersonRow, Understood
from services.trainings.people.registration import REGISTRATION
from shared.events.append import Claim
from shared.events.work import Work


def held_cohorts(referred: Referred, rows: Iterable[Understood]) -> list[str]:
    """The cohorts that rows are about, of those that are there."""
    named = {row.cohort for row in rows if hasattr(row, "cohort")}
    return sorted(referred.cohorts[one] for one in named if one in referred.cohorts)


def hold(work: Work, job: Job, cohort_ids: Sequence[str]) -> None:
    """Hold cohorts for the import."""
    for cohort_id in cohort_ids:
        if isinstance(work.load(COHORT, cohort_id), Running):
            command = HoldForImport(
                by=job.by, now=work.now, cohort_id=cohort_id, importing=job.import_id
            )
            work.decide(COHORT, cohort_id, command)


def let_go(work: Work, job: Job, cohort_ids: Sequence[str]) -> None:
    """Let cohorts go; those that are not held by this import stay as they are."""
    for cohort_id in cohort_ids:
        if isinstance(work.load(COHORT, cohort_id), Running):
            command = ReleaseFromImport(
                by=job.by, now=work.now, cohort_id=cohort_id, importing=job.import_id
            )
            work.decide(COHORT, cohort_id, command)


def reserve_part(work: Work, job: Job, rows: Sequence[Understood]) -> None:
    """Claim the references of people who are not there."""
    reserve(work, job, [row for row in rows if isinstance(row, PersonRow)])


def unreserve(work: Work, job: Job, rows: Sequence[Understood]) -> None:
    """Give back the references of people who were not registered after all."""
    people = [row for row in rows if isinstance(row, PersonRow)]
    known = known_references(work.connection, job.programme, people)
    for row in people:
        if row.reference and row.reference not in known:
            stream = REGISTRATION.stream(registration_id_of(job, row))
            work.release(Claim(REFERENCE_CLAIM, row.reference, stream))
