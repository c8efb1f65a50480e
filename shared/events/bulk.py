"""Many rows of a read model at once: COPY on PostgreSQL, one statement many times on SQLite.

into = Target(connection, BOATS, "aside")
into.make([{"boat_id": "b1", "name": "Ana"}, ...])
into.change([{"boat_id": "b1", "name": "Mira"}, ...])    # columns may differ from row to row
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table

from shared.events import rowtexts
from shared.events.rowtexts import Names, Statement

Rows: TypeAlias = Sequence[Mapping[str, Any]]
STAGED_MIN: Final = 50
"""Rows with the same columns from which a table of their own is worth its statements."""


@dataclass(frozen=True)
class Target:
    """A table of a schema, and the connection that writes it in the caller's transaction."""

    connection: Connection
    table: Table
    schema: str

    def make(self, rows: Rows) -> None:
        """Rows of which none is there; a column that is not given gets its default."""
        names = tuple(c.name for c in self.table.columns if c.computed is None)
        statement = rowtexts.inserting(self.connection.dialect, self.table, names, self.schema)
        missing = {name: rowtexts.default_of(self.table.c[name]) for name in names}
        parameters = (statement.parameters({**missing, **row}) for row in rows)
        if self.connection.dialect.name == "sqlite":
            self._many(statement.text, list(parameters))
        elif rows:
            self._copy(self._target, names, parameters)

    def put(self, rows: Rows) -> None:
        """Rows to make, or to change the given columns of where they are; keys are among them."""
        for names, part in self._by_columns(rows):
            if rowtexts.is_whole(self.table, (*self._key, *names)):
                self._upsert(names, part)
            else:
                self._update(names, part)

    def change(self, rows: Rows) -> None:
        """Given columns of rows, where they are there."""
        for names, part in self._by_columns(rows):
            self._update(names, part)

    def remove(self, keys: Rows) -> None:
        """The rows with these keys, where they are there."""
        dialect = self.connection.dialect
        statement = rowtexts.removing(dialect, self.table, self._key, self.schema)
        self._many(statement.text, [statement.parameters(key) for key in keys])

    @property
    def _target(self) -> str:
        return f"{self.schema}.{self._quoted(self.table.name)}"

    @property
    def _stage(self) -> str:
        return f"{self.schema}.staged"

    @property
    def _key(self) -> Names:
        return rowtexts.key_of(self.table)

    def _by_columns(self, rows: Rows) -> Iterable[tuple[Names, Rows]]:
        """The rows by what they change besides their key; their order does not matter."""
        key = set(self._key)
        groups: dict[Names, list[Mapping[str, Any]]] = {}
        for row in rows:
            groups.setdefault(tuple(sorted(row.keys() - key)), []).append(row)
        return groups.items()

    def _upsert(self, names: Names, rows: Rows) -> None:
        dialect, key = self.connection.dialect, self._key
        statement = rowtexts.putting(dialect, self.table, key, names, self.schema)
        if dialect.name == "sqlite" or len(rows) < STAGED_MIN:
            self._many(statement.text, [statement.parameters(row) for row in rows])
            return
        columns = statement.columns
        before, _, after = statement.text.partition(" values ")
        then = after[after.index(" on conflict ") :]
        listed = self._listed(columns)
        then = f"{before} select {listed} from {self._stage}{then}"  # noqa: S608 (our names)
        self._staged(statement, columns, rows, then)

    def _update(self, names: Names, rows: Rows) -> None:
        if not names:
            return
        dialect, key = self.connection.dialect, self._key
        statement = rowtexts.changing(dialect, self.table, key, names, self.schema)
        if dialect.name == "sqlite" or len(rows) < STAGED_MIN:
            self._many(statement.text, [statement.parameters(row) for row in rows])
            return
        changes = ", ".join(f"{self._quoted(n)} = s.{self._quoted(n)}" for n in names)
        same = " and ".join(f"t.{self._quoted(n)} = s.{self._quoted(n)}" for n in key)
        text = f"update {self._target} t set {changes} from {self._stage} s where {same}"  # noqa: S608
        self._staged(statement, statement.columns, rows, text)

    def _staged(self, statement: Statement, columns: Names, rows: Rows, then: str) -> None:
        """Copy the rows into a table of their own and write them on from there."""
        self.connection.exec_driver_sql(
            f"create unlogged table {self._stage} as "  # noqa: S608 (our names)
            f"select {self._listed(columns)} from {self._target} limit 0"
        )
        self._copy(self._stage, columns, (statement.parameters(row) for row in rows))
        self.connection.exec_driver_sql(then)
        self.connection.exec_driver_sql(f"drop table {self._stage}")

    def _copy(self, target: str, names: Names, rows: Iterable[tuple[Any, ...]]) -> None:
        driver: Any = self.connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"copy {target} ({self._listed(names)}) from stdin") as copy,
        ):
            write: Callable[[tuple[Any, ...]], None] = copy.write_row
            for row in rows:
                write(row)

    def _many(self, statement: str, parameters: list[tuple[Any, ...]]) -> None:
        if parameters:
            rowtexts.run(self.connection, statement, parameters)

    def _quoted(self, name: str) -> str:
        return self.connection.dialect.identifier_preparer.quote(name)

    def _listed(self, names: Names) -> str:
        return ", ".join(self._quoted(name) for name in names)
