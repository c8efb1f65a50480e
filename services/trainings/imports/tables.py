"""What the pages of imports read: imports, remembered columns, desks, cohorts of the past.

    at.put(MAPPINGS, {"programme": "P", "kind": "people", "headers_mark": "ab…"}, columns="…")

Nothing here is from a file's cells; lists are JSON.
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

_COUNTS: Final = ("rows", "new", "already", "errors", "warnings", "left_out")

IMPORTS: Final = Table(
    "imports",
    METADATA,
    Column("import_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("kept_by", String(80), nullable=False),
    Column("kept_at", MOMENT, nullable=False),
    Column("until", Date),
    Column("history", Boolean, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("kind", String(20), nullable=False, default=""),
    Column("part", String(200)),
    Column("header_rows", Integer, nullable=False, default=0),
    Column("headers_mark", String(64), nullable=False, default=""),
    Column("sheet_rows", Integer, nullable=False, default=0),
    Column("columns", Text, nullable=False, default="[]"),
    Column("day_order", String(3), nullable=False, default="dmy"),
    Column("country", String(2), nullable=False, default=""),
    Column("words", Text, nullable=False, default="[]"),
    Column("looked", Integer, nullable=False, default=0),
    *(Column(name, Integer, nullable=False, default=0) for name in _COUNTS),
    Column("report", String(64), nullable=False, default=""),
    Column("phase", String(20), nullable=False, default=""),
    Column("held", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("entered", Integer, nullable=False, default=0),
    Column("known", Integer, nullable=False, default=0),
    Column("erased", Integer, nullable=False, default=0),
    Column("left_rows", Text, nullable=False, default="[]"),
    Column("over_at", MOMENT),
    Column("over_by", String(80)),
    Column("destroyed", Boolean, nullable=False, default=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("version", Integer, nullable=False),
    Index("imports_changed", "programme", "kept_at", "import_id"),
)
"""One row an import. ``stage``: sent, chosen, judging, ready, entering, entered, discarded or
expired. ``report``: hash of the sealed report on the shelf; ``left_rows``: which were left out."""

HOLDS: Final = Table(
    "import_holds",
    METADATA,
    Column("cohort_id", String(36), primary_key=True),
    Column("import_id", String(36), nullable=False),
    Index("import_holds_import", "import_id"),
)
"""Cohorts that an import holds now."""

MAPPINGS: Final = Table(
    "import_mappings",
    METADATA,
    Column("programme", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("headers_mark", String(64), nullable=False),
    Column("columns", Text, nullable=False),
    Column("day_order", String(3), nullable=False),
    Column("country", String(2), nullable=False),
    Column("words", Text, nullable=False),
    Column("mapped_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("programme", "kind", "headers_mark"),
)
"""What somebody said last about the columns of files with these headers."""

CERTIFICATE_DAYS: Final = Table(
    "certificate_days",
    METADATA,
    Column("cohort_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("certified", Boolean, nullable=False),
    Index("certificate_days_open", "programme", "certified", "issued_on"),
)
"""Cohorts from before whose certificates were issued on a day; ``certified``: they are entered."""

DESKS: Final = Table(
    "import_desks",
    METADATA,
    Column("programme", String(40), primary_key=True),
    Column("import_id", String(36), nullable=False, default=""),
    Column("closed_at", MOMENT),
    Column("closed_by", String(80)),
    Column("reason", Text),
)
"""One row a programme that had an import: which one is entered now, when the past was closed."""
