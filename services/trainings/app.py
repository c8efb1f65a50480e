"""What trainings is made of, and its web application.

    service = Service.open(definition(), Settings.from_environment())
    app = create(service)

Importing this has no effects.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.navigation import navigation
from services.trainings import foreign
from services.trainings.attendance import api as attendance_api
from services.trainings.certificates import api as certificates_api
from services.trainings.certificates import keeping as certificate_documents
from services.trainings.certificates import pages as certificates_pages
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.handling import DOCUMENT_KIND
from services.trainings.certificates.numbering import NUMBERING
from services.trainings.certificates.projecting import CERTIFICATE_RECORDS
from services.trainings.cohorts import api as cohorts_api
from services.trainings.cohorts import enrolment_api
from services.trainings.cohorts import pages as cohorts_pages
from services.trainings.cohorts.cohort import COHORT
from services.trainings.cohorts.projecting import COHORT_RECORDS
from services.trainings.confirming import api as confirming_api
from services.trainings.confirming import pages as confirming_pages
from services.trainings.confirming.views import REGISTRATION_AUTHORS
from services.trainings.consents import api as consents_api
from services.trainings.consents import following as consenting
from services.trainings.consents import pages as consents_pages
from services.trainings.courses import api as courses_api
from services.trainings.courses import pages as courses_pages
from services.trainings.courses.course import COURSE
from services.trainings.courses.projecting import COURSE_VERSIONS
from services.trainings.credentials import api as credentials_api
from services.trainings.credentials import keys as credential_keys
from services.trainings.credentials import pages as credentials_pages
from services.trainings.dashboards import api as dashboards_api
from services.trainings.dashboards import pages as dashboards_pages
from services.trainings.education import api as education_api
from services.trainings.education import documents_pages
from services.trainings.education import pages as education_pages
from services.trainings.education.outcome import OUTCOME
from services.trainings.education.projecting import OUTCOME_RECORDS
from services.trainings.erasure import api as erasures_api
from services.trainings.erasure import handling as erasing
from services.trainings.erasure import pages as erasures_pages
from services.trainings.erasure.erasure import ERASURE
from services.trainings.erasure.money import MONEY_OF_GRANTS
from services.trainings.erasure.reactions import ANSWERS
from services.trainings.erasure.views import ERASURE_LIST
from services.trainings.exports import api as exports_api
from services.trainings.exports import pages as exports_pages
from services.trainings.households import api as households_api
from services.trainings.households import pages as households_pages
from services.trainings.households.household import HOUSEHOLD
from services.trainings.households.projecting import HOUSEHOLD_RECORDS
from services.trainings.imports import api as imports_api
from services.trainings.imports import step_pages as import_steps
from services.trainings.imports import working as importing
from services.trainings.imports.desk import DESK
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.projecting import DESK_LIST, HOLD_LIST, IMPORT_LIST
from services.trainings.imports.reactions import CLOSING
from services.trainings.officer import api as officer_api
from services.trainings.officer import pages as officer_pages
from services.trainings.outreach import api as outreach_api
from services.trainings.outreach import handling as outreaching
from services.trainings.outreach import pages as outreach_pages
from services.trainings.outreach.activity import ACTIVITY
from services.trainings.outreach.projecting import OUTREACH_RECORDS
from services.trainings.own import erasing as own_erasing
from services.trainings.own import held
from services.trainings.own import pages as own_pages
from services.trainings.people import api as people_api
from services.trainings.people import comparing, duplicates_api, duplicates_pages
from services.trainings.people import pages as people_pages
from services.trainings.people.finding import PEOPLE_FOUND
from services.trainings.people.papers_views import PAPERS
from services.trainings.people.projecting import PEOPLE
from services.trainings.people.registration import REGISTRATION
from services.trainings.recognition import api as recognitions_api
from services.trainings.recognition import pages as recognitions_pages
from services.trainings.recognition.projecting import RECOGNITION_RECORDS
from services.trainings.recognition.recognition import RECOGNITION
from services.trainings.referrals import api as referrals_api
from services.trainings.referrals import handling as referring
from services.trainings.referrals import pages as referrals_pages
from services.trainings.referrals.projecting import REFERRAL_RECORDS
from services.trainings.referrals.referral import REFERRAL
from services.trainings.registering import api as registering_api
from services.trainings.registering import drafts, table_pages
from services.trainings.registering import pages as guided_pages
from services.trainings.retention import api as retention_api
from services.trainings.retention import handling as retaining
from services.trainings.retention import pages as retention_pages
from services.trainings.retention.retention import RETENTION
from services.trainings.retention.views import RETENTION_LIST
from services.trainings.today import pages as today_pages
from services.trainings.verification import api as verification_api
from services.trainings.verification import limits as verification_limits
from services.trainings.verification import pages as verification_pages
from services.trainings.vulnerability import api as vulnerability_api
from services.trainings.vulnerability import pages as vulnerability_pages
from services.trainings.vulnerability.vault import VAULT
from services.trainings.vulnerability.views import VAULTS
from shared.access.accesses import access_events
from shared.access.revocations import revocations
from shared.log.rotating import log_events
from shared.service import Definition, Service
from shared.web.composing import finish, open_app

HERE: Final = Path(__file__).parent
CAPABILITIES: Final = (
    "people",
    "registering",
    "confirming",
    "households",
    "officer",
    "courses",
    "cohorts",
    "attendance",
    "certificates",
    "recognition",
    "education",
    "erasure",
    "retention",
    "own",
    "vulnerability",
    "consents",
    "verification",
    "dashboards",
    "referrals",
    "outreach",
    "today",
    "imports",
    "exports",
)


DECIDERS: Final = (
    REGISTRATION,
    HOUSEHOLD,
    COURSE,
    COHORT,
    CERTIFICATE,
    NUMBERING,
    RECOGNITION,
    OUTCOME,
    ERASURE,
    RETENTION,
    VAULT,
    IMPORT,
    DESK,
    REFERRAL,
    ACTIVITY,
)
PROJECTIONS: Final = (
    PEOPLE,
    PEOPLE_FOUND,
    PAPERS,
    REGISTRATION_AUTHORS,
    HOUSEHOLD_RECORDS,
    COURSE_VERSIONS,
    COHORT_RECORDS,
    CERTIFICATE_RECORDS,
    RECOGNITION_RECORDS,
    OUTCOME_RECORDS,
    ERASURE_LIST,
    MONEY_OF_GRANTS,
    RETENTION_LIST,
    foreign.STAFF_NAMES,
    VAULTS,
    IMPORT_LIST,
    DESK_LIST,
    HOLD_LIST,
    REFERRAL_RECORDS,
    OUTREACH_RECORDS,
    revocations(),
)
DUE: Final = {
    importing.WORK: importing.work_on,
    importing.FORGET: importing.forget_due,
    importing.EXPIRE: importing.expire_due,
    **erasing.ERASING.due,
    erasing.DESTROY_KIND: erasing.destroy_due,
    DOCUMENT_KIND: certificate_documents.make_due,
    retaining.REVIEW_KIND: retaining.review,
    consenting.REVIEW_KIND: consenting.review,
    comparing.COMPARE_KIND: comparing.compare_all,
    referring.REMIND_KIND: referring.remind,
    outreaching.REMIND_KIND: outreaching.remind,
    verification_limits.PURGE_KIND: verification_limits.purge,
    drafts.PURGE_KIND: drafts.purge,
}
DAILY: Final = (
    retaining.REVIEW_KIND,
    consenting.REVIEW_KIND,
    comparing.COMPARE_KIND,
    verification_limits.PURGE_KIND,
    drafts.PURGE_KIND,
    referring.REMIND_KIND,
    outreaching.REMIND_KIND,
)
API: Final = (
    people_api.blueprint,
    courses_api.blueprint,
    cohorts_api.blueprint,
    certificates_api.blueprint,
    education_api.blueprint,
    duplicates_api.blueprint,
    outreach_api.blueprint,
    referrals_api.blueprint,
    dashboards_api.blueprint,
    attendance_api.blueprint,
    exports_api.blueprint,
    enrolment_api.blueprint,
    registering_api.blueprint,
    confirming_api.blueprint,
    households_api.blueprint,
    officer_api.blueprint,
    consents_api.blueprint,
    vulnerability_api.blueprint,
    erasures_api.blueprint,
    recognitions_api.blueprint,
    retention_api.blueprint,
    imports_api.blueprint,
    verification_api.blueprint,
    credentials_api.blueprint,
)
PAGES: Final = (
    people_pages.blueprint,
    courses_pages.blueprint,
    cohorts_pages.blueprint,
    certificates_pages.blueprint,
    education_pages.blueprint,
    duplicates_pages.blueprint,
    today_pages.blueprint,
    outreach_pages.blueprint,
    referrals_pages.blueprint,
    dashboards_pages.blueprint,
    exports_pages.blueprint,
    documents_pages.blueprint,
    confirming_pages.blueprint,
    households_pages.blueprint,
    officer_pages.blueprint,
    guided_pages.blueprint,
    table_pages.blueprint,
    consents_pages.blueprint,
    vulnerability_pages.blueprint,
    erasures_pages.blueprint,
    recognitions_pages.blueprint,
    retention_pages.blueprint,
    import_steps.blueprint,
    own_pages.blueprint,
    own_pages.theirs,
    own_erasing.blueprint,
    verification_pages.blueprint,
    credentials_pages.blueprint,
)


def definition() -> Definition:
    """Deciders and read models."""
    return Definition(
        name="trainings",
        deciders=DECIDERS,
        events=(
            *access_events("trainings"),
            *log_events("trainings"),
            *erasing.EVENTS,
            credential_keys.CredentialKeyRotated,
        ),
        projections=PROJECTIONS,
        reactions=(CLOSING, ANSWERS),
        due=DUE,
        daily=DAILY,
        signs=(credential_keys.PURPOSE,),
    )


def create(service: Service) -> Flask:
    """The service's application: pages and the JSON interface."""
    app, api = open_app(
        service,
        title="Trainings",
        description="People, courses, cohorts, certificates, education outcomes.",
        templates=[HERE / name / "templates" for name in CAPABILITIES],
        navigation=navigation,
    )
    for routes in API:
        api.register_blueprint(routes)
    for pages in PAGES:
        app.register_blueprint(pages)
    app.register_blueprint(held.pages())
    return finish(app)
