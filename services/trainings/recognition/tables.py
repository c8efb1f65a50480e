"""The read model of certificates from elsewhere: one row each.

at.change(RECOGNITIONS, {"recognition_id": "0192…"}, state="withdrawn")
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from services.trainings.tables import METADATA
from shared.events.columns import MOMENT
from shared.privacy.erasing import personal

RECOGNITIONS: Final = Table(
    "recognised_certificates",
    METADATA,
    Column("recognition_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("number", Text, info=personal("identity")),
    Column("title", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("recognised_on", Date, nullable=False),
    Column("recognised_by", String(80), nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("proposed_by", String(80)),
    Column("proposed_reason", Text, info=personal("identity")),
    Column("withdrawn_on", Date),
    Column("version", Integer, nullable=False),
    Index("recognised_certificates_registration", "registration_id"),
    Index("recognised_certificates_paper", "sha256"),
    Index("recognised_certificates_day", "programme", "recognised_on", "recognition_id"),
)
"""``state``: recognised, proposed (its withdrawal is) or withdrawn. ``sha256``: of the sealed bytes
of the copy of the paper, their name on the shelf."""
