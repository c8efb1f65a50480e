"""Where every read model of grants lives, and the column kinds that they share.

    CALLS = Table("calls", VIEWS, Column("deadline", MOMENT, nullable=False), ...)
    at.put(CALLS, {"call_id": "c1"}, state="open", version=3)

Columns that hold personal data are nullable: an erased value is None.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator

VIEWS: Final = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware moment; kept in UTC, since SQLite forgets offsets."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


MOMENT: Final = Moment()


def as_json(value: Any) -> str:
    """A value of events as the text of a column; read back with ``msgspec.json.decode``."""
    return msgspec.json.encode(value).decode()
