"""What an operator does at the command line: the first link, parked messages, the end of history.

dead_letters(installation)  ->  [Parked(service="grants", source="trainings", …)]
retry(installation, "grants", "trainings", "registration/0192…")  ->  3
close_history(installation, "demo", reason="All of 2009 to 2014 is in.")
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from services.all_in_one import Installation
from services.grants.programmes.programme import PROGRAMME, CloseHistory
from services.grants.programmes.views import PROGRAMMES
from shared.access.accesses import WHAT_LENGTH_MAX, access_events
from shared.bus.parking import resolve_parked, retry_parked
from shared.errors import Missing
from shared.events.append import Append, Context, StreamWrite
from shared.events.tables import DEAD_LETTERS
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.service import Service


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A stream whose events wait in a service, since one of them could not be applied."""

    service: str
    source: str
    stream: str
    events: int
    error: str
    since: datetime

    def line(self) -> str:
        """For a person; says nothing of what is in the events."""
        return (
            f"{self.service} {self.source} {self.stream}: {self.events} events since "
            f"{self.since:%Y-%m-%d %H:%M} UTC, {self.error}"
        )


def dead_letters(installation: Installation) -> list[Parked]:
    """Every parked stream of every service, the longest waiting first."""
    found = []
    for name, service in installation.services.items():
        with service.database.reading() as connection:
            rows = connection.execute(
                select(
                    DEAD_LETTERS.c.source,
                    DEAD_LETTERS.c.stream,
                    func.count().label("events"),
                    func.min(DEAD_LETTERS.c.position).label("first"),
                    func.min(DEAD_LETTERS.c.parked_at).label("since"),
                )
                .where(DEAD_LETTERS.c.resolved_at.is_(None))
                .group_by(DEAD_LETTERS.c.source, DEAD_LETTERS.c.stream)
            ).all()
            for row in rows:
                error = connection.execute(
                    select(DEAD_LETTERS.c.error).where(
                        DEAD_LETTERS.c.source == row.source, DEAD_LETTERS.c.position == row.first
                    )
                ).scalar_one()
                found.append(
                    Parked(
                        service=name,
                        source=row.source,
                        stream=row.stream,
                        events=row.events,
                        error=error,
                        since=row.since,
                    )
                )
    return sorted(found, key=lambda one: one.since)


def retry(installation: Installation, name: str, source: str, stream: str) -> int:
    """Apply a parked stream again; returns how many events are through. Raises what failed."""
    return retry_parked(_service(installation, name), source, stream)


def resolve(installation: Installation, name: str, source: str, stream: str, reason: str) -> int:
    """Leave a parked stream's events unapplied for good, with who and why on record."""
    words = f"{operator()}: {reason}"
    return resolve_parked(_service(installation, name), source, stream, resolution=words)


def close_history(installation: Installation, programme: str, *, reason: str) -> None:
    """Close a programme's import of its past, for good. Raises Missing for an unknown programme."""
    service = installation.services["grants"]
    with service.database.reading() as connection:
        programme_id = connection.execute(
            select(PROGRAMMES.c.programme_id).where(PROGRAMMES.c.programme == programme)
        ).scalar()
    if programme_id is None:
        raise Missing("programme-missing", N_("There is no such programme."))
    cause = Uuid7().new()
    context = Context(actor=operator(), programme=programme, correlation=cause, causation=cause)
    service.transact(
        context,
        lambda work: work.decide(
            PROGRAMME, programme_id, CloseHistory(by=operator(), now=work.now, reason=reason)
        ),
    )


def record_operator_export(service: Service, *, what: str, subject: str, programme: str) -> None:
    """Something leaves by way of the command line; durable when this returns."""
    access_id = service.store.identifiers.new()
    context = Context(
        actor=operator(), programme=programme, correlation=access_id, causation=access_id
    )
    event = access_events(service.name).exported(
        what=what[:WHAT_LENGTH_MAX], subject=subject[:WHAT_LENGTH_MAX]
    )
    write = StreamWrite(f"access/{access_id}", 0, (event,))
    service.store.commit(Append(context=context, now=service.clock.now(), writes=(write,)))


def operator() -> str:
    """Who acts from a terminal: the machine's account, told apart from those of people here."""
    return f"operator/{os.getuid()}"


def _service(installation: Installation, name: str) -> Service:
    if name not in installation.services:
        raise ValueError(f"no service {name}; one of: {', '.join(installation.services)}")
    return installation.services[name]
