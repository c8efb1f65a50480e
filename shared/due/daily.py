"""What is done once a day without anybody asking: due work that is there when a day begins.

    Definition(..., due={"audit.checkpoints.keep": keep}, daily=("audit.checkpoints.keep",))

Days are those of UTC. The payload is the day, as 2026-03-31; one piece a day, however many workers
and starts there are. A day on which nobody worked is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy.dialects import postgresql, sqlite

from shared.events.tables import DUE
from shared.service import Service


def schedule_daily(service: Service, now: datetime) -> None:
    """Put down today's pieces, unless they are there."""
    if not service.definition.daily:
        return
    day = now.astimezone(UTC).date()
    insert = sqlite.insert if service.database.is_sqlite else postgresql.insert
    with service.database.writing() as connection:
        for kind in service.definition.daily:
            connection.execute(
                insert(DUE)
                .values(
                    due_id=f"{kind}/{day.isoformat()}",
                    kind=kind,
                    due_at=datetime.combine(day, time.min, UTC),
                    payload=day.isoformat().encode(),
                    attempts=0,
                    fence=0,
                )
                .on_conflict_do_nothing()
            )
