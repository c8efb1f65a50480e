"""What pages read about referrals: how each stands, and each step of it.

at.put(REFERRALS, {"referral_id": "f1"}, state="accepted", …)
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.trainings.tables import METADATA

REFERRALS: Final = Table(
    "referrals",
    METADATA,
    Column("referral_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("institution", String(200), nullable=False),
    Column("aim", String(40), nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", Date, nullable=False),
    Column("remind_on", Date),
    Column("reminded", Boolean, nullable=False),
    Column("referred_by", String(80), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("referrals_registration", "registration_id"),
    Index("referrals_reminder", "programme", "remind_on"),
    Index("referrals_since", "programme", "since", "referral_id"),
)
"""One row a referral as it stands; ``reminded``: whoever made it was told of ``remind_on``.
Notes and reasons are read from its history alone."""
