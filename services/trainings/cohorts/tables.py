"""The rows of those who wait for a place in a cohort; whoever takes part is among the members.

``place``: the lower, the earlier they began to wait.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, String, Table

from services.trainings.tables import METADATA

WAITING: Final = Table(
    "cohort_waiting",
    METADATA,
    Column("cohort_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("place", Integer, nullable=False),
    Column("since", Date, nullable=False),
    PrimaryKeyConstraint("cohort_id", "registration_id"),
    Index("cohort_waiting_registration", "registration_id"),
)
