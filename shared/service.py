"""A service: its name, what it is made of, and its parts once it runs.

    definition = Definition(name="grants", deciders=(CALL, ...), projections=(...), reactions=(...))
    service = Service.open(definition, settings)
    service.transact(context, handler)

``services/<name>/app.py`` is the composition root that makes the definition; importing it has no
effects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import MetaData

from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.events.append import Context
from shared.events.decider import Decider
from shared.events.envelope import Envelope
from shared.events.event import Event
from shared.events.projection import Projecting, Projection, Projections, Recorded
from shared.events.store import Store
from shared.events.types import EventTypes, Foreign, Upcaster
from shared.events.work import Work, transact
from shared.log.waking import Notifier
from shared.privacy import master_key
from shared.privacy.classes import classes_of
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import open_text
from shared.privacy.tombstones import Tombstones
from shared.settings import Settings

R = TypeVar("R")
INSTALLATION_WIDE = "-"


@dataclass(frozen=True)
class Reaction:
    """What a service does, by commands of its own, when another service's event arrives."""

    events: tuple[type[Foreign], ...]
    react: Callable[[Work, Recorded], None]


DueHandler = Callable[["Service", bytes], None]
OnFollowed = Callable[[Projecting, Envelope, int, bytes], None]
"""(what may be used, envelope, its position in its source's log, its exact bytes)."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a service is made of.

    follows:    services whose whole log is kept in the inbox, whatever the type (audit).
    on_followed: told of every message of those, in the transaction that keeps it.
    events:     event classes that no decider holds (recorded accesses, deliveries).
    daily:       kinds of due work that are done once a day, with the day as payload.
    signs:      purposes, besides its log, for each of which it has a key of its own.
    blueprints: made per application, since flask-smorest keeps state in them.
    """

    name: str
    deciders: tuple[Decider[Any], ...] = ()
    projections: tuple[Projection, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    events: tuple[type[Event], ...] = ()
    upcasters: dict[str, Upcaster] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    on_followed: OnFollowed | None = None
    due: dict[str, DueHandler] = field(default_factory=dict)
    daily: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()

    def types(self) -> EventTypes:
        """Decoders for every event that the service writes or reads."""
        own = [cls for decider in self.deciders for cls in decider.events] + list(self.events)
        foreign: list[type[Foreign]] = []
        for projection in self.projections:
            foreign += [cls for cls in projection.events if issubclass(cls, Foreign)]
        for reaction in self.reactions:
            foreign += list(reaction.events)
        return EventTypes(own=own, foreign=foreign, upcasters=self.upcasters)

    def sources(self) -> tuple[str, ...]:
        """The services that it listens to."""
        return tuple(sorted(self.types().foreign_sources() | set(self.follows)))

    def view_metadata(self) -> tuple[MetaData, ...]:
        """The metadata that hold its read models' tables."""
        found = {id(t.metadata): t.metadata for p in self.projections for t in p.tables}
        return tuple(found.values())


@dataclass
class Service:
    """A service at work in this process."""

    definition: Definition
    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    store: Store
    notifier: Notifier = field(init=False)

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.database)

    @classmethod
    def open(
        cls, definition: Definition, settings: Settings, *, clock: Clock | None = None
    ) -> Service:
        """Open the service's database and keyring. ``migrate`` must have made them."""
        masters = master_key.masters(settings)
        database = Database.open(settings, definition.name, masters=masters)
        keys = Database.open(settings, "keyring", masters=masters, role=definition.name)
        keyring = Keyring(
            keys,
            masters,
            classes=classes_of(definition.name),
            tombstones=Tombstones(settings.destroyed_keys_path),
        )
        store = Store(
            definition.name,
            installation=settings.installation,
            database=database,
            keyring=keyring,
            types=definition.types(),
            projections=Projections(definition.projections),
        )
        service = cls(definition, settings, clock or SystemClock(), database, keyring, store)
        if not database.is_sqlite:
            store.listeners.append(service.notifier.wake)
        return service

    @property
    def name(self) -> str:
        return self.definition.name

    def transact(self, context: Context, handler: Callable[[Work], R]) -> R:
        """Run a handler and commit; see ``shared.events.work.transact``."""
        return transact(self.store, self.clock, context, handler)

    def system_context(self, programme: str, *, cause: str) -> Context:
        """The service itself acts."""
        return Context(
            actor=f"system/{self.name}", programme=programme, correlation=cause, causation=cause
        )

    def text(self, value: Any) -> str | None:
        """A personal field's text, for handlers that decide on it."""
        return open_text(self.keyring, value)

    def close(self) -> None:
        """Close what ``open`` opened."""
        self.notifier.close()
        self.database.close()
        self.keyring.close()
