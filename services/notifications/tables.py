"""The read models of notifications: messages, who read them, and how people can be reached.

Columns that hold personal data are nullable: an erased value is None.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from shared.events.columns import MOMENT
from shared.privacy.erasing import owned_by, personal

VIEWS: Final = MetaData()

MESSAGES: Final = Table(
    "messages",
    VIEWS,
    Column("message_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("recipient_kind", String(20), nullable=False),
    Column("recipient_id", String(80), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("about", String(120), nullable=False),
    Column("owner_id", String(80), nullable=False),
    Column("facts", Text, info=personal("contact", also=("identity",))),
    Column("told", Text, info=personal("identity", also=("contact",))),
    Column("language", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("means", String(20)),
    Column("ground", String(20)),
    Column("queued_at", MOMENT, nullable=False),
    Column("settled_at", MOMENT),
    Column("settled_by", String(80)),
    Column("version", Integer, nullable=False),
    Index("messages_recipient", "recipient_kind", "recipient_id", "channel"),
    Index("messages_programme", "programme", "channel", "state"),
    Index("messages_about", "about"),
    Index("messages_owner", "owner_id"),
    info=owned_by("owner_id"),
)
"""``facts``: what the words are filled with; ``told``: those of them that say who somebody is or
what was written about them. A message goes whole, whichever of its classes is erased.
"""

READS: Final = Table(
    "message_reads",
    VIEWS,
    Column("message_id", String(36), nullable=False),
    Column("account_id", String(80), nullable=False),
    Column("read_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("message_id", "account_id"),
)

PEOPLE: Final = Table(
    "people_to_reach",
    VIEWS,
    Column("registration_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("country", String(2), nullable=False),
    Column("municipality", String(120), nullable=False),
    Column("texts", Boolean, nullable=False),
    Column("full_name", Text, info=personal("identity")),
    Column("phone", Text, info=personal("contact")),
)

ACCOUNTS: Final = Table(
    "accounts_to_reach",
    VIEWS,
    Column("account_id", String(80), primary_key=True),
    Column("display_name", Text, info=personal("identity")),
    Column("email", Text, info=personal("contact")),
)

WATCHERS: Final = Table(
    "watchers",
    VIEWS,
    Column("account_id", String(80), nullable=False),
    Column("role", String(30), nullable=False),
    Column("programme", String(40), nullable=False),
    PrimaryKeyConstraint("account_id", "role", "programme"),
)
"""Administrators and auditors, who hear of what others do to accounts."""

AWARDS: Final = Table(
    "awards_spoken_of",
    VIEWS,
    Column("award_id", String(36), primary_key=True),
    Column("registration_id", String(36), nullable=False),
    Column("application_no", String(60), nullable=False),
)
