"""Rows of the keyring, many at once, by the driver's own statements: they are read all the time.

    whole(connection, "owner", {"r1", "r2"}, None)      ->  [(key id, owner, class, …), …]
    wrapped_of(connection, {"k1", "k2"}, {"identity"})  ->  [(key id, master id, box), …]

One parameter, however many values, so that the text is the same for all.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection

Rows: TypeAlias = list[tuple[Any, ...]]

_FORMS: Final = {
    "sqlite": ("(select value from json_each(?))", "?"),
    "postgresql": ("(select json_array_elements_text(%s::json))", "%s"),
}
"""How a list and a single value are given, by database."""


def whole(
    connection: Connection,
    column: Literal["key_id", "owner"],
    values: Collection[str],
    classes: Collection[str] | None,
) -> Rows:
    """Keys by a column, of these classes or (None) of all: id, owner, class, group, master, box."""
    columns = "key_id, owner, data_class, retention_group, master_id, wrapped"
    return _found(connection, columns, column, values, classes)


def wrapped_of(
    connection: Connection, key_ids: Collection[str], classes: Collection[str] | None
) -> Rows:
    """Keys by id, of these classes or (None) of all: id, master key, box."""
    return _found(connection, "key_id, master_id, wrapped", "key_id", key_ids, classes)


def _found(
    connection: Connection,
    columns: str,
    column: str,
    values: Collection[str],
    classes: Collection[str] | None,
) -> Rows:
    among, mark = _FORMS[connection.dialect.name]
    text = (
        f"select {columns} from keys where {column} in {among}"  # noqa: S608
        f" and ({mark} or data_class in {among})"
    )
    parameters = (_listed(values), classes is None, _listed(classes or ()))
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return list(driver.execute(text, parameters).fetchall())
    with driver.cursor(binary=True) as cursor:
        return list(cursor.execute(text, parameters).fetchall())


def _listed(values: Collection[str]) -> str:
    return json.dumps(sorted(values))
