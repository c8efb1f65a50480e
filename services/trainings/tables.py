"""What trainings' pages and lists read: people, courses, cohorts, certificates, outcomes.

    at.put(COHORTS, {"cohort_id": "k1"}, closed_on=day)

Columns with personal data are nullable: once a person's keys are destroyed they are None. Keyed
hashes stand only here, where a rebuild drops them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from shared.events.columns import MOMENT
from shared.privacy.erasing import personal

METADATA: Final = MetaData()

REGISTRATIONS: Final = Table(
    "registrations",
    METADATA,
    Column("registration_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("reference", String(60), nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("name_folded", Text, info=personal("identity")),
    Column("birth_date", String(10), info=personal("identity")),
    Column("sex", String(1), nullable=False),
    Column("country", String(2), nullable=False),
    Column("municipality", String(120), nullable=False),
    Column("number_index", String(64), info=personal("identity")),
    Column("number_masked", String(40), info=personal("identity")),
    Column("has_number", Boolean, nullable=False),
    Column("phone", Text, info=personal("contact")),
    Column("email", Text, info=personal("contact")),
    Column("declared_roma", String(20), info=personal("special")),
    Column("consent_on", Date),
    Column("state", String(20), nullable=False),
    Column("registered_by", String(80)),
    Column("registered_at", MOMENT, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("registrations_person", "person_id"),
    Index("registrations_number", "programme", "number_index"),
    Index("registrations_name", "programme", "name_folded", "registration_id"),
)
"""One row a registration. ``number_index``: keyed hash of the national number; ``state``:
unconfirmed, confirmed or outside (confirmed outside this system)."""

DUPLICATE_DECISIONS: Final = Table(
    "duplicate_decisions",
    METADATA,
    Column("registration_id", String(36), nullable=False),
    Column("other_registration_id", String(36), nullable=False),
    Column("same", Boolean, nullable=False),
    PrimaryKeyConstraint("registration_id", "other_registration_id"),
)
"""What somebody decided about a likely duplicate."""

CONSENTS: Final = Table(
    "consents",
    METADATA,
    Column("registration_id", String(36), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("given_on", Date),
    Column("withdrawn_on", Date),
    Column("form", String(20)),
    PrimaryKeyConstraint("registration_id", "purpose"),
)
"""How it stands with each purpose that somebody was asked about: one of the days is there."""

COURSES: Final = Table(
    "course_versions",
    METADATA,
    Column("course_id", String(36), nullable=False),
    Column("course_version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("hours", Integer),
    Column("modules", Text, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("description", Text, nullable=False),
    Column("module_hours", Text, nullable=False),
    Column("attendance_percent_min", Integer, nullable=False),
    Column("post_test_min", Integer),
    Column("retired", Boolean, nullable=False),
    PrimaryKeyConstraint("course_id", "course_version"),
)
"""One row a version; ``modules`` and their ``module_hours`` one a line."""

COHORTS: Final = Table(
    "cohorts",
    METADATA,
    Column("cohort_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("reference", String(60), nullable=False),
    Column("course_id", String(36), nullable=False),
    Column("course_title", String(200), nullable=False),
    Column("course_version", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("country", String(2), nullable=False),
    Column("place", String(120), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("trainers", Text, nullable=False),
    Column("closed_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("venue", String(200)),
    Column("capacity", Integer),
    Column("level", String(20)),
    Column("occupation", String(200)),
    Column("institution", String(200)),
    Column("attendance_percent_min", Integer, nullable=False),
    Column("post_test_min", Integer),
    Index("cohorts_reference", "programme", "reference"),
)
"""One row a cohort; ``trainers`` one a line."""

SESSIONS: Final = Table(
    "cohort_sessions",
    METADATA,
    Column("cohort_id", String(36), nullable=False),
    Column("session", Integer, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts", String(5)),
    Column("module", Integer),
    Column("trainer", String(80)),
    PrimaryKeyConstraint("cohort_id", "session"),
)
"""One row a session; ``starts`` as HH:MM where it is held; ``module`` of the course version."""

MEMBERS: Final = Table(
    "cohort_members",
    METADATA,
    Column("cohort_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("pre_test", Integer),
    Column("post_test", Integer),
    Column("joined_on", Date),
    Column("left_on", Date),
    Column("left_for", String(36)),
    Column("left_reason", Text, info=personal("special")),
    Column("came_from", String(36)),
    Column("carried_minutes", Integer),
    PrimaryKeyConstraint("cohort_id", "registration_id"),
    Index("cohort_members_registration", "registration_id"),
)
"""Who takes part or did, with tests in per cent; minutes attended are the sum of their marks.

left_on: since when they take part no more. left_for, came_from: the other cohort of a transfer.
"""

MARKS: Final = Table(
    "attendance_marks",
    METADATA,
    Column("cohort_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("session", Integer, nullable=False),
    Column("attended_minutes", Integer, nullable=False),
    Column("excused", Text, info=personal("special")),
    Column("excused_as", Text, info=personal("special")),
    PrimaryKeyConstraint("cohort_id", "registration_id", "session"),
)

CERTIFICATES: Final = Table(
    "certificates",
    METADATA,
    Column("certificate_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("cohort_id", String(36), nullable=False),
    Column("number", String(20), nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("name_folded", Text, info=personal("identity")),
    Column("course_title", String(200), nullable=False),
    Column("course_version", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("session_dates", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("country", String(2), nullable=False),
    Column("place", String(120), nullable=False),
    Column("trainer", String(200), nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("code", String(60), nullable=False),
    Column("certificate_version", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("proposed_by", String(80)),
    Column("proposed_reason", Text, info=personal("identity")),
    Column("revoked_on", Date),
    Column("imported", Boolean, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("version", Integer, nullable=False),
    Index("certificates_number", "programme", "number", unique=True),
    Index("certificates_registration", "registration_id"),
    Index("certificates_cohort", "cohort_id"),
)
"""One row a certificate; ``session_dates`` ISO days, one a line; ``state``: valid, proposed
(its revocation is) or revoked."""

OUTCOMES: Final = Table(
    "outcomes",
    METADATA,
    Column("outcome_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("completed_on", Date, nullable=False),
    Column("institution", String(200), nullable=False),
    Column("evidence", Text, info=personal("identity")),
    Column("withdrawn", Boolean, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("outcomes_registration", "registration_id"),
    Index("outcomes_day", "programme", "completed_on", "outcome_id"),
)

OUTCOME_DOCUMENTS: Final = Table(
    "outcome_documents",
    METADATA,
    Column("outcome_id", String(36), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_by", String(80), nullable=False),
    Column("added_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("outcome_id", "sha256"),
    Index("outcome_documents_registration", "registration_id"),
)
"""One row a document of an outcome. ``sha256``: of the sealed bytes, its name on the shelf."""
