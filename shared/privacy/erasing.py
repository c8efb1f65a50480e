"""Which columns hold people's data, whose they are, and how they are emptied when keys are gone.

    Table(
        "reviewers", VIEWS,
        Column("application_id", String(36), primary_key=True),
        Column("comment", Text, info=personal("identity")),
        info=owned_through("application_id", "applications"),
    )
    purge(connection, tables, owners={"0192…"}, kinds={Kind("identity")})  ->  {"reviewers": 1}

What stands in a column was opened from sealed fields, or made from them (a folded name, a keyed
hash, a number covered but for its end): without the key a rebuild makes the same rows as a purge,
and ``verify`` says so. A table names its owner by a column, or by a row of another table that does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Table, delete, func, or_, select, update

from shared.privacy.keyring import KeyName

PROGRAMME: Final = "programme"
AGREEMENT: Final = "agreement"
OWNERS_AT_ONCE: Final = 200
_OWNER_COLUMNS: Final = ("registration_id", "account_id")


class Kind(NamedTuple):
    """A data class in a retention group: what is erased is a set of these."""

    data_class: str
    group: str = PROGRAMME

    @classmethod
    def of(cls, text: str) -> Kind:
        """From its text in an event.

        >>> Kind.of("financial/agreement")
        Kind(data_class='financial', group='agreement')
        """
        data_class, _, group = text.partition("/")
        return cls(data_class, group or PROGRAMME)

    @property
    def text(self) -> str:
        """As it stands in an event, such as ``identity/programme``."""
        return f"{self.data_class}/{self.group}"


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a table hold something, or held it. ``kind``: as ``Kind.text``."""

    table: str
    kind: str
    rows: int


class Declared(NamedTuple):
    """A column with people's data, for the documents that list them."""

    table: str
    column: str
    kind: Kind


def personal(
    data_class: str, group: str = PROGRAMME, *, erased: Any = None, also: Collection[str] = ()
) -> dict[str, Any]:
    """``info`` of a column with people's data. ``erased``: what stands there once it is gone.

    also: further classes with which it goes, where a text may tell more than its own class.
    """
    return {"personal": data_class, "group": group, "erased": erased, "also": tuple(also)}


def owned_through(column: str, table: str) -> dict[str, Any]:
    """``info`` of a table whose owner is that of the row of ``table`` with the same ``column``."""
    return {"owner": (column, table)}


def owned_by(column: str) -> dict[str, Any]:
    """``info`` of a table whose owner stands in this column (default: the registration's id)."""
    return {"owner": column}


def removed_whole() -> dict[str, Any]:
    """``info`` of a table whose rows are nothing but people's data: a purge removes them.

    Such as words of a name: who cannot read the name does not know how many there were.
    """
    return {"removed": True}


def kind_of(column: Column[Any]) -> Kind | None:
    """Of which kind the data of a column are; None when they are nobody's."""
    data_class = column.info.get("personal")
    return None if data_class is None else Kind(data_class, column.info.get("group", PROGRAMME))


def kinds_of(column: Column[Any]) -> tuple[Kind, ...]:
    """Every kind with which the data of a column go, its own one first."""
    own = kind_of(column)
    if own is None:
        return ()
    return own, *(Kind(one, own.group) for one in column.info.get("also", ()))


def declared(tables: Iterable[Table]) -> Iterator[Declared]:
    """Every declared column."""
    for table in tables:
        for column in table.columns:
            if (kind := kind_of(column)) is not None:
                yield Declared(str(table.name), str(column.name), kind)


def names(owners: Iterable[str], kinds: Iterable[Kind]) -> list[KeyName]:
    """The keys of these people for these kinds."""
    wanted = tuple(kinds)
    return [KeyName(owner, *kind) for owner in owners for kind in wanted]


def purge(
    connection: Connection,
    tables: Collection[Table],
    *,
    owners: Collection[str],
    kinds: Collection[Kind],
) -> list[Rows]:
    """Empty the columns of these kinds in the owners' rows; how many rows each table had."""
    found: list[Rows] = []
    for table, kind, columns in _concerned(tables, kinds):
        emptied = {column.name: column.info.get("erased") for column in columns}
        held = or_(*(column.is_distinct_from(emptied[column.name]) for column in columns))
        count = 0
        for part in _parts(owners):
            whose = owned(table, part, tables)
            if table.info.get("removed"):
                count += connection.execute(delete(table).where(whose)).rowcount
                continue
            count += connection.execute(update(table).where(whose, held).values(emptied)).rowcount
        found.append(Rows(table=str(table.name), kind=kind.text, rows=count))
    return [one for one in found if one.rows]


def count(
    connection: Connection, tables: Collection[Table], *, owners: Collection[str]
) -> list[Rows]:
    """How many rows of these people hold something, by table and kind."""
    found: list[Rows] = []
    kinds = {one.kind for one in declared(tables)}
    for table, kind, columns in _concerned(tables, kinds):
        held = or_(*(c.is_distinct_from(c.info.get("erased")) for c in columns))
        rows = 0
        for part in _parts(owners):
            of = select(func.count()).select_from(table).where(owned(table, part, tables), held)
            rows += connection.execute(of).scalar_one()
        if rows:
            found.append(Rows(table=str(table.name), kind=kind.text, rows=rows))
    return found


def owned(table: Table, owners: Collection[str], tables: Collection[Table]) -> ColumnElement[bool]:
    """Which rows are these people's. Raises TypeError for a table that does not say whose."""
    owner = table.info.get("owner")
    if isinstance(owner, str):
        return _among(table.c[owner], owners)
    if owner is not None:
        column, name = owner
        other = _by_name(tables)[name]
        whose = owned(other, owners, tables)
        through: ColumnElement[bool] = table.c[column].in_(select(other.c[column]).where(whose))
        return through
    for name in _OWNER_COLUMNS:
        if name in table.c:
            return _among(table.c[name], owners)
    raise TypeError(f"{table.name} does not say whose its rows are")


def _among(column: Column[Any], owners: Collection[str]) -> ColumnElement[bool]:
    return column.in_(sorted(owners))


def _concerned(
    tables: Collection[Table], kinds: Collection[Kind]
) -> Iterator[tuple[Table, Kind, list[Column[Any]]]]:
    wanted = set(kinds)
    for table in tables:
        by_kind: dict[Kind, list[Column[Any]]] = {}
        for column in table.columns:
            kind = next((one for one in kinds_of(column) if one in wanted), None)
            if kind is not None:
                by_kind.setdefault(kind, []).append(column)
        for kind, columns in sorted(by_kind.items()):
            yield table, kind, columns


def _by_name(tables: Collection[Table]) -> Mapping[str, Table]:
    return {table.name: table for table in tables}


def _parts(owners: Collection[str]) -> Iterator[list[str]]:
    every = sorted(owners)
    for start in range(0, len(every), OWNERS_AT_ONCE):
        yield every[start : start + OWNERS_AT_ONCE]
