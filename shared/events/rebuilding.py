"""Rebuilds read models from the logs while the service runs, and compares them with the logs.

    rebuild(service, progress=lambda done, total: None, names=["application_list"])
    differences(service)  ->  []  when every read model is what its log says

Rows are made aside: in the schema ``aside`` on PostgreSQL, in an attached file on SQLite. What came
in meanwhile is caught up in the one write transaction that also swaps the rows, so that readers see
the old rows or the new ones and no event is missed or told twice.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import sort_tables

from shared.errors import Busy
from shared.events.aside import ASIDE, tables_aside
from shared.events.comparing import compare
from shared.events.envelope import decode
from shared.events.held import Holding
from shared.events.projection import Project, Projection
from shared.events.replaying import BATCH, OWN, Entry, Replay, ahead
from shared.events.tables import DEAD_LETTERS, EVENTS, INBOX, LOG, PENDING, PROJECTIONS
from shared.service import Service

RETRIED = "retried"
LOCK_WAIT = "5s"
_SWAPS_MAX = 6
_ROUNDS = 2
"""How often what came in meanwhile is projected before writers are kept waiting for the rest."""

Progress = Callable[[int, int], None]


def rebuild(service: Service, *, progress: Progress, names: Sequence[str] | None = None) -> None:
    """Make the rows of all projections, or of the named ones, again from the logs.

    ``progress`` is told how many events are through and how many there are. Raises KeyError for a
    name that is no projection.
    """
    with _building(service, _chosen(service, names)) as build:
        for _ in range(_ROUNDS):
            for batch in build.round():
                with _undisturbed(), build.connection.begin():
                    build.take(*batch)
                progress(build.done, max(build.done, build.total))
            # What is in memory is written before writers wait.
            with _undisturbed(), build.connection.begin():
                build.flush()
        build.swap()
        progress(build.done, build.done)


def differences(service: Service) -> list[str]:
    """What read models say otherwise than their logs, in lines without any personal data."""
    lines: list[str] = []
    with _building(service, _chosen(service, None)) as build:
        if not service.database.is_sqlite:
            build.connection.execution_options(isolation_level="REPEATABLE READ")
        # One snapshot of logs and read models; only rows aside are written.
        with build.connection.begin():
            build.catch_up()
            build.see(build.live_schema)
            known = {row.name: row.version for row in build.connection.execute(select(PROJECTIONS))}
            lines += [
                f"{projection.name}: made by another version, needs a rebuild"
                for projection in build.projections
                if known.get(projection.name) != projection.version
            ]
            for table in build.tables:
                lines += compare(build.connection, table, build.live_schema, ASIDE)
    return lines


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Without looking for circles among objects: many are made here, and none refers to itself."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _chosen(service: Service, names: Sequence[str] | None) -> tuple[Projection, ...]:
    known = {projection.name: projection for projection in service.definition.projections}
    return tuple(known.values()) if names is None else tuple(known[name] for name in names)


@dataclass
class _Build:
    """Rows being made aside, and how far they are. Positions are the last ones projected.

    By source, skipped are positions of what was parked, and of what came behind it in its stream;
    waiting are those streams, each with the first position that was skipped.
    """

    service: Service
    connection: Connection
    projections: tuple[Projection, ...]
    tables: list[Table]
    live_schema: str
    replay: Replay
    writers: list[Holding]
    positions: dict[str, int]
    skipped: dict[str, set[int]] = field(default_factory=dict)
    waiting: dict[str, dict[str, int]] = field(default_factory=dict)
    done: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        self._by_type: dict[str, list[tuple[Project, Holding]]] = {}
        for projection, at in zip(self.projections, self.writers, strict=True):
            for cls in projection.events:
                self._by_type.setdefault(cls.event_type, []).append((projection.project, at))
        self._follows = [
            (projection.follow, at)
            for projection, at in zip(self.projections, self.writers, strict=True)
            if projection.follow is not None
        ]

    def see(self, schema: str) -> None:
        """From now on a table's plain name means the one in this schema."""
        self.connection.execution_options(schema_translate_map={None: schema})

    def round(self) -> Iterator[tuple[str, Sequence[Entry]]]:
        """Batches up to the present ends of the logs: whoever writes on cannot hold it up."""
        with self.connection.begin():
            goals = {source: self._end(source) for source in self.positions}
        self.total += sum(max(0, goals[s] - after) for s, after in self.positions.items())
        for source, goal in goals.items():
            if self.positions[source] < goal and self.replay.concerns(source):
                for batch in self._read(source, goal):
                    yield source, batch
            self._reach(source, goal)

    def take(self, source: str, batch: Sequence[Entry]) -> None:
        """Project a batch of a source in the caller's transaction."""
        if source != OWN:
            batch = self._told(source, batch)
        self._project(batch)

    def catch_up(self) -> None:
        """Project all that is committed, in the caller's transaction, which sees one state."""
        self._retried()
        for source, after in self.positions.items():
            if self.replay.concerns(source):
                for batch in self.replay.batches(self.connection, source, after=after):
                    self.take(source, batch)
                    self._reach(source, batch[-1][0])
        self.see(self.live_schema)
        # Committed and without a position yet; empty on SQLite.
        rows = self.connection.execute(
            select(EVENTS.c.type, EVENTS.c.envelope)
            .join(PENDING, PENDING.c.event_id == EVENTS.c.event_id)
            .order_by(PENDING.c.append_order, PENDING.c.ordinal)
        ).all()
        self._project([(-1, row.type, row.envelope) for row in rows])
        self.done += len(rows)
        self.flush()

    def flush(self) -> None:
        """Write what is in memory of the rows aside, in the caller's transaction."""
        self.see(ASIDE)
        for at in self.writers:
            at.flush()

    def swap(self) -> None:
        """Catch up and put the rows in place, in one transaction that keeps writers waiting."""
        if self.service.database.is_sqlite:
            self.connection.execution_options(zanat_write=True)
            with self.service.database.write_lock, self.connection.begin():
                self.catch_up()
                self._replace_rows()
            return
        for _ in range(_SWAPS_MAX):
            with self.connection.begin() as transaction:
                if not self._locked():
                    transaction.rollback()
                    continue
                self.catch_up()
                self._replace_rows()
                return
        raise Busy("rebuild-waits", "A long transaction is at work. Rebuild again when it is done.")

    def _locked(self) -> bool:
        """Whether all other writers of read models have committed and new ones wait.

        Each of them locks ``pending`` before it writes a row of a read model. A long one must not
        make all others queue behind us: then we go away and come back.
        """
        self.see(self.live_schema)
        self.connection.execute(text(f"set local lock_timeout = '{LOCK_WAIT}'"))
        try:
            self.connection.execute(text("lock table pending in exclusive mode"))
        except OperationalError:
            return False
        return True

    def _end(self, source: str) -> int:
        self.see(self.live_schema)
        query = select(func.max(LOG.c.position))
        if source != OWN:
            query = select(func.max(INBOX.c.position)).where(INBOX.c.source == source)
        found = self.connection.execute(query).scalar()
        return -1 if found is None else int(found)

    def _read(self, source: str, goal: int) -> Iterator[Sequence[Entry]]:
        """Batches of a source; on PostgreSQL the next one is read while one is worked on."""
        after = self.positions[source]
        if self.service.database.is_sqlite:
            yield from self._reaching(
                source, self.replay.batches(self.connection, source, after=after, goal=goal)
            )
            return
        with self.service.database.engine.connect() as reading:
            batches = self.replay.batches(reading, source, after=after, goal=goal)
            yield from self._reaching(source, ahead(batches))

    def _reaching(
        self, source: str, batches: Iterator[Sequence[Entry]]
    ) -> Iterator[Sequence[Entry]]:
        for batch in batches:
            self._reach(source, batch[-1][0])
            yield batch

    def _reach(self, source: str, position: int) -> None:
        if position > self.positions[source]:
            self.done += position - self.positions[source]
            self.positions[source] = position

    def _told(self, source: str, batch: Sequence[Entry]) -> Sequence[Entry]:
        """Those of a foreign source that are not parked; who follows it is told of all."""
        self.see(self.live_schema)
        within = DEAD_LETTERS.c.position.between(batch[0][0], batch[-1][0])
        letters = self.connection.execute(
            _unapplied(source).where(within).order_by(DEAD_LETTERS.c.position)
        ).all()
        parked = {letter.position for letter in letters}
        waiting = self.waiting.setdefault(source, {})
        for letter in letters:
            if letter.resolved_at is None:
                waiting.setdefault(letter.stream, letter.position)
        if waiting:
            # It may be retried before we are done, and then comes before what follows it.
            parked.update(p for p, _, raw in batch if p > waiting.get(decode(raw).subject, p))
        self.skipped.setdefault(source, set()).update(parked)
        if self._follows and source in self.service.definition.follows:
            self.see(ASIDE)
            for position, _, raw in batch:
                envelope = decode(raw)
                for follow, at in self._follows:
                    follow(at, envelope, position, raw)
        return [one for one in batch if one[0] not in parked] if parked else batch

    def _retried(self) -> None:
        """What was parked when its batch was read and has been applied since, and all behind it."""
        for source, positions in self.skipped.items():
            self.see(self.live_schema)
            still = set(self.connection.execute(_unapplied(source)).scalars())
            due = sorted(positions - still)
            for start in range(0, len(due), BATCH):
                self.see(self.live_schema)
                rows = self.connection.execute(
                    select(INBOX.c.position, INBOX.c.type, INBOX.c.envelope)
                    .where(
                        INBOX.c.source == source,
                        INBOX.c.position.in_(due[start : start + BATCH]),
                    )
                    .order_by(INBOX.c.position)
                )
                self._project([(row.position, row.type, row.envelope) for row in rows])
            positions.intersection_update(still)
        # From here on nothing is applied until we are done.
        self.waiting.clear()

    def _project(self, batch: Sequence[Entry]) -> None:
        self.see(ASIDE)
        for at in self.writers:
            at.begin(lambda: (recorded.event for _, recorded in self.replay.decoded(batch)))
        by_type = self._by_type
        for name, recorded in self.replay.decoded(batch):
            for project, at in by_type[name]:
                project(at, recorded)

    def _replace_rows(self) -> None:
        self.see(self.live_schema)
        quote = self.connection.dialect.identifier_preparer.quote
        for table in reversed(self.tables):
            self.connection.execute(delete(table))
        for table in self.tables:
            columns = ", ".join(quote(c.name) for c in table.columns if c.computed is None)
            name = quote(table.name)
            self.connection.exec_driver_sql(
                f"insert into {self.live_schema}.{name} ({columns}) "  # noqa: S608 (our names)
                f"select {columns} from {ASIDE}.{name}"
            )
        for projection in self.projections:
            self.connection.execute(
                delete(PROJECTIONS).where(PROJECTIONS.c.name == projection.name)
            )
            self.connection.execute(
                PROJECTIONS.insert().values(name=projection.name, version=projection.version)
            )


def _unapplied(source: str) -> Select[Any]:
    """Positions of a source that were parked and have not been applied since, or never will be."""
    letter = DEAD_LETTERS.c
    return select(letter.position, letter.stream, letter.resolved_at).where(
        DEAD_LETTERS.c.source == source,
        or_(DEAD_LETTERS.c.resolved_at.is_(None), DEAD_LETTERS.c.resolution != RETRIED),
    )


@contextlib.contextmanager
def _building(service: Service, projections: tuple[Projection, ...]) -> Iterator[_Build]:
    """Empty tables aside, one builder at a time; they are gone at the end."""
    tables = sort_tables({table for projection in projections for table in projection.tables})
    with tables_aside(service, tables) as connection:
        yield _Build(
            service,
            connection,
            projections,
            tables,
            "main" if service.database.is_sqlite else "public",
            Replay(service, projections),
            [Holding(connection, service.keyring, one.tables, schema=ASIDE) for one in projections],
            dict.fromkeys((OWN, *service.definition.sources()), -1),
        )
