"""Brings the certificates of a cohort from before, as a load does and an import of the past.

    cohort = CertifiedCohort(cohort_id=..., course_title=..., ...)
    certify_cohort(work, cohort, people={registration_id: Holder(...)}, issued_on=day, ...)

What is there already stays as it is, as in ``history.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.trainings.certificates.certificate import CERTIFICATE, NoCertificate
from services.trainings.certificates.certificate_commands import ImportCertificate
from services.trainings.certificates.handling import take_number
from services.trainings.cohorts.cohort_state import CohortState, session_dates
from services.trainings.cohorts.qualification import qualification
from services.trainings.courses.course import CourseKind
from services.trainings.history import NOT_KNOWN, cohort_of_past, require_open
from shared.events.work import Work
from shared.identifiers import derived

CODE_PURPOSE: Final = "certificate-code"
CODE_LENGTH: Final = 12


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whom a certificate is for. ``reference``: the registration's, by which numbers are given."""

    reference: str
    full_name: str
    person_id: str


@dataclass(frozen=True, kw_only=True)
class CertifiedCohort:
    """What is printed on every certificate of a cohort from before."""

    cohort_id: str
    cohort_reference: str
    course_id: str
    course_title: str
    course_version: int
    kind: CourseKind
    country: str
    place: str | None
    trainer: str | None
    issuer: str


def certify_cohort(
    work: Work,
    cohort: CertifiedCohort,
    *,
    programme: str,
    people: Mapping[str, Holder],
    issued_on: date,
) -> tuple[str, ...]:
    """Issue to everybody who qualifies; numbers in the order of the registrations' references.

    people: by registration id. Returns the ids of all certificates of the cohort. Calling it cohort
    by cohort in the order of the days of issue gives numbers in that order too.
    """
    require_open(work)
    state = cohort_of_past(work, cohort.cohort_id)
    certificates = []
    for registration_id, holder in sorted(people.items(), key=lambda one: one[1].reference):
        if qualification(state, registration_id).qualifies:
            certificates.append(
                _certify(work, cohort, programme, state, registration_id, holder, issued_on)
            )
    return tuple(certificates)


def _certify(
    work: Work,
    cohort: CertifiedCohort,
    programme: str,
    state: CohortState,
    registration_id: str,
    holder: Holder,
    issued_on: date,
) -> str:
    certificate_id = derived("certificate", programme, cohort.cohort_reference, holder.reference)
    if not isinstance(work.load(CERTIFICATE, certificate_id), NoCertificate):
        return certificate_id
    by, now = work.context.actor, work.now
    number = take_number(
        work, programme, certificate_id, country=cohort.country, year=issued_on.year
    )
    command = ImportCertificate(
        by=by,
        now=now,
        certificate_id=certificate_id,
        registration_id=registration_id,
        person_id=holder.person_id,
        number=number,
        full_name=holder.full_name,
        course_id=cohort.course_id,
        course_title=cohort.course_title,
        course_version=cohort.course_version,
        kind=cohort.kind,
        minutes=qualification(state, registration_id).total_minutes,
        session_dates=session_dates(state),
        country=cohort.country,
        place=cohort.place or NOT_KNOWN,
        trainer=cohort.trainer or NOT_KNOWN,
        issuer=cohort.issuer,
        code=_code(work, certificate_id),
        cohort_id=cohort.cohort_id,
        issued_on=issued_on,
    )
    work.decide(CERTIFICATE, certificate_id, command)
    return certificate_id


def _code(work: Work, certificate_id: str) -> str:
    # A load that is begun again must print the same code, and nobody may guess it.
    return work.store.keyring.blind_index(CODE_PURPOSE, certificate_id)[:CODE_LENGTH]
