"""The SQL of single rows of read models, made once a table and set of columns.

    inserting(dialect, BOATS, ("boat_id", "name")).text
    ->  "insert into boats (boat_id, name) values (%s, %s)"
    statement.parameters({"boat_id": "b1", "name": "Ana"})  ->  ("b1", "Ana")

Values go through the columns' own types, as SQLAlchemy's statements send them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Process: TypeAlias = Callable[[Any], Any]
Row: TypeAlias = Mapping[str, Any]
Names: TypeAlias = tuple[str, ...]

TEXTS_MAX: Final = 10_000
_STEPS: Final = (64, 8, 1)


@dataclass(frozen=True)
class Statement:
    """A text, and the columns whose values are its parameters, in order."""

    text: str
    columns: Names
    processes: tuple[tuple[int, Process], ...]
    defaults: Row

    def parameters(self, values: Row) -> tuple[Any, ...]:
        """The parameters of a row. Raises KeyError for a column that is missing."""
        if self.defaults:
            values = {**self.defaults, **values}
        found = [values[name] for name in self.columns]
        for place, process in self.processes:
            found[place] = process(found[place])
        return tuple(found)


def run(connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run a statement for each row of parameters; how many rows it made or changed."""
    if connection.dialect.name == "sqlite":
        steps = in_steps(text, rows)
        return sum(connection.exec_driver_sql(one, values).rowcount for one, values in steps)
    return connection.exec_driver_sql(text, rows if len(rows) > 1 else rows[0]).rowcount


