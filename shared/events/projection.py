"""Projections: read-model tables as functions of their rows and events.

    def project(at: Projecting, recorded: Recorded) -> None:
        key = {"application_id": recorded.identifier}
        match recorded.event:
            case Drafted() as event:
                at.put(APPLICATIONS, key, state="draft", business=event.business)
            case Submitted():
                at.change(APPLICATIONS, key, state="submitted")

    APPLICATION_LIST = Projection(
        "application_list", 1, (APPLICATIONS,), project, (Drafted, Submitted)
    )

One projection handles a service's own events, or those of one other service, never both: each log
has an order of its own, and only so does a rebuild in log order give the same rows. It reads and
writes its own tables only. Rows are written through ``at``: each is one statement while events
arrive, and in a rebuild kept in memory until all that befell it is known (``held.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from shared.events import rowtexts
from shared.events.envelope import Envelope
from shared.events.event import Event, Sealed
from shared.events.rowtexts import Statement
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import open_text

Key = Mapping[str, Any]
"""A row's primary key: a value by each column's name."""


class Recorded(msgspec.Struct, frozen=True):
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


class Projecting:
    """What a projection may use. A value that is sealed is opened when its row is written."""

    def __init__(self, connection: Connection, keyring: Keyring, *, schema: str = "") -> None:
        self._connection = connection
        self._schema = schema
        self.keyring = keyring

    @property
    def connection(self) -> Connection:
        """For statements of other forms. Ask for it again after a row was written."""
        return self._connection

    def make(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Make rows of which none is there; rows of one call have the same columns."""
        if rows:
            statement = self._inserting(table, rows[0])
            self._run(statement, *rows)

    def put(self, table: Table, key: Key, **values: Any) -> None:
        """Make the row, or change these columns of the one that has this key.

        Raises IntegrityError when it is not there and a column that it needs is not given.
        """
        dialect, names = self._connection.dialect, tuple(values)
        row = {**key, **values}
        if rowtexts.is_whole(table, row):
            self._run(rowtexts.putting(dialect, table, tuple(key), names, self._schema), row)
        elif not (values and self._change(table, key, values)):
            self._run(self._inserting(table, row), row)

    def change(self, table: Table, key: Key, **values: Any) -> None:
        """Change these columns of the row with this key, if it is there."""
        self._change(table, key, values)

    def add(self, table: Table, key: Key, by: Mapping[str, int], **values: Any) -> None:
        """Add to numbers of the row with this key, if it is there, and change other columns."""
        dialect = self._connection.dialect
        statement = rowtexts.adding(
            dialect, table, tuple(key), tuple(by), tuple(values), self._schema
        )
        self._run(statement, {**key, **by, **values})

    def remove(self, table: Table, key: Mapping[str, Any]) -> None:
        """Remove the row with this key, or all rows in which some columns have these values."""
        self._run(rowtexts.removing(self._connection.dialect, table, tuple(key), self._schema), key)

    def row(self, table: Table, key: Key) -> Mapping[str, Any] | None:
        """The row with this key as it is after all that was written."""
        same = (table.c[name] == value for name, value in key.items())
        found = self._connection.execute(select(table).where(*same)).mappings().first()
        return None if found is None else {str(name): value for name, value in found.items()}

    def text(self, value: str | Sealed | None) -> str | None:
        """A personal field's text; None once its key is destroyed."""
        return open_text(self.keyring, value)

    def blind(self, purpose: str, value: str | None) -> str | None:
        """Keyed hash for exact lookup of a personal value."""
        return None if value is None else self.keyring.blind_index(purpose, value)

    def _inserting(self, table: Table, row: Mapping[str, Any]) -> Statement:
        return rowtexts.inserting(self._connection.dialect, table, tuple(row), self._schema)

    def _change(self, table: Table, key: Key, values: Mapping[str, Any]) -> int:
        statement = rowtexts.changing(
            self._connection.dialect, table, tuple(key), tuple(values), self._schema
        )
        return self._run(statement, {**key, **values})

    def _run(self, statement: Statement, *rows: Mapping[str, Any]) -> int:
        many = [
            statement.parameters(
                {n: self.text(v) if isinstance(v, Sealed) else v for n, v in row.items()}
            )
            for row in rows
        ]
        result = self._connection.exec_driver_sql(
            statement.text, many[0] if len(many) == 1 else many
        )
        return result.rowcount


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
