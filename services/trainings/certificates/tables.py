"""What certificates keep beside their row: every version with its code, every document's bytes.

    at.make(VERSIONS, {"certificate_id": "x1", "certificate_version": 2, "code": "a1b2…", …})

The row in ``certificates`` says what a certificate says now. Whoever holds an older document has an
older code, so no version is forgotten. Names are None once the person's keys are destroyed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from services.trainings.tables import METADATA
from shared.events.columns import MOMENT
from shared.privacy.erasing import personal

VERSIONS: Final = Table(
    "certificate_versions",
    METADATA,
    Column("certificate_id", String(36), nullable=False),
    Column("certificate_version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("number", String(20), nullable=False),
    Column("code", String(60), nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("name_folded", Text, info=personal("identity")),
    Column("course_title", String(200), nullable=False),
    Column("course_version", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("session_dates", Text, nullable=False),
    Column("place", String(120), nullable=False),
    Column("trainer", String(200), nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("language", String(10), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("certificate_id", "certificate_version"),
    Index("certificate_versions_number", "number"),
    Index("certificate_versions_registration", "registration_id"),
)
"""One row a version. ``issued_on``: of the certificate; ``made_on``: the day of this version."""

DOCUMENTS: Final = Table(
    "certificate_documents",
    METADATA,
    Column("certificate_id", String(36), nullable=False),
    Column("certificate_version", Integer, nullable=False),
    Column("duplicate", Integer, nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("cohort_id", String(36), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("sha256", String(64)),
    Column("size", Integer),
    Column("renderer", String(40)),
    Column("template", String(40)),
    Column("kept_at", MOMENT),
    PrimaryKeyConstraint("certificate_id", "certificate_version", "duplicate"),
    Index("certificate_documents_registration", "registration_id"),
    Index("certificate_documents_cohort", "cohort_id"),
)
"""One row a document: a version (duplicate 0) or a duplicate of one. ``sha256``: of the sealed
bytes, their name on the shelf; None until they are made."""
