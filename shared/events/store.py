"""The event store of one service: appends wholly or not at all, reads streams and the log.

    store = Store("grants", installation="zanat", database=..., keyring=..., types=..., ...)
    store.commit(append)               # in a transaction of its own
    store.write(connection, append)    # in the caller's

Concurrent commits within the process share one: a leader commits for all that queued behind it,
so that one conflict never fails its neighbours (``shared.events.together``). On PostgreSQL those
share it that bring events and guards alone; the others have a transaction each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from shared.database import Database, begin, in_transaction
from shared.events import at_once, beside, on_postgresql, on_sqlite, reading
from shared.events.append import Append, Claim, RequestRecord, changed_meanwhile
from shared.events.envelope import (
    Envelope,
    decode,
    encode,
    encode_data,
)
from shared.events.event import Event
from shared.events.locking import lock_alone
from shared.events.many import Many
from shared.events.projection import Projecting, Projections, Recorded
from shared.events.together import Ticket, Together
from shared.events.types import EventTypes
from shared.identifiers import Identifiers, Uuid7
from shared.log.sequencer import head
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import seal_events

MANY: Final = 20
"""Events of an append from which their rows are written together."""

LEADERS: Final = 2
"""Groups that may be on their way to PostgreSQL at once; SQLite has one writer."""


class Store:
    """Thread-safe. One a service and process."""

    def __init__(
        self,
        service: str,
        *,
        installation: str,
        database: Database,
        keyring: Keyring,
        types: EventTypes,
        projections: Projections,
        identifiers: Identifiers | None = None,
    ) -> None:
        self.service = service
        self.installation = installation
        self.database = database
        self.keyring = keyring
        self.types = types
        self.projections = projections
        self.identifiers = identifiers or Uuid7()
        self.listeners: list[Callable[[], None]] = []
        self._projected = {cls for one in projections.all for cls in one.events}
        if database.is_sqlite:
            self._on_file = on_sqlite.HeldConnection(database)
            self._together = Together(self._commit_on_file, leaders=1, apart=False)
        else:
            on_server = on_postgresql.HeldConnections(database)
            self._together = Together(on_server.append, leaders=LEADERS, apart=True)

    # Writing

    def commit(self, append: Append) -> list[Recorded]:
        """Append in a transaction of its own. Raises Conflict, or Refused for a taken claim."""
        ticket = self._ticket(append)
        if ticket.plain or self.database.is_sqlite:
            self._together.commit(ticket)
        else:
            with self.database.writing() as connection:
                self._write(connection, ticket)
        self.notify()
        return ticket.prepared

    def write(self, connection: Connection, append: Append) -> list[Recorded]:
        """Append in the caller's transaction; call ``notify`` after its commit."""
        ticket = self._ticket(append)
        self._write(connection, ticket)
        return ticket.prepared

    def conclude(self, connection: Connection, append: Append) -> list[Recorded]:
        """Append on the connection on which it was decided (``Database.deciding``).

        Sent at once where that can be, else in a transaction; what was begun there for the
        sake of a lock goes on. Call ``notify`` after it.
        """
        ticket = self._ticket(append)
        if in_transaction(connection):
            self._write(connection, ticket)
        elif ticket.plain:
            self._together.commit(ticket)
        else:
            written = None
            if not append.rests:
                dialect = connection.dialect
                written = at_once.statements(dialect, ticket, self.projections, self.keyring)
            if written is not None:
                at_once.run(connection, written)
            else:
                begin(connection)
                self._write(connection, ticket)
        return ticket.prepared

    def notify(self) -> None:
        """Wake whoever follows this log in this process. It only wakes; polling guarantees."""
        for listener in self.listeners:
            listener()

    def prepare(self, append: Append) -> list[Recorded]:
        """Seal personal fields and make the bytes; keys are durable when this returns."""
        plain = [(write, event) for write in append.writes for event in write.events]
        sealed = seal_events(self.keyring, [event for _, event in plain])
        versions: dict[str, int] = {}
        prepared = []
        for (write, event), boxed in zip(plain, sealed, strict=True):
            version = versions.get(write.stream, write.expected_version) + 1
            versions[write.stream] = version
            envelope = Envelope(
                id=self.identifiers.new(),
                source=self.service,
                subject=write.stream,
                type=event.event_type,
                time=append.now,
                streamversion=version,
                installation=self.installation,
                programme=append.context.programme,
                actor=append.context.actor,
                onbehalfof=append.context.on_behalf_of,
                correlationid=append.context.correlation,
                causationid=append.context.causation,
                data=encode_data(boxed),
            )
            prepared.append(Recorded(event, envelope, encode(envelope)))
        return prepared

    def _ticket(self, append: Append) -> Ticket:
        prepared = self.prepare(append)
        beside_events = (
            append.claims or append.released or append.records or append.due or append.snapshots
        )
        plain = not (beside_events or append.rests) and self._projected.isdisjoint(
            type(r.event) for r in prepared
        )
        return Ticket(append, prepared, plain=plain)

    def _commit_on_file(self, group: list[Ticket]) -> None:
        if all(ticket.plain for ticket in group):
            self._on_file.append(group)
            return
        with self.database.writing() as connection:
            driver: Any = connection.connection.driver_connection
            for ticket in group:
                try:
                    with connection.begin_nested():
                        self._write(connection, ticket)
                except Exception as error:
                    # A full disk or the like may have undone what its neighbours wrote, too.
                    if not driver.in_transaction:
                        raise
                    ticket.error = error

    def _write(self, connection: Connection, ticket: Ticket) -> None:
        if ticket.writes or ticket.guards:
            write = on_sqlite if self.database.is_sqlite else on_postgresql
            write.append_in(connection, ticket)
        # All streams are locked: whoever changes an answer afterwards sees what is written here.
        if any(rest.question(connection) != rest.answer for rest in ticket.append.rests):
            raise changed_meanwhile()
        beside.write_beside(connection, ticket.append)
        if len(ticket.prepared) < MANY:
            at = Projecting(connection, self.keyring)
            for recorded in ticket.prepared:
                self.projections.apply(at, recorded)
            return
        together = Many(connection, self.keyring)
        for recorded in ticket.prepared:
            self.projections.apply(together, recorded)
        together.flush()

    # Reading

    def stream(self, connection: Connection, stream: str) -> tuple[list[Event], int]:
        """A stream's events in order and its version."""
        return self.stream_after(connection, stream, 0)

    def stream_after(
        self, connection: Connection, stream: str, version: int
    ) -> tuple[list[Event], int]:
        """A stream's events after a version, in order, and its version now."""
        rows = reading.of_stream(connection, stream, version)
        event = self.types.recorded_event
        return [event(name, raw) for name, raw in rows], version + len(rows)

    def there(self, connection: Connection, streams: Sequence[str]) -> set[str]:
        """Which of these streams have an event."""
        return reading.streams_there(connection, streams)

    def history(self, connection: Connection, stream: str) -> list[Recorded]:
        """A stream's events with their envelopes."""
        return [self.recorded(raw) for _, raw in reading.of_stream(connection, stream, 0)]

    def recorded(self, raw: bytes) -> Recorded:
        """An event from its stored bytes."""
        envelope = decode(raw)
        return Recorded(self.types.event(envelope.type, envelope.data), envelope, raw)

    def entries(
        self, connection: Connection, *, start: int, limit: int
    ) -> Sequence[tuple[int, bytes]]:
        """(position, envelope bytes) of the log from a position on."""
        return reading.of_log(connection, start, limit)

    def whole_log(self, connection: Connection, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Every (position, envelope bytes) from a position on, in order, read in batches."""
        return reading.whole_log(connection, start)

    def replay(self, *, start: int = 0) -> Iterator[tuple[int, Event]]:
        """Every (position, event) from a position on, in order. Raises KeyError for other types.

        Sealed fields stay so until somebody opens them.
        """
        recorded = self.types.recorded_event
        for batch in reading.typed_log(self.database, start):
            yield from [(position, recorded(name, raw)) for position, name, raw in batch]

    def head(self, connection: Connection) -> int:
        """The highest position; -1 for an empty log."""
        return head(connection)

    def find_record(
        self, connection: Connection, *, actor: str, route: str, key: str
    ) -> RequestRecord | None:
        """The stored answer to an idempotency key."""
        return beside.find_record(connection, actor=actor, route=route, key=key)

    def claim_holder(self, connection: Connection, programme: str, claim: Claim) -> str | None:
        """The stream that holds a claim."""
        return beside.claim_holder(connection, programme, claim)

    def lock(self, connection: Connection, stream: str) -> None:
        """Lock a hot stream until the transaction ends (PostgreSQL; SQLite has one writer)."""
        if not self.database.is_sqlite:
            begin(connection)
            lock_alone(connection, stream)
