"""The sheets that are taken out to be read, and that no import knows.

>>> [kind.name for kind in (CERTIFICATES, COURSES, HOUSEHOLDS, REFERRALS, OUTREACH)]
['certificates', 'courses', 'households', 'referrals', 'outreach']
"""

from __future__ import annotations

from typing import Final

from services.trainings.cohorts.wording import COUNTRIES
from services.trainings.education.wording import OUTCOME_WORDS
from services.trainings.exports.kind import Column, Kind
from services.trainings.households.wording import JOIN_WORDS, LEAVE_WORDS
from services.trainings.imports.fields_cohorts import COURSE_KINDS
from services.trainings.outreach.wording import KIND_WORDS
from services.trainings.referrals.wording import STEP_WORDS
from shared.language.marking import N_

_STANDING: Final = {
    "valid": N_("Valid"),
    "proposed": N_("Revocation proposed"),
    "revoked": N_("Revoked"),
}
_COURSE_KINDS: Final = {one.code: one.label for one in COURSE_KINDS}

CERTIFICATES: Final = Kind(
    name="certificates",
    label=N_("Certificates"),
    hint=N_("One row for each certificate: number, person, course, hours, days, state."),
    permission="trainings.certificates.read",
    columns=(
        Column(name="number", label=N_("Number"), width=18),
        Column(name="certificate_version", label=N_("Version of the certificate")),
        Column(name="state", label=N_("State"), width=20, words_of=_STANDING),
        Column(name="participant", label=N_("Reference of the person"), width=18),
        Column(name="full_name", label=N_("Name on the certificate"), width=30),
        Column(name="cohort", label=N_("Cohort"), width=18),
        Column(name="course", label=N_("Course"), width=40),
        Column(name="course_version", label=N_("Version of the course")),
        Column(name="minutes", label=N_("Hours")),
        Column(name="issued_on", label=N_("Issued on")),
        Column(name="country", label=N_("Country"), words_of=COUNTRIES),
        Column(name="place", label=N_("Place"), width=20),
        Column(name="trainer", label=N_("Trainer"), width=30),
        Column(name="issuer", label=N_("Issuer"), width=30),
        Column(name="revoked_on", label=N_("Revoked on")),
    ),
    states=_STANDING,
    by_cohort=True,
    imported=False,
)

COURSES: Final = Kind(
    name="courses",
    label=N_("Courses"),
    hint=N_("One row for each version of a course: title, kind, hours, modules."),
    permission="trainings.courses.read",
    columns=(
        Column(name="course", label=N_("Course"), width=40),
        Column(name="course_version", label=N_("Version of the course")),
        Column(name="kind", label=N_("Kind of course"), width=24, words_of=_COURSE_KINDS),
        Column(name="hours", label=N_("Hours")),
        Column(name="modules", label=N_("Modules"), width=50),
        Column(name="attendance_percent_min", label=N_("Least attendance, in per cent")),
        Column(name="post_test_min", label=N_("Least result of the test after, in per cent")),
    ),
    states={},
    imported=False,
)

HOUSEHOLDS: Final = Kind(
    name="households",
    label=N_("Households"),
    hint=N_("One row for each person of a household: since when, and until when."),
    permission="trainings.people.read",
    columns=(
        Column(name="household", label=N_("Household"), width=18),
        Column(name="formed_on", label=N_("Written down")),
        Column(name="participant", label=N_("Reference of the person"), width=18),
        Column(name="full_name", label=N_("Name"), width=30),
        Column(
            name="head",
            label=N_("Speaks for the household"),
            width=18,
            words_of={"yes": N_("Yes")},
        ),
        Column(name="joined_on", label=N_("From")),
        Column(name="joined_because", label=N_("Why"), width=30, words_of=JOIN_WORDS),
        Column(name="left_on", label=N_("To")),
        Column(name="left_because", label=N_("Why they left"), width=30, words_of=LEAVE_WORDS),
        Column(name="address", label=N_("Address"), width=40),
    ),
    states={"living": N_("Live there now"), "left": N_("Lived there")},
    imported=False,
)

REFERRALS: Final = Kind(
    name="referrals",
    label=N_("Referrals"),
    hint=N_("One row for each referral: whom, where, what for, how it stands."),
    permission="trainings.referrals.read",
    columns=(
        Column(name="participant", label=N_("Reference of the person"), width=18),
        Column(name="full_name", label=N_("Name"), width=30),
        Column(name="institution", label=N_("Institution"), width=40),
        Column(name="aim", label=N_("What for"), width=34, words_of=OUTCOME_WORDS),
        Column(name="sent_on", label=N_("Day on which the person was sent")),
        Column(name="state", label=N_("How it stands"), width=24, words_of=STEP_WORDS),
        Column(name="since", label=N_("Since")),
        Column(name="remind_on", label=N_("When to ask how it stands")),
        Column(name="referred_by", label=N_("Referred by"), width=30),
    ),
    states={"open": N_("Under way"), **STEP_WORDS},
    imported=False,
)

OUTREACH: Final = Kind(
    name="outreach",
    label=N_("Outreach"),
    hint=N_("One row for each activity: what it was, where, with whom, what was agreed."),
    permission="trainings.outreach.read",
    columns=(
        Column(name="kind", label=N_("Kind"), width=26, words_of=KIND_WORDS),
        Column(name="title", label=N_("What it was"), width=40),
        Column(name="held_on", label=N_("Day")),
        Column(name="country", label=N_("Country"), words_of=COUNTRIES),
        Column(name="municipality", label=N_("Municipality"), width=20),
        Column(name="place", label=N_("Place"), width=20),
        Column(name="partners", label=N_("Institutions"), width=50),
        Column(name="women", label=N_("Women")),
        Column(name="men", label=N_("Men")),
        Column(name="not_known", label=N_("Others, or not written down")),
        Column(name="agreed", label=N_("What was agreed"), width=50),
        Column(name="follows", label=N_("What follows"), width=50),
        Column(name="follow_up_on", label=N_("When it follows")),
    ),
    states=KIND_WORDS,
    imported=False,
)
