"""Whether looking through an import's rows once more could say anything else.

    seen = as_of(service)                    # before the first row is looked at
    unchanged(service, seen)                 # True: nothing was written meanwhile that counts

Entering looks through all rows again, since others go on working between the look and the word to
enter. Where nobody did, and it is still the same day, the answer stands.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, select, union_all

from services.trainings.imports.desk import DESK
from services.trainings.imports.import_events import AsOf
from services.trainings.imports.importing import IMPORT
from shared.access.accesses import ACCESS_KIND
from shared.events.tables import EVENTS, LOG, PENDING
from shared.log.sequencer import head
from shared.service import Service

SAYS_NOTHING: Final = (IMPORT.kind, DESK.kind, ACCESS_KIND)
"""Streams of which rows say nothing: of imports as such, and of who read what."""


def as_of(service: Service) -> AsOf:
    """What there is to be seen from now on: at least all that has a position."""
    with service.database.reading() as connection:
        return AsOf(position=head(connection), day=service.clock.now().date())


def unchanged(service: Service, seen: AsOf | None) -> bool:
    """Whether what was seen then is all that there is now."""
    if seen is None or seen.day != service.clock.now().date():
        return False
    placed = select(LOG.c.event_id).where(LOG.c.position > seen.position)
    # One statement sees an entry once, also where it gets its position at this moment.
    written = union_all(placed, select(PENDING.c.event_id)).subquery()
    counts = and_(*(EVENTS.c.stream.not_like(f"{kind}/%") for kind in SAYS_NOTHING))
    since = (
        select(EVENTS.c.event_id)
        .join(written, written.c.event_id == EVENTS.c.event_id)
        .where(counts)
        .limit(1)
    )
    with service.database.reading() as connection:
        return connection.execute(since).first() is None
