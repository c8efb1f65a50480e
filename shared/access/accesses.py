"""Who read personal data, exported something or was refused: events of each service's own log.

    Definition(name="grants", events=access_events("grants"), ...)
    record_read(service(), reader, what="bank_account", subject="award/0192…", programme="RS-2011")

One record a request, committed before the data leave. ``what`` and ``subject`` name kinds and
records, never values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from shared.access.reader import Reader
from shared.events.append import Append, Context, StreamWrite
from shared.events.event import Event, event_type
from shared.service import INSTALLATION_WIDE, Service

ACCESS_KIND: Final = "access"
"""Of the streams, one an access."""

WHAT_LENGTH_MAX: Final = 120


class AccessEvents(NamedTuple):
    """A service's event classes for accesses."""

    read: type[Event]
    exported: type[Event]
    denied: type[Event]


@cache
def access_events(service: str) -> AccessEvents:
    """The event classes of a service, always the same ones."""

    @event_type(f"{service}.access.read.v1")
    class Read(Event, frozen=True, kw_only=True):
        """Somebody read ``what`` of ``subject`` (a stream, or an address's rule)."""

        what: str
        subject: str

    @event_type(f"{service}.access.exported.v1")
    class Exported(Event, frozen=True, kw_only=True):
        """Somebody took ``what`` out of the house."""

        what: str
        subject: str

    @event_type(f"{service}.access.denied.v1")
    class Denied(Event, frozen=True, kw_only=True):
        """Somebody lacked the permission that the route needs."""

        permission: str
        route: str

    return AccessEvents(Read, Exported, Denied)


def record_read(
    service: Service,
    reader: Reader,
    *,
    what: str,
    subject: str,
    programme: str,
    correlation: str = "",
) -> None:
    """Somebody is about to see personal data; durable when this returns."""
    event = access_events(service.name).read(
        what=what[:WHAT_LENGTH_MAX], subject=subject[:WHAT_LENGTH_MAX]
    )
    _record(service, reader, event, programme, correlation)


def record_export(
    service: Service,
    reader: Reader,
    *,
    what: str,
    subject: str,
    programme: str,
    correlation: str = "",
) -> None:
    """Something is about to leave as a file; durable when this returns."""
    event = access_events(service.name).exported(
        what=what[:WHAT_LENGTH_MAX], subject=subject[:WHAT_LENGTH_MAX]
    )
    _record(service, reader, event, programme, correlation)


def recorder_of_denied(
    service: Service, correlation: Callable[[], str]
) -> Callable[[Reader, str, str], None] | None:
    """What the web calls before a refusal leaves; None for services without these events."""
    if access_events(service.name).denied not in service.definition.events:
        return None

    def denied(reader: Reader, permission: str, route: str) -> None:
        event = access_events(service.name).denied(permission=permission, route=route)
        _record(service, reader, event, INSTALLATION_WIDE, correlation())

    return denied


def _record(
    service: Service, reader: Reader, event: Event, programme: str, correlation: str
) -> None:
    access_id = service.store.identifiers.new()
    cause = correlation or access_id
    context = Context(
        actor=reader.account_id, programme=programme, correlation=cause, causation=cause
    )
    write = StreamWrite(f"{ACCESS_KIND}/{access_id}", 0, (event,))
    service.store.commit(Append(context=context, now=service.clock.now(), writes=(write,)))
