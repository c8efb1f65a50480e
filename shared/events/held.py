"""Rows of a projection kept in memory while it is rebuilt, and written many at once.

    at = Holding(connection, keyring, projection.tables, schema="aside")
    projection.project(at, recorded)    # row after row
    at.flush()                          # what is still in memory

A row that changes ten times is written once. At most ``HELD_MAX`` values are in memory: then the
half of the rows that was begun first is written. What befalls a row that was written is kept as
changes over it. Sealed values stay sealed until their row is written; their keys are read anew, so
that one destroyed by another process is noticed, and are not remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateIndex, sort_tables

from shared.events import bulk, rowtexts
from shared.events.event import Event, Sealed
from shared.events.projection import Key, Projecting
from shared.privacy.keyring import Key as PrivateKey
from shared.privacy.keyring import Keyring
from shared.privacy.sealing import open_with, sealed_keys

HELD_MAX: Final = 500_000
"""Values in memory at once, in rows times columns; some 100 bytes each."""
CHUNK: Final = 2_000

Values = dict[str, Any]


@dataclass
class _Held:
    """What is in memory of one table, by primary key.

    rows:    rows under which nothing was written.
    over:    columns that changed over a row that may have been written; ``made`` may make it.
    gone:    rows to remove, if they were written.
    written: whether the table has rows.
    """

    table: Table
    key: tuple[str, ...]
    rows_max: int
    rows: dict[Any, Values] = field(default_factory=dict)
    over: dict[Any, Values] = field(default_factory=dict)
    made: set[Any] = field(default_factory=set)
    gone: set[Any] = field(default_factory=set)
    written: bool = False

    def of(self, key: Mapping[str, Any]) -> Any:
        """The key as it is held: its only value, or a tuple of them."""
        names = self.key
        return key[names[0]] if len(names) == 1 else tuple([key[name] for name in names])

    def named(self, held: Any) -> Values:
        """The columns of a key as it is held."""
        one = len(self.key) == 1
        return {self.key[0]: held} if one else dict(zip(self.key, held, strict=True))

    def is_full(self) -> bool:
        return len(self.rows) + len(self.over) + len(self.gone) >= self.rows_max


class Holding(Projecting):
    """What a projection may use while it is rebuilt."""

    def __init__(
        self, connection: Connection, keyring: Keyring, tables: Sequence[Table], *, schema: str
    ) -> None:
        super().__init__(connection, keyring, schema=schema)
        self._tables = sort_tables(tables)
        each = HELD_MAX // len(tables)
        self._held = {
            table: _Held(table, rowtexts.key_of(table), each // len(table.columns))
            for table in tables
        }
        self._bound = any(table.foreign_keys for table in tables)
        self._indexed = False
        self._batch: Callable[[], Iterable[Event]] = tuple
        self._keys: dict[str, PrivateKey | None] = {}

    def begin(self, batch: Callable[[], Iterable[Event]]) -> None:
        """These events come next: keys that are asked for are opened for all of them at once."""
        self._batch = batch
        self._keys = {}

    @property
    def connection(self) -> Connection:
        """After all that is in memory was written, into tables with their indexes."""
        if not self._indexed:
            self._indexed = True
            for index in (one for table in self._tables for one in table.indexes):
                self._connection.execute(CreateIndex(index))
        self.flush()
        for held in self._held.values():
            held.written = True
        return self._connection

    def make(self, table: Table, *rows: Mapping[str, Any]) -> None:
        held = self._held[table]
        for row in rows:
            key = held.of(row)
            if key in held.rows or key in held.made:
                raise ValueError(f"a row of {table.name} is made twice")
            # What changed of it before found no row.
            held.over.pop(key, None)
            held.rows[key] = dict(row)
        if held.is_full():
            self._relieve(held)

    def put(self, table: Table, key: Key, **values: Any) -> None:
        held = self._held[table]
        own = held.of(key)
        row = held.rows.get(own)
        if row is not None:
            row.update(values)
            return
        if held.written and own not in held.gone:
            if own in held.over and own not in held.made:
                # Changes to a row that may not be there must not come into the one made now.
                self._write(held, [], [own], [])
            held.over.setdefault(own, {}).update(values)
            held.made.add(own)
        else:
            values.update(key)
            held.rows[own] = values
        if held.is_full():
            self._relieve(held)

    def change(self, table: Table, key: Key, **values: Any) -> None:
        held = self._held[table]
        own = held.of(key)
        row = held.rows.get(own)
        if row is not None:
            row.update(values)
        elif held.written and own not in held.gone:
            held.over.setdefault(own, {}).update(values)
            if held.is_full():
                self._relieve(held)

    def add(self, table: Table, key: Key, by: Mapping[str, int], **values: Any) -> None:
        found = self.row(table, key)
        if found is not None:
            sums = {name: found[name] + more for name, more in by.items()}
            self.change(table, key, **sums, **values)

    def remove(self, table: Table, key: Mapping[str, Any]) -> None:
        held = self._held[table]
        if set(key) != set(held.key):
            self.flush()
            super().remove(table, key)
            return
        own = held.of(key)
        held.rows.pop(own, None)
        held.over.pop(own, None)
        held.made.discard(own)
        if held.written:
            held.gone.add(own)
            if held.is_full():
                self._relieve(held)

    def row(self, table: Table, key: Key) -> Mapping[str, Any] | None:
        held = self._held[table]
        own = held.of(key)
        row = held.rows.get(own)
        if row is None and held.written and own not in held.gone:
            self._write(held, [], [own] if own in held.over else [], [])
            return super().row(table, key)
        if row is None:
            return None
        return {
            column.name: self._opened(row.get(column.name, rowtexts.default_of(column)))
            for column in table.columns
        }

    def text(self, value: str | Sealed | None) -> str | None:
        return self._opened(value) if isinstance(value, Sealed) else value

    def flush(self) -> None:
        """Write all that is in memory."""
        for table in reversed(self._tables):
            held = self._held[table]
            self._write(held, [], [], list(held.gone))
        for table in self._tables:
            held = self._held[table]
            self._write(held, list(held.rows), list(held.over), [])

    def _relieve(self, held: _Held) -> None:
        if self._bound:
            self.flush()
            return
        oldest = list(islice(held.rows, (len(held.rows) + 1) // 2))
        self._write(held, oldest, list(held.over), list(held.gone))

    def _write(
        self, held: _Held, rows: Sequence[Any], over: Sequence[Any], gone: Sequence[Any]
    ) -> None:
        """Write what is held of these keys, and hold it no longer."""
        into = bulk.Target(self._connection, held.table, self._schema)
        for part in _chunks(gone):
            into.remove([held.named(key) for key in part])
        held.gone.difference_update(gone)
        for part in _chunks(rows):
            into.make(self._open([held.rows.pop(key) for key in part]))
        for part in _chunks(over):
            made = [key for key in part if key in held.made]
            changed = [key for key in part if key not in held.made]
            for keys, write in ((made, into.put), (changed, into.change)):
                write(self._open([{**held.over.pop(k), **held.named(k)} for k in keys]))
            held.made.difference_update(made)
        held.written = held.written or bool(rows or over)

    def _open(self, rows: list[Values]) -> list[Values]:
        """The rows with sealed values opened, in place; keys are read for all at once."""
        sealed = [
            (row, name, value)
            for row in rows
            for name, value in row.items()
            if type(value) is Sealed
        ]
        if sealed:
            keys = self.keyring.open_many([value.key for _, _, value in sealed])
            for row, name, value in sealed:
                row[name] = open_with(keys.get(value.key), value)
        return rows

    def _opened(self, value: Any) -> Any:
        """The text of a sealed value, else the value."""
        if not isinstance(value, Sealed):
            return value
        if value.key not in self._keys:
            wanted = [value.key, *sealed_keys(self._batch())]
            self._keys = {**dict.fromkeys(wanted), **self.keyring.open_many(wanted)}
        return open_with(self._keys.get(value.key), value)


def _chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]
