"""Certificates from before: to everybody who qualifies, cohort by cohort in the order of issue.

    waiting(service, "RS-2011")            ->  cohorts whose day of issue came with their row
    certify(work, job, cohort_row)         ->  how many certificates are new

The day is the file's, the rule the cohort's own. After it the cohort is closed on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Row

from services.trainings import history
from services.trainings.certificates.certificate import CERTIFICATE, NoCertificate
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.cohort_state import Running
from services.trainings.courses.course import CourseKind
from services.trainings.history_certificates import CertifiedCohort, Holder, certify_cohort
from services.trainings.imports import views
from services.trainings.imports.import_commands import NoteCertified
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.job import Job
from services.trainings.imports.judging import Looked, context_of
from services.trainings.imports.rows import Finding
from shared.errors import Problem
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_
from shared.service import Service

BY_TRAINERS: Final = N_("This cohort is run in daily use: its trainers issue the certificates.")


def waiting(service: Service, programme: str) -> Sequence[Row[Any]]:
    """The cohorts that are to be certified, in the order of their days."""
    with service.database.reading() as connection:
        return views.to_certify(connection, programme)


def dated(service: Service, programme: str) -> list[str]:
    """All cohorts whose day of issue came with their row, certified by now or not."""
    with service.database.reading() as connection:
        return views.dated(connection, programme)


def certify(work: Work, job: Job, row: Row[Any]) -> int:
    """Enter a cohort's certificates, close it, say so; how many are new. Raises Problem.

    One that was gone on with in daily use gets none: its trainers issue them, with today's day.
    """
    if is_daily(work, row.cohort_id):
        return 0
    people = {
        one.registration_id: Holder(
            reference=one.reference, full_name=one.full_name, person_id=one.person_id
        )
        for one in views.holders(work.connection, row.cohort_id)
        if one.full_name is not None
    }
    fresh = {
        registration_id
        for registration_id, one in people.items()
        if isinstance(
            work.load(
                CERTIFICATE,
                derived("certificate", job.programme, row.reference, one.reference),
            ),
            NoCertificate,
        )
    }
    trainers = [one for one in row.trainers.split("\n") if one != history.NOT_KNOWN]
    cohort = CertifiedCohort(
        cohort_id=row.cohort_id,
        cohort_reference=row.reference,
        course_id=row.course_id,
        course_title=row.course_title,
        course_version=row.course_version,
        kind=cast(CourseKind, row.kind),
        country=row.country,
        place=row.place,
        trainer=trainers[0] if trainers else None,
        issuer=job.programme,
    )
    certified = certify_cohort(
        work, cohort, programme=job.programme, people=people, issued_on=row.issued_on
    )
    history.import_closing(work, cohort_id=row.cohort_id, closed_on=row.issued_on)
    there = {
        derived("certificate", job.programme, row.reference, people[one].reference)
        for one in people.keys() - fresh
    }
    return len(set(certified) - there)


def is_daily(work: Work, cohort_id: str) -> bool:
    """Whether anything of a cohort was recorded in daily use."""
    state = work.load(COHORT, cohort_id)
    return isinstance(state, Running) and state.daily


def certify_next(service: Service, job: Job, row: Row[Any]) -> None:
    """Enter a cohort's certificates in one append with the import's own note of it."""

    def certified(work: Work) -> None:
        issued = certify(work, job, row)
        command = NoteCertified(
            by=job.by,
            now=work.now,
            import_id=job.import_id,
            cohort_id=row.cohort_id,
            issued=issued,
        )
        work.decide(IMPORT, job.import_id, command)

    service.transact(context_of(job), certified)


def judge_certificates(service: Service, job: Job) -> Looked:
    """Whether all of them can be entered; nothing is written."""
    looked = Looked()
    with service.database.reading() as connection:
        for row in views.to_certify(connection, job.programme):
            looked.rows += 1
            work = Work(service.store, service.clock, context_of(job), connection)
            try:
                looked.judgement.new += certify(work, job, row)
                if is_daily(work, row.cohort_id):
                    looked.take([Finding(0, row.reference, False, "cohort-of-today", BY_TRAINERS)])
            except Problem as problem:
                facts = dict(problem.facts)
                wrong = Finding(0, row.reference, True, problem.code, problem.sentence, facts)
                looked.take([wrong])
    return looked
