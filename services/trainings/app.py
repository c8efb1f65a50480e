"""What trainings is made of, and its web application.

    service = Service.open(definition(), Settings.from_environment())
    app = create(service)

Importing this has no effects.
"""

from __future__ import annotations

from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.numbering import NUMBERING
from services.trainings.certificates.projecting import CERTIFICATE_RECORDS
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.projecting import COHORT_RECORDS
from services.trainings.courses.course import COURSE
from services.trainings.courses.projecting import COURSE_VERSIONS
from services.trainings.education.outcome import OUTCOME
from services.trainings.education.projecting import OUTCOME_RECORDS
from services.trainings.people.projecting import PEOPLE
from services.trainings.people.registration import REGISTRATION
from shared.access.revocations import revocations
from shared.service import Definition


def definition() -> Definition:
    """Deciders and read models."""
    return Definition(
        name="trainings",
        deciders=(REGISTRATION, COURSE, COHORT, CERTIFICATE, NUMBERING, OUTCOME),
        projections=(
            PEOPLE,
            COURSE_VERSIONS,
            COHORT_RECORDS,
            CERTIFICATE_RECORDS,
            OUTCOME_RECORDS,
            revocations(),
        ),
    )
