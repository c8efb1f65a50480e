"""Rows that many events of one append make, written together: one statement for each kind of them.

    at = Many(connection, keyring)
    for recorded in prepared:
        projections.apply(at, recorded)
    at.flush()

Rows that are made or put wait; whatever else touches their table has them written first. So what
is read and what stands at the end is as if each had been written at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table

from shared.events import rowtexts
from shared.events.event import Sealed
from shared.events.projection import Key, Projecting
from shared.events.rowtexts import Statement
from shared.privacy.keyring import Keyring


class Many(Projecting):
    """Writes as its base does, rows of one statement together. ``flush`` ends it."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        super().__init__(connection, keyring)
        self._waiting: dict[Table, tuple[Statement, list[tuple[Any, ...]]]] = {}

    @property
    def connection(self) -> Connection:
        """For statements of other forms: what waits is written before."""
        self.flush()
        return self._connection

    def flush(self) -> None:
        """Write what waits."""
        for table in list(self._waiting):
            self._flush(table)

    def _flush(self, table: Table) -> None:
        waiting = self._waiting.pop(table, None)
        if waiting is not None:
            statement, rows = waiting
            rowtexts.run(self._connection, statement.text, rows)

    def make(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """As the base's."""
        if rows:
            self._wait(table, self._inserting(table, rows[0]), *rows)

    def put(self, table: Table, key: Key, **values: Any) -> None:
        """As the base's; a row that may not be whole is written at once."""
        row = {**key, **values}
        if not rowtexts.is_whole(table, row):
            self._flush(table)
            super().put(table, key, **values)
            return
        dialect = self._connection.dialect
        self._wait(table, rowtexts.putting(dialect, table, tuple(key), tuple(values)), row)

    def change(self, table: Table, key: Key, **values: Any) -> None:
        """As the base's."""
        self._flush(table)
        super().change(table, key, **values)

    def add(self, table: Table, key: Key, by: Mapping[str, int], **values: Any) -> None:
        """As the base's."""
        self._flush(table)
        super().add(table, key, by, **values)

    def remove(self, table: Table, key: Mapping[str, Any]) -> None:
        """As the base's."""
        self._flush(table)
        super().remove(table, key)

    def row(self, table: Table, key: Key) -> Mapping[str, Any] | None:
        """As the base's."""
        self._flush(table)
        return super().row(table, key)

    def _wait(self, table: Table, statement: Statement, *rows: Mapping[str, Any]) -> None:
        before = self._waiting.get(table)
        if before is not None and before[0] is not statement:
            # Another statement may be about the same row: their order is kept.
            self._flush(table)
            before = None
        if before is None:
            before = self._waiting[table] = (statement, [])
        before[1].extend(
            statement.parameters(
                {n: self.text(v) if isinstance(v, Sealed) else v for n, v in row.items()}
            )
            for row in rows
        )