def in_steps(text: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Statements for SQLite that run one for many rows, each with its parameters.

    An insert gets the values of many rows at once: the driver lets other threads in at every step,
    and waits for them then. Sizes are few, so that the driver knows the texts again. What is no
    insert of plain values is one statement for a list of parameters.
    """
    head, values, rest = text.partition(" values (")
    marks, _, then = rest.partition(")")
    if not values or not head.startswith("insert into ") or set(marks) - set("?, "):
        if rows:
            yield text, rows
        return
    start = 0
    for size in _STEPS:
        while len(rows) - start >= size:
            yield (
                _longer(head, marks, then, size),
                tuple(chain.from_iterable(rows[start : start + size])),
            )
            start += size


@lru_cache(maxsize=TEXTS_MAX)
def _longer(head: str, marks: str, then: str, size: int) -> str:
    return f"{head} values {', '.join([f'({marks})'] * size)}{then}"


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert those rows of which none is there under a unique key; how many that were."""
    if connection.dialect.name != "sqlite":
        statement = postgresql.insert(table).on_conflict_do_nothing()
        return connection.execute(statement, [dict(row) for row in rows]).rowcount
    made = inserting(connection.dialect, table, tuple(rows[0]))
    return run(
        connection,
        f"{made.text} on conflict do nothing",
        [made.parameters(row) for row in rows],
    )


def key_of(table: Table) -> Names:
    """The names of the columns of a table's primary key."""
    return tuple(column.name for column in table.primary_key.columns)


def is_whole(table: Table, names: Iterable[str]) -> bool:
    """Whether a row of these columns may stand there: each one that must have a value has one."""
    return _required(table) <= set(names)


def inserting(dialect: Dialect, table: Table, names: Names, schema: str = "") -> Statement:
    """Make a row that is not there yet; columns that are not named get their default."""
    return _kept(_insert, dialect, table, (), names, schema)


def putting(
    dialect: Dialect, table: Table, key: Names, names: Names, schema: str = ""
) -> Statement:
    """Make a row, or change the named columns of the one that has this key."""
    return _kept(_upsert, dialect, table, key, names, schema)


def changing(
    dialect: Dialect, table: Table, key: Names, names: Names, schema: str = ""
) -> Statement:
    """Change the named columns of the row with this key."""
    return _kept(_update, dialect, table, key, names, schema)


def adding(
    dialect: Dialect, table: Table, key: Names, by: Names, names: Names, schema: str = ""
) -> Statement:
    """Add to the columns ``by`` of the row with this key, and change the other named ones."""
    return _kept(_add, dialect, table, key, (by, names), schema)


def removing(dialect: Dialect, table: Table, key: Names, schema: str = "") -> Statement:
    """Remove the rows in which these columns have these values."""
    return _kept(_delete, dialect, table, key, (), schema)


_Making: TypeAlias = Callable[["_Words", Names, Any], Statement]
_made: Final[dict[tuple[object, ...], Statement]] = {}


def _kept(
    making: _Making, dialect: Dialect, table: Table, key: Names, names: Any, schema: str
) -> Statement:
    known = (making, dialect.name, table, key, names, schema)
    found = _made.get(known)
    if found is None:
        if len(_made) >= TEXTS_MAX:
            _made.clear()
        found = _made[known] = making(_Words(dialect, table, schema), key, names)
    return found


@dataclass(frozen=True)
class _Words:
    """How a dialect spells names and parameters of one table."""

    dialect: Dialect
    table: Table
    schema: str

    @property
    def mark(self) -> str:
        return "?" if self.dialect.name == "sqlite" else "%s"

    @property
    def name(self) -> str:
        name = self.quoted(self.table.name)
        return f"{self.schema}.{name}" if self.schema else name

    def quoted(self, name: str) -> str:
        return self.dialect.identifier_preparer.quote(name)

    def listed(self, names: Names) -> str:
        return ", ".join(self.quoted(name) for name in names)

    def same(self, key: Names) -> str:
        return " and ".join(f"{self.quoted(name)} = {self.mark}" for name in key)

    def statement(self, text: str, columns: Names, defaults: Row | None = None) -> Statement:
        processes = (
            (place, process_of(self.table.c[name], self.dialect))
            for place, name in enumerate(columns)
        )
        kept = tuple((place, process) for place, process in processes if process is not None)
        return Statement(text, columns, kept, defaults or {})


def process_of(column: Column[Any], dialect: Dialect) -> Process | None:
    """What a column's type does to a value before it is sent."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def default_of(column: Column[Any]) -> Any:
    """The value of a column that nobody gave one."""
    default = column.default
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


@cache
def _required(table: Table) -> set[str]:
    return {c.name for c in table.columns if not c.nullable and default_of(c) is None}


def _insert(words: _Words, key: Names, names: Names) -> Statement:
    given = {*key, *names}
    defaults = {
        c.name: default_of(c)
        for c in words.table.columns
        if c.name not in given and default_of(c) is not None
    }
    columns = (*key, *names, *defaults)
    marks = ", ".join([words.mark] * len(columns))
    text = f"insert into {words.name} ({words.listed(columns)}) values ({marks})"  # noqa: S608
    return words.statement(text, columns, defaults)


def _upsert(words: _Words, key: Names, names: Names) -> Statement:
    made = _insert(words, key, names)
    changes = ", ".join(f"{words.quoted(name)} = excluded.{words.quoted(name)}" for name in names)
    then = f"update set {changes}" if changes else "nothing"
    text = f"{made.text} on conflict ({words.listed(key)}) do {then}"
    return words.statement(text, made.columns, made.defaults)


def _update(words: _Words, key: Names, names: Names) -> Statement:
    changes = ", ".join(f"{words.quoted(name)} = {words.mark}" for name in names)
    text = f"update {words.name} set {changes} where {words.same(key)}"  # noqa: S608
    return words.statement(text, (*names, *key))


def _add(words: _Words, key: Names, names: tuple[Names, Names]) -> Statement:
    by, others = names
    more = [f"{words.quoted(name)} = {words.quoted(name)} + {words.mark}" for name in by]
    more += [f"{words.quoted(name)} = {words.mark}" for name in others]
    text = f"update {words.name} set {', '.join(more)} where {words.same(key)}"  # noqa: S608
    return words.statement(text, (*by, *others, *key))


def _delete(words: _Words, key: Names, _names: Names) -> Statement:
    text = f"delete from {words.name} where {words.same(key)}"  # noqa: S608
    return words.statement(text, key)
