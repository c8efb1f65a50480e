"""Rebuilds read models from the logs while the service runs, and compares them with the logs.

    rebuild(service, progress=lambda done, total: None, names=["application_list"])
    differences(service)  ->  []  when every read model is what its log says

Rows are made aside: in the schema ``aside`` on PostgreSQL, in an attached file on SQLite. What came
in meanwhile is caught up in the one write transaction that also swaps the rows, so that readers see
the old rows or the new ones and no event is missed or told twice.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Row,
    Select,
    Table,
    delete,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import sort_tables

from shared.errors import Busy
from shared.events.comparing import compare
from shared.events.envelope import decode
from shared.events.projection import Projecting, Projection, Projections, Recorded
from shared.events.tables import DEAD_LETTERS, EVENTS, INBOX, LOG, PENDING, PROJECTIONS
from shared.privacy.sealing import sealed_keys
from shared.service import Service

BATCH = 1_000
ASIDE = "aside"
RETRIED = "retried"
_LOCK = 0x5A41_4E41_5403
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
            with build.connection.begin():
                build.aim()
            handled = 1
            while handled:
                with build.connection.begin():
                    handled = build.step()
                progress(build.done, max(build.done, build.total))
        build.goals = None
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
                for projection in build.projections.all
                if known.get(projection.name) != projection.version
            ]
            for table in build.tables:
                lines += compare(build.connection, table, build.live_schema, ASIDE)
    return lines


def _chosen(service: Service, names: Sequence[str] | None) -> tuple[Projection, ...]:
    known = {projection.name: projection for projection in service.definition.projections}
    return tuple(known.values()) if names is None else tuple(known[name] for name in names)


@dataclass
class _Build:
    """Rows being made aside, and how far they are. Positions are the last ones projected."""

    service: Service
    connection: Connection
    projections: Projections
    tables: list[Table]
    live_schema: str
    own: int = -1
    foreign: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, set[int]] = field(default_factory=dict)
    goals: dict[str, int] | None = None
    done: int = 0
    total: int = 0

    def see(self, schema: str) -> None:
        """From now on a table's plain name means the one in this schema."""
        self.connection.execution_options(schema_translate_map={None: schema})

    def aim(self) -> None:
        """Set out for the present ends of the logs: whoever writes on cannot hold it up."""
        self.see(self.live_schema)
        self.goals = {}
        for name, query in (
            ("", select(func.max(LOG.c.position))),
            *(
                (source, select(func.max(INBOX.c.position)).where(INBOX.c.source == source))
                for source in self.service.definition.sources()
            ),
        ):
            self.goals[name] = self.connection.execute(query).scalar() or 0
            start = self.foreign.get(name, -1) if name else self.own
            self.total += max(0, self.goals[name] - start)

    def step(self) -> int:
        """Project one batch in the caller's transaction; returns how many events it had."""
        self.see(self.live_schema)
        rows = self.connection.execute(
            self._within(
                select(LOG.c.position, EVENTS.c.envelope)
                .join(EVENTS, EVENTS.c.event_id == LOG.c.event_id)
                .where(LOG.c.position > self.own)
                .order_by(LOG.c.position)
                .limit(BATCH),
                LOG.c.position,
                "",
            )
        ).all()
        if rows:
            self.own = rows[-1].position
            self._project([row.envelope for row in rows])
            return len(rows)
        for source in self.service.definition.sources():
            if handled := self._foreign_step(source):
                return handled
        return 0

    def _within(self, query: Select[Any], position: Column[int], name: str) -> Select[Any]:
        return query if self.goals is None else query.where(position <= self.goals[name])

    def catch_up(self) -> None:
        """Project all that is committed, in the caller's transaction, which sees one state."""
        self._retried()
        while self.step():
            pass
        self.see(self.live_schema)
        # Committed and without a position yet; empty on SQLite.
        rows = self.connection.execute(
            select(EVENTS.c.envelope)
            .join(PENDING, PENDING.c.event_id == EVENTS.c.event_id)
            .order_by(PENDING.c.append_order, PENDING.c.ordinal)
        ).scalars()
        self._project(rows.all())

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

    def _foreign_step(self, source: str) -> int:
        after = self.foreign.get(source, -1)
        rows = self.connection.execute(
            self._within(
                select(INBOX.c.position, INBOX.c.envelope)
                .where(INBOX.c.source == source, INBOX.c.position > after)
                .order_by(INBOX.c.position)
                .limit(BATCH),
                INBOX.c.position,
                source,
            )
        ).all()
        if not rows:
            return 0
        last = rows[-1].position
        parked: set[int] = set(
            self.connection.execute(
                _unapplied(source).where(
                    DEAD_LETTERS.c.position > after, DEAD_LETTERS.c.position <= last
                )
            ).scalars()
        )
        self.skipped.setdefault(source, set()).update(parked)
        self.foreign[source] = last
        self._follow(source, rows)
        self._project([row.envelope for row in rows if row.position not in parked])
        self.done += len(parked)
        return len(rows)

    def _retried(self) -> None:
        """What was parked when its batch was read and has been applied since."""
        for source, positions in self.skipped.items():
            self.see(self.live_schema)
            still = set(self.connection.execute(_unapplied(source)).scalars())
            due = sorted(positions - still)
            for start in range(0, len(due), BATCH):
                self.see(self.live_schema)
                rows = self.connection.execute(
                    select(INBOX.c.envelope)
                    .where(
                        INBOX.c.source == source,
                        INBOX.c.position.in_(due[start : start + BATCH]),
                    )
                    .order_by(INBOX.c.position)
                ).scalars()
                self._project(rows.all())
            positions.intersection_update(still)

    def _project(self, envelopes: Sequence[bytes]) -> None:
        handled = {cls for projection in self.projections.all for cls in projection.events}
        batch = []
        for raw in envelopes:
            envelope = decode(raw)
            if self.service.store.types.knows(envelope.type):
                event = self.service.store.types.event(envelope.type, envelope.data)
                if type(event) in handled:
                    batch.append(Recorded(event, envelope, raw))
        self.service.keyring.open_keys(sealed_keys(one.event for one in batch))
        self.see(ASIDE)
        at = Projecting(self.connection, self.service.keyring)
        for recorded in batch:
            self.projections.apply(at, recorded)
        self.done += len(envelopes)

    def _follow(self, source: str, rows: Sequence[Row[Any]]) -> None:
        """Tell the projections that follow whole logs of every entry, parked ones too."""
        follows = [one.follow for one in self.projections.all if one.follow is not None]
        if not follows or source not in self.service.definition.follows:
            return
        self.see(ASIDE)
        at = Projecting(self.connection, self.service.keyring)
        for row in rows:
            envelope = decode(row.envelope)
            for follow in follows:
                follow(at, envelope, row.position, row.envelope)

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
        for projection in self.projections.all:
            self.connection.execute(
                delete(PROJECTIONS).where(PROJECTIONS.c.name == projection.name)
            )
            self.connection.execute(
                PROJECTIONS.insert().values(name=projection.name, version=projection.version)
            )


