"""The tables of the keyring's database.

    select(KEYS).where(KEYS.c.destroyed_at.is_(None))

``keys`` holds people's keys and ``roots`` secrets of the whole installation; both are wrapped by
the master key that their row names. ``masters`` says which master key is the one to wrap by.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, String, Table

METADATA: Final = MetaData()

KEYS: Final = Table(
    "keys",
    METADATA,
    Column("key_id", String(36), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("data_class", String(20), nullable=False),
    Column("retention_group", String(20), nullable=False),
    Column("wrapped", LargeBinary),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("destroyed_at", DateTime(timezone=True)),
    Column("master_id", String(16)),
)
"""A destroyed key's row stays without ``wrapped``; ``master_id`` is null in old rows only."""

ROOTS: Final = Table(
    "roots",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master_id", String(16), nullable=False),
)

MASTERS: Final = Table(
    "masters",
    METADATA,
    Column("master_id", String(16), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
)
"""Exactly one has no ``until``: what is made now is wrapped by that one."""

MARKS: Final = Table(
    "marks",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""``destroyed``: raised in each transaction that destroys keys, so that processes forget theirs."""

DESTROYED: Final = "destroyed"

BY_MASTER: Final = Index("keys_by_master", KEYS.c.master_id, KEYS.c.key_id)
"""For changing the master key, which goes through the keys of the old one."""
