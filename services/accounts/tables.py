"""What the tables of accounts share: their metadata, and moments that keep their time zone.

    ACCOUNTS = Table("accounts", METADATA, Column("invited_at", Moment, nullable=False), ...)

SQLite gives a moment back without its zone, which would then be compared with aware ones and fail.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, MetaData
from sqlalchemy.types import TypeDecorator

METADATA: Final = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """As it is stored."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:  # noqa: ARG002
        """As it is read."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