def _unapplied(source: str) -> Select[int]:
    """Positions of a source that were parked and have not been applied since, or never will be."""
    return select(DEAD_LETTERS.c.position).where(
        DEAD_LETTERS.c.source == source,
        or_(DEAD_LETTERS.c.resolved_at.is_(None), DEAD_LETTERS.c.resolution != RETRIED),
    )


@contextlib.contextmanager
def _building(service: Service, projections: tuple[Projection, ...]) -> Iterator[_Build]:
    """Empty tables aside, one builder at a time; they are gone at the end."""
    # A key destroyed by another process must not be remembered here.
    service.keyring.forget()
    tables = sort_tables({table for projection in projections for table in projection.tables})
    place = _attached if service.database.is_sqlite else _scheme
    with place(service) as connection:
        live = "main" if service.database.is_sqlite else "public"
        build = _Build(service, connection, Projections(projections), tables, live)
        build.see(ASIDE)
        with connection.begin():
            for metadata in _metadata_of(tables):
                mine = [table for table in tables if table.metadata is metadata]
                metadata.create_all(connection, tables=mine, checkfirst=False)
        yield build


def _metadata_of(tables: Iterable[Table]) -> list[MetaData]:
    return list({id(table.metadata): table.metadata for table in tables}.values())


@contextlib.contextmanager
def _attached(service: Service) -> Iterator[Connection]:
    """A connection with an empty file attached, which is removed with what it holds of people."""
    database = Path(str(service.database.engine.url.database))
    file = database.with_suffix(".aside.sqlite3")
    with database.with_suffix(".aside.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        with service.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise RuntimeError("the connection is closed")
            driver.execute("attach database ? as aside", (str(file),))
            driver.execute("pragma aside.journal_mode=memory")
            driver.execute("pragma aside.synchronous=off")
            try:
                yield connection
            finally:
                # The pool must not keep a connection with something attached.
                connection.invalidate()
                file.unlink(missing_ok=True)


@contextlib.contextmanager
def _scheme(service: Service) -> Iterator[Connection]:
    """A connection that alone may use the schema, emptied before and after."""
    with service.database.engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:k)"), {"k": _LOCK})
        connection.commit()
        try:
            _empty_scheme(connection)
            yield connection
        finally:
            connection.rollback()
            connection.execution_options(isolation_level="READ COMMITTED")
            with contextlib.suppress(DBAPIError):
                _empty_scheme(connection)
            # A pooled connection must not keep the lock.
            connection.invalidate()


def _empty_scheme(connection: Connection) -> None:
    with connection.begin():
        names = connection.execute(
            text("select tablename from pg_tables where schemaname = :s"), {"s": ASIDE}
        ).scalars()
        quote = connection.dialect.identifier_preparer.quote
        for name in names.all():
            connection.exec_driver_sql(f"drop table {ASIDE}.{quote(name)} cascade")
