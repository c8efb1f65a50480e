"""Questions that are asked with every request: their SQL is made once and kept.

    OPEN = Question(select(BOATS).where(BOATS.c.boat_id == bindparam("boat_id")))
    row = OPEN.first(connection, boat_id="b1")      # row.name, row._asdict(); None: no such row

SQLAlchemy keeps the text of a statement, but to find it again the statement is built and compared,
which costs more than the answer. On PostgreSQL a question goes to the driver as a prepared
statement, within the connection's transaction if it has one. Values are given as the driver takes
them: text, numbers, days, moments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Select

from shared.database import named

_NAMED: Final = re.compile(r"%\((\w+)\)s")
_Made = tuple[str, list[str], dict[str, Any]]
"""Text, the names of its places in order, values that are always the same."""


class Question:
    """A select with ``bindparam`` where a value differs from time to time. Thread-safe."""

    def __init__(self, query: Select[Any]) -> None:
        self._query = query
        self._made: _Made | None = None

    def first(self, connection: Connection, **values: Any) -> Any | None:
        """The first row, its columns as attributes; None without one."""
        if connection.dialect.name == "sqlite":
            return connection.execute(self._query, values).first()
        text, names, constants = self._made or self._make(connection, values)
        given = {**constants, **values}
        driver: Any = connection.connection.driver_connection
        dialect = connection.dialect
        try:
            with driver.cursor(row_factory=namedtuple_row) as cursor:
                cursor.execute(text, [given[name] for name in names], prepare=True)
                return cursor.fetchone()
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, driver, None)
            if lost:
                connection.invalidate(error)
            raise named(dialect, text, error, lost=lost) from error

    def _make(self, connection: Connection, values: Mapping[str, Any]) -> _Made:
        compiled = self._query.compile(dialect=connection.dialect)
        expanded = compiled.construct_expanded_state(dict(values))
        constants = {k: v for k, v in expanded.parameters.items() if k not in values}
        # Places are filled faster than names.
        names = _NAMED.findall(expanded.statement)
        self._made = made = _NAMED.sub("%s", expanded.statement), names, constants
        return made
