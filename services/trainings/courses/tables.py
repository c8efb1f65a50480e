"""The rows of courses as records: at which version each is, and whether it is retired.

Their versions are in ``services.trainings.tables.COURSES``.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Integer, String, Table

from services.trainings.tables import METADATA

COURSE_RECORDS: Final = Table(
    "courses",
    METADATA,
    Column("course_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
