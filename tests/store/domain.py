"""A small invented domain of two services: boats are named in one, and the other keeps a list.

home = Home.make(tmp_path)                       # SQLite
home = Home.make(tmp_path, database_url=...)     # PostgreSQL, databases of its own
home.open(BOATS).transact(context(), lambda work: work.decide(BOAT, "b1", Launch(...)))
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from shared.bus.consumer import ServiceConsumer
from shared.bus.relay import Relay
from shared.database import database_name, server_url
from shared.errors import Refused
from shared.events.append import Context
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads
from shared.events.work import Work
from shared.log.sequencer import Sequencer, sequence_once
from shared.migrations.migrating import migrate
from shared.service import Definition, Reaction, Service
from shared.settings import Settings

VIEWS = sa.MetaData()
SHIPS = sa.Table(
    "ships",
    VIEWS,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("programme", sa.String(40), nullable=False),
    sa.Column("captain", sa.Text),
    sa.Column("trips", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ships_programme", "programme"),
)
CREW = sa.Table(
    "crew",
    VIEWS,
    sa.Column("ship_id", sa.String(40), sa.ForeignKey("ships.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
)
LISTED = sa.MetaData()
HARBOUR = sa.Table(
    "harbour",
    LISTED,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("captain", sa.Text),
    sa.Column("trips", sa.Integer, nullable=False),
    sa.Column("history", sa.Text, nullable=False),
)
BERTHS = sa.Table(
    "berths",
    LISTED,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("taken", sa.Integer, nullable=False),
)


@event_type("trainings.boat.launched.v1", seals_for="registration_id")
class Launched(Event, frozen=True, kw_only=True):
    registration_id: str
    captain: Personal.identity
    phone: Personal.contact | None = None


@event_type("trainings.boat.sailed.v1")
class Sailed(Event, frozen=True, kw_only=True):
    number: int
    note: str = ""


@event_type("trainings.boat.painted.v1")
class Painted(Event, frozen=True, kw_only=True):
    colour: str


@event_type("grants.berth.taken.v1")
class Taken(Event, frozen=True, kw_only=True):
    boat_id: str


@reads("trainings.boat.launched.v1", seals_for="registration_id")
class BoatLaunched(Foreign, frozen=True, kw_only=True):
    registration_id: str
    captain: Personal.identity


@reads("trainings.boat.sailed.v1")
class BoatSailed(Foreign, frozen=True, kw_only=True):
    number: int


@dataclass(frozen=True, kw_only=True)
class Launch:
    registration_id: str
    captain: str
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sail:
    times: int = 1
    note: str = ""


@dataclass(frozen=True)
class Boat:
    launched: bool = False
    trips: int = 0


def evolve(state: Boat, event: Event) -> Boat:
    match event:
        case Launched():
            return replace(state, launched=True)
        case Sailed():
            return replace(state, trips=state.trips + 1)
    return state


def decide(state: Boat, command: Launch | Sail | Painted) -> tuple[Event, ...]:
    match command:
        case Launch():
            if state.launched:
                raise Refused("launched-already", "It swims already.")
            return (
                Launched(
                    registration_id=command.registration_id,
                    captain=command.captain,
                    phone=command.phone,
                ),
            )
        case Sail():
            return tuple(
                Sailed(number=state.trips + n + 1, note=command.note) for n in range(command.times)
            )
    return (command,)


BOAT = Decider(
    kind="boat", initial=Boat(), evolve=evolve, decide=decide, events=(Launched, Sailed, Painted)
)
HOT_BOAT = replace(BOAT, hot=True)
BERTH: Decider[int] = Decider(
    kind="berth",
    initial=0,
    evolve=lambda state, _event: state + 1,
    decide=lambda _state, command: (command,),
    events=(Taken,),
)


def upsert(connection: sa.Connection, table: sa.Table) -> Any:
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table)


def project_ships(at: Projecting, recorded: Recorded) -> None:
    match recorded.event:
        case Launched() as event:
            at.connection.execute(
                SHIPS.insert().values(
                    id=recorded.identifier,
                    programme=recorded.programme,
                    captain=at.text(event.captain),
                    trips=0,
                    seen_at=recorded.at,
                )
            )
        case Sailed() as event:
            statement = upsert(at.connection, SHIPS).values(
                id=recorded.identifier,
                programme=recorded.programme,
                trips=1,
                seen_at=recorded.at,
            )
            at.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[SHIPS.c.id],
                    set_={"trips": SHIPS.c.trips + 1, "seen_at": statement.excluded.seen_at},
                )
            )
            at.connection.execute(
                CREW.insert().values(ship_id=recorded.identifier, number=event.number)
            )


@dataclass
class Trouble:
    """What the receiving service is made to stumble over, by stream."""

    streams: set[str] = field(default_factory=set)


TROUBLE = Trouble()


def project_harbour(at: Projecting, recorded: Recorded) -> None:
    if recorded.stream in TROUBLE.streams:
        raise ValueError("a stone in the water near Ana")
    match recorded.event:
        case BoatLaunched() as event:
            at.connection.execute(
                HARBOUR.insert().values(
                    id=recorded.identifier, captain=at.text(event.captain), trips=0, history=""
                )
            )
        case BoatSailed() as event:
            at.connection.execute(
                HARBOUR.update()
                .where(HARBOUR.c.id == recorded.identifier)
                .values(trips=HARBOUR.c.trips + 1, history=HARBOUR.c.history + f"{event.number} ")
            )


def project_berths(at: Projecting, recorded: Recorded) -> None:
    statement = upsert(at.connection, BERTHS).values(id=recorded.identifier, taken=1)
    at.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[BERTHS.c.id], set_={"taken": BERTHS.c.taken + 1}
        )
    )


def take_berth(work: Work, recorded: Recorded) -> None:
    work.decide(BERTH, recorded.identifier, Taken(boat_id=recorded.identifier))


BOATS = Definition(
    name="trainings",
    deciders=(BOAT,),
    projections=(Projection("ships", 1, (SHIPS, CREW), project_ships, (Launched, Sailed)),),
)
HARBOURS = Definition(
    name="grants",
    deciders=(BERTH,),
    projections=(
        Projection("harbour", 1, (HARBOUR,), project_harbour, (BoatLaunched, BoatSailed)),
        Projection("berths", 1, (BERTHS,), project_berths, (Taken,)),
    ),
    reactions=(Reaction((BoatLaunched,), take_berth),),
)


def context(programme: str = "rs", actor: str = "clerk") -> Context:
    return Context(actor=actor, programme=programme, correlation="c", causation="c")


def launch(service: Service, boat: str, *, captain: str = "Ana", sail: int = 0) -> None:
    """A boat of this name, which sailed so often, in one append."""

    def handler(work: Work) -> None:
        work.decide(BOAT, boat, Launch(registration_id=f"r-{boat}", captain=captain))
        if sail:
            work.decide(BOAT, boat, Sail(times=sail))

    service.transact(context(), handler)


def sail(service: Service, boat: str, times: int = 1) -> None:
    service.transact(context(), lambda work: work.decide(BOAT, boat, Sail(times=times)))


def number(service: Service) -> None:
    """Give positions to what was written until now (PostgreSQL), without a thread."""
    if not service.database.is_sqlite:
        with service.database.writing() as connection:
            while sequence_once(connection):
                pass


def rows(service: Service, table: sa.Table) -> list[tuple[Any, ...]]:
    with service.database.reading() as connection:
        found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        return [tuple(row) for row in found]


def until(true: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Wait for something that other threads bring about."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come about in time")
        time.sleep(0.02)


@dataclass
class Home:
    """An installation of a test's own, and what was opened of it."""

    settings: Settings
    opened: list[Service] = field(default_factory=list)
    sequencers: list[Sequencer] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, *, database_url: str = "", broker_url: str = "memory://") -> Home:
        settings = Settings(
            home=folder,
            database_url=database_url,
            broker_url=broker_url,
            installation=f"t{uuid.uuid4().hex[:10]}",
        )
        migrate(settings, (BOATS, HARBOURS))
        return cls(settings)

    def open(self, definition: Definition) -> Service:
        service = Service.open(definition, self.settings)
        self.opened.append(service)
        return service

    def sequence(self, service: Service) -> Sequencer | None:
        """Let a sequencer work beside the test (PostgreSQL); SQLite needs none."""
        if service.database.is_sqlite:
            return None
        sequencer = Sequencer(service.database, service.store.notify)
        service.store.listeners.append(sequencer.wake.set)
        self.sequencers.append(sequencer)
        self.start(sequencer.run)
        return sequencer

    def start(self, run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.threads.append(thread)
        return thread

    @contextmanager
    def moving(self, *parts: Relay | ServiceConsumer) -> Iterator[None]:
        """Relays and consumers at work."""
        threads = [self.start(part.run) for part in parts]
        try:
            yield
        finally:
            for part in parts:
                part.stop()
            for thread in threads:
                thread.join(10)

    def owner(self, name: str) -> sa.Engine:
        """The PostgreSQL database of a service as its owner."""
        url = server_url(self.settings, database=database_name(self.settings, name))
        return sa.create_engine(url, poolclass=sa.NullPool)

    def join(self) -> None:
        """Wait for the threads that were told to stop."""
        for thread in self.threads:
            thread.join(10)
        self.threads.clear()

    def close(self) -> None:
        for sequencer in self.sequencers:
            sequencer.stop()
        self.join()
        for service in self.opened:
            service.close()
        if self.settings.database_url:
            self._drop()

    def _drop(self) -> None:
        names = [database_name(self.settings, s) for s in ("trainings", "grants", "keyring")]
        engine = sa.create_engine(
            server_url(self.settings), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"drop database if exists {name} with (force)")
            for name in names[:2]:
                connection.exec_driver_sql(f"drop role if exists {name}")
