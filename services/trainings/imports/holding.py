"""What is kept from changing while an import is judged for the last time and entered.

held_cohorts(job, referred, rows)      ->  ids of the cohorts that rows are about
hold(work, job, cohort_ids)            # nobody else changes them
reserve_part(work, job, people)        # nobody else takes these references
let_go(work, job, cohort_ids)
let_all_go(work, by=by, import_id="m1")   # of one that does not go on by itself
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_commands import HoldForImport, ReleaseFromImport
from services.trainings.cohorts.cohort_state import Running
from services.trainings.imports import views
from services.trainings.imports.cohort_known import Referred
from services.trainings.imports.desk import DESK, LeaveDesk
from services.trainings.imports.job import Job
from services.trainings.imports.people_rows import REFERENCE_CLAIM, reserve
from services.trainings.imports.rows import PersonRow, Understood
from shared.events.append import Claim
from shared.events.tables import CLAIMS, EVENTS
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


def let_all_go(work: Work, *, by: str, import_id: str) -> None:
    """Leave the desk, with all that an import keeps from changing while it is entered."""
    programme = work.context.programme
    if work.load(DESK, programme).import_id != import_id:
        return
    for cohort_id in views.held(work.connection, import_id):
        command = ReleaseFromImport(by=by, now=work.now, cohort_id=cohort_id, importing=import_id)
        work.decide(COHORT, cohort_id, command)
    # One import of a programme is at the desk: what is claimed for nobody is claimed for its rows.
    nobody = ~select(EVENTS.c.event_id).where(EVENTS.c.stream == CLAIMS.c.stream).exists()
    asked = select(CLAIMS.c.value, CLAIMS.c.stream).where(
        CLAIMS.c.programme == programme, CLAIMS.c.kind == REFERENCE_CLAIM, nobody
    )
    for row in work.connection.execute(asked):
        work.release(Claim(REFERENCE_CLAIM, row.value, row.stream))
    work.decide(DESK, programme, LeaveDesk(by=by, now=work.now, import_id=import_id))


def reserve_part(work: Work, job: Job, rows: Sequence[Understood]) -> None:
    """Claim the references of people who are not there."""
    reserve(work, job, [row for row in rows if isinstance(row, PersonRow)])
