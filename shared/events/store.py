"""The event store of one service: appends wholly or not at all, reads streams and the log.

    store = Store("grants", installation="zanat", database=..., keyring=..., types=..., ...)
    store.commit(append)               # in a transaction of its own
    store.write(connection, append)    # in the caller's

On SQLite concurrent commits share one transaction: the first thread in commits for all that queued
behind it, each under a savepoint of its own, so that one conflict never fails its neighbours.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from shared.database import Database
from shared.errors import Conflict, Problem, Refused
from shared.events.append import Append, Claim, RequestRecord
from shared.events.envelope import Envelope, decode, encode, encode_data
from shared.events.event import Event
from shared.events.locking import lock_alone, lock_for_append
from shared.events.projection import Projecting, Projections, Recorded
from shared.events.tables import APPENDS, CLAIMS, DUE, EVENTS, LOG, PENDING, RECORDS
from shared.events.types import EventTypes
from shared.identifiers import Identifiers, Uuid7
from shared.language.marking import N_
from shared.log.leaf import leaf_hash
from shared.log.sequencer import head, write_log
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import seal_events

GROUP_MAX = 64
READ_BATCH = 1_000
RECORDS_A_STATEMENT = 100


@dataclass
class _Ticket:
    """One thread's append in the queue, and what became of it."""

    append: Append
    prepared: list[Recorded]
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


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
        self._queue: deque[_Ticket] = deque()
        self._leading = threading.Lock()

    # Writing

    def commit(self, append: Append) -> list[Recorded]:
        """Append in a transaction of its own. Raises Conflict, or Refused for a taken claim."""
        prepared = self.prepare(append)
        if self.database.is_sqlite:
            self._commit_together(_Ticket(append, prepared))
        else:
            with self.database.writing() as connection:
                self._write(connection, append, prepared)
        self.notify()
        return prepared

    def write(self, connection: Connection, append: Append) -> list[Recorded]:
        """Append in the caller's transaction; call ``notify`` after its commit."""
        prepared = self.prepare(append)
        self._write(connection, append, prepared)
        return prepared

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

    def _commit_together(self, ticket: _Ticket) -> None:
        self._queue.append(ticket)
        with self._leading:
            while not ticket.done.is_set():
                self._lead()
        if ticket.error is not None:
            raise ticket.error

    def _lead(self) -> None:
        group: list[_Ticket] = []
        while self._queue and len(group) < GROUP_MAX:
            group.append(self._queue.popleft())
        try:
            with self.database.writing() as connection:
                for ticket in group:
                    try:
                        with connection.begin_nested():
                            self._write(connection, ticket.append, ticket.prepared)
                    except (Problem, IntegrityError) as error:
                        ticket.error = error
        except Exception as error:  # noqa: BLE001 (every thread of the group must hear of it)
            for ticket in group:
                ticket.error = ticket.error or error
        for ticket in group:
            ticket.done.set()

    def _write(self, connection: Connection, append: Append, prepared: list[Recorded]) -> None:
        self._expect(connection, append)
        # Before all that may be refused: the same request again must find its answer, not itself.
        if append.records:
            self._record(connection, append)
        if prepared:
            self._insert_events(connection, prepared)
        self._claim(connection, append)
        if append.due:
            self._schedule(connection, append)
        at = Projecting(connection, self.keyring)
        for recorded in prepared:
            self.projections.apply(at, recorded)

    def _expect(self, connection: Connection, append: Append) -> None:
        """Everything is at the version that it was decided on, and stays so until the commit."""
        writes = {write.stream: write.expected_version for write in append.writes}
        guards = {guard.stream: guard.version for guard in append.guards}
        wanted = writes | guards
        if len(wanted) != len(append.writes) + len(append.guards):
            raise ValueError("a stream stands twice in one append")
        if not self.database.is_sqlite:
            lock_for_append(connection, writes=writes, guards=guards)
        names = list(wanted)
        for start in range(0, len(names), 500):
            part = names[start : start + 500]
            rows = connection.execute(
                select(EVENTS.c.stream, func.max(EVENTS.c.version))
                .where(EVENTS.c.stream.in_(part))
                .group_by(EVENTS.c.stream)
            )
            found: dict[str, int] = {row[0]: row[1] for row in rows}
            if any(found.get(name, 0) != wanted[name] for name in part):
                raise changed_meanwhile()

    def _insert_events(self, connection: Connection, prepared: list[Recorded]) -> None:
        rows = [
            {
                "event_id": r.envelope.id,
                "stream": r.stream,
                "version": r.version,
                "type": r.envelope.type,
                "envelope": r.raw,
            }
            for r in prepared
        ]
        try:
            connection.execute(EVENTS.insert(), rows)
        except IntegrityError as error:
            raise changed_meanwhile() from error
        leaves = [(r.envelope.id, leaf_hash(r.raw)) for r in prepared]
        if self.database.is_sqlite:
            write_log(connection, leaves)
            return
        order = connection.execute(select(APPENDS.next_value())).scalar_one()
        connection.execute(
            PENDING.insert(),
            [
                {"append_order": order, "ordinal": n, "event_id": event_id, "leaf_hash": leaf}
                for n, (event_id, leaf) in enumerate(leaves)
            ],
        )

    def _claim(self, connection: Connection, append: Append) -> None:
        programme = append.context.programme
        for claim in append.released:
            connection.execute(
                CLAIMS.delete().where(
                    CLAIMS.c.programme == programme,
                    CLAIMS.c.kind == claim.kind,
                    CLAIMS.c.value == claim.value,
                    CLAIMS.c.stream == claim.stream,
                )
            )
        insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        for claim in append.claims:
            connection.execute(
                insert(CLAIMS)
                .values(
                    programme=programme, kind=claim.kind, value=claim.value, stream=claim.stream
                )
                .on_conflict_do_nothing()
            )
            # A driver need not count what an insert wrote, so the table is asked.
            if self.claim_holder(connection, programme, claim) != claim.stream:
                raise Refused(claim.code, claim.sentence or N_("Another record has this already."))

    def claim_holder(self, connection: Connection, programme: str, claim: Claim) -> str | None:
        """The stream that holds a claim."""
        return connection.execute(
            select(CLAIMS.c.stream).where(
                CLAIMS.c.programme == programme,
                CLAIMS.c.kind == claim.kind,
                CLAIMS.c.value == claim.value,
            )
        ).scalar()

    def _record(self, connection: Connection, append: Append) -> None:
        """One statement for all; as many must come back as went in, else somebody was faster."""
        insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        rows = [
            {
                "actor": record.actor,
                "route": record.route,
                "key": record.key,
                "request_hash": record.request_hash,
                "status": record.status,
                "response": record.response,
                "made_at": append.now,
            }
            for record in append.records
        ]
        for start in range(0, len(rows), RECORDS_A_STATEMENT):
            part = rows[start : start + RECORDS_A_STATEMENT]
            written = connection.execute(
                insert(RECORDS).values(part).on_conflict_do_nothing().returning(RECORDS.c.key)
            ).all()
            if len(written) != len(part):
                raise changed_meanwhile()

    def _schedule(self, connection: Connection, append: Append) -> None:
        insert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        for work in append.due:
            connection.execute(
                insert(DUE)
                .values(
                    due_id=work.due_id,
                    kind=work.kind,
                    due_at=work.due_at,
                    payload=work.payload,
                    attempts=0,
                    fence=0,
                )
                .on_conflict_do_nothing()
            )

    # Reading

    def stream(self, connection: Connection, stream: str) -> tuple[list[Event], int]:
        """A stream's events in order and its version."""
        rows = connection.execute(
            select(EVENTS.c.type, EVENTS.c.envelope)
            .where(EVENTS.c.stream == stream)
            .order_by(EVENTS.c.version)
        ).all()
        return [self.types.event(row.type, decode(row.envelope).data) for row in rows], len(rows)

    def history(self, connection: Connection, stream: str) -> list[Recorded]:
        """A stream's events with their envelopes."""
        rows = connection.execute(
            select(EVENTS.c.envelope).where(EVENTS.c.stream == stream).order_by(EVENTS.c.version)
        ).scalars()
        return [self.recorded(raw) for raw in rows]

    def recorded(self, raw: bytes) -> Recorded:
        """An event from its stored bytes."""
        envelope = decode(raw)
        return Recorded(self.types.event(envelope.type, envelope.data), envelope, raw)

    def entries(
        self, connection: Connection, *, start: int, limit: int
    ) -> Sequence[tuple[int, bytes]]:
        """(position, envelope bytes) of the log from a position on."""
        rows = connection.execute(
            select(LOG.c.position, EVENTS.c.envelope)
            .join(EVENTS, EVENTS.c.event_id == LOG.c.event_id)
            .where(LOG.c.position >= start, LOG.c.position < start + limit)
            .order_by(LOG.c.position)
        ).all()
        return [(row.position, row.envelope) for row in rows]

    def whole_log(self, connection: Connection) -> Iterator[tuple[int, bytes]]:
        """Every (position, envelope bytes), in order, in batches."""
        start = 0
        while batch := self.entries(connection, start=start, limit=READ_BATCH):
            yield from batch
            start = batch[-1][0] + 1

    def head(self, connection: Connection) -> int:
        """The highest position; -1 for an empty log."""
        return head(connection)

    def find_record(
        self, connection: Connection, *, actor: str, route: str, key: str
    ) -> RequestRecord | None:
        """The stored answer to an idempotency key."""
        row = connection.execute(
            select(RECORDS).where(
                RECORDS.c.actor == actor, RECORDS.c.route == route, RECORDS.c.key == key
            )
        ).first()
        if row is None:
            return None
        return RequestRecord(actor, route, key, row.request_hash, row.status, row.response)

    def lock(self, connection: Connection, stream: str) -> None:
        """Lock a hot stream until the transaction ends (PostgreSQL; SQLite has one writer)."""
        if not self.database.is_sqlite:
            lock_alone(connection, stream)


def changed_meanwhile() -> Conflict:
    """Somebody was faster; whoever decides again on what is there now may be lucky."""
    return Conflict(
        "changed-meanwhile", N_("Somebody changed this at the same moment. Look again and repeat.")
    )
