"""Projections: read-model tables as functions of connection and events.

    def project(at: Projecting, recorded: Recorded) -> None:
        match recorded.event:
            case ApplicationSubmitted() as event:
                at.connection.execute(APPLICATIONS.insert().values(..., name=at.text(event.name)))

    APPLICATION_LIST = Projection(
        "application_list", 1, (APPLICATIONS,), project, (ApplicationSubmitted,)
    )

One projection handles a service's own events, or those of one other service, never both: each log
has an order of its own, and only so does a rebuild in log order give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table

from shared.events.envelope import Envelope
from shared.events.event import Event, Sealed
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import open_text


@dataclass(frozen=True)
class Recorded:
    """An event as it was recorded: the object, its envelope and the exact bytes."""

    event: Event
    envelope: Envelope
    raw: bytes

    @property
    def stream(self) -> str:
        return self.envelope.subject

    @property
    def identifier(self) -> str:
        """The stream's id, without its kind."""
        return self.envelope.subject.split("/", 1)[1]

    @property
    def version(self) -> int:
        return self.envelope.streamversion

    @property
    def programme(self) -> str:
        return self.envelope.programme

    @property
    def actor(self) -> str:
        return self.envelope.actor

    @property
    def at(self) -> datetime:
        """When the server recorded it."""
        return self.envelope.time


@dataclass(frozen=True)
class Projecting:
    """What a projection may use."""

    connection: Connection
    keyring: Keyring

    def text(self, value: str | Sealed | None) -> str | None:
        """A personal field's text; None once its key is destroyed."""
        return open_text(self.keyring, value)

    def blind(self, purpose: str, value: str | None) -> str | None:
        """Keyed hash for exact lookup of a personal value."""
        return None if value is None else self.keyring.blind_index(purpose, value)


Project = Callable[[Projecting, Recorded], None]
Follow = Callable[[Projecting, Envelope, int, bytes], None]
"""(what may be used, envelope, its position in its source's log, its exact bytes)."""


@dataclass(frozen=True)
class Projection:
    """A read model.

    version: raise it when tables or meaning change; ``rebuild`` follows at the next start.
    events:  the event classes that it handles, own ones or one other service's.
    follow:  told of every entry of the followed logs, whatever its type, parked or not. While they
             arrive ``Definition.on_followed`` calls it, in a rebuild the rebuild does.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    project: Project
    events: tuple[type[Event], ...]
    follow: Follow | None = None


class Projections:
    """The projections of a service by event class."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self.all = tuple(projections)
        self._by_event: dict[type[Event], list[Projection]] = {}
        for projection in self.all:
            for cls in projection.events:
                self._by_event.setdefault(cls, []).append(projection)

    def apply(self, at: Projecting, recorded: Recorded) -> None:
        """Run every projection that handles this event."""
        for projection in self._by_event.get(type(recorded.event), ()):
            projection.project(at, recorded)
