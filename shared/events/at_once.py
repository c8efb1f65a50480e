"""An append and all that it brings sent at once to PostgreSQL: one round trip, one commit.

    written = statements(ticket, projections, keyring)   # None: only a transaction can do it
    written and run(connection, written)                 # on a connection without a transaction

Events, stored answers, work that falls due and new rows of read models are parts of one ``with``,
and so are rows that are put: one that is there already is found whoever made it when. A part that
changes or removes a row looks for it as things were when its statement began; it stands in a second
statement, which begins when the first holds its locks. So it sees what was committed while that
waited: rows that a rebuild put in place, or that another's append made. Both are sent together and
are one transaction. All is done or nothing; where the append is refused or an answer is there
already, the statement divides by zero, which nothing else in it does, and so undoes itself. Parts
do not see each other's rows: what touches a table twice, or asks for rows, is for a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

import psycopg
from psycopg.errors import DivisionByZero
from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import IntegrityError

from shared.database import first_error, named
from shared.events import rowtexts
from shared.events.append import RequestRecord, changed_meanwhile
from shared.events.event import Sealed
from shared.events.on_postgresql import APPEND_IN, parameters
from shared.events.projection import Key, Projecting, Projections
from shared.events.rowtexts import Statement
from shared.events.tables import DUE, RECORDS
from shared.events.together import Ticket
from shared.privacy.keyring import Keyring

PARTS_MAX: Final = 12
TEXTS_MAX: Final = 2_000
_OF_APPENDS: Final = frozenset({"events", "pending", "idempotency_records"})

Part = tuple[str, tuple[Any, ...]]
Written = Sequence[Part]
"""Statements in their order, each with its parameters."""

_texts: Final[dict[tuple[bool, int, tuple[str, ...]], str]] = {}


class _NotAtOnce(Exception):
    """A projection asked for something that only a transaction can give."""


class Gathering(Projecting):
    """Collects what projections write in place of writing it."""

    def __init__(self, dialect: Dialect, keyring: Keyring) -> None:
        self._dialect = dialect
        self._schema = ""
        self.keyring = keyring
        self.parts: list[Part] = []
        self.looking: list[Part] = []
        self._made: set[Table] = set()
        self._changed: set[Table] = set()

    @property
    def connection(self) -> NoReturn:
        """There is none."""
        raise _NotAtOnce

    def make(self, table: Table, *rows: Mapping[str, Any]) -> None:
        if table in self._changed:
            raise _NotAtOnce
        self._made.add(table)
        for row in rows:
            self._gather(rowtexts.inserting(self._dialect, table, tuple(row)), row)

    def put(self, table: Table, key: Key, **values: Any) -> None:
        row = {**key, **values}
        if not rowtexts.is_whole(table, row):
            raise _NotAtOnce
        self._only(table)
        self._gather(rowtexts.putting(self._dialect, table, tuple(key), tuple(values)), row)

    def change(self, table: Table, key: Key, **values: Any) -> None:
        self._only(table)
        statement = rowtexts.changing(self._dialect, table, tuple(key), tuple(values))
        self._look(statement, {**key, **values})

    def add(self, table: Table, key: Key, by: Mapping[str, int], **values: Any) -> None:
        self._only(table)
        statement = rowtexts.adding(self._dialect, table, tuple(key), tuple(by), tuple(values))
        self._look(statement, {**key, **by, **values})

    def remove(self, table: Table, key: Mapping[str, Any]) -> None:
        self._only(table)
        self._look(rowtexts.removing(self._dialect, table, tuple(key)), key)

    def row(self, table: Table, key: Key) -> NoReturn:  # noqa: ARG002 (the base's form)
        raise _NotAtOnce

    def _only(self, table: Table) -> None:
        if table in self._made or table in self._changed:
            raise _NotAtOnce
        self._changed.add(table)

    def _gather(self, statement: Statement, row: Mapping[str, Any]) -> None:
        self.parts.append(self._part(statement, row))

    def _look(self, statement: Statement, row: Mapping[str, Any]) -> None:
        self.looking.append(self._part(statement, row))

    def _part(self, statement: Statement, row: Mapping[str, Any]) -> Part:
        if len(self.parts) + len(self.looking) >= PARTS_MAX:
            raise _NotAtOnce
        opened = {n: self.text(v) if isinstance(v, Sealed) else v for n, v in row.items()}
        return statement.text, statement.parameters(opened)


def statements(
    dialect: Dialect, ticket: Ticket, projections: Projections, keyring: Keyring
) -> Written | None:
    """The statements that write all of an append; None where only a transaction can."""
    append = ticket.append
    if append.claims or append.released or append.snapshots:
        return None
    at = Gathering(dialect, keyring)
    try:
        for recorded in ticket.prepared:
            projections.apply(at, recorded)
        for due in append.due:
            made = rowtexts.inserting(dialect, DUE, ("due_id", "kind", "due_at", "payload"))
            values = {"due_id": due.due_id, "kind": due.kind, "due_at": due.due_at}
            row = made.parameters({**values, "payload": due.payload})
            at.parts.append((f"{made.text} on conflict do nothing", row))
    except _NotAtOnce:
        return None
    records = [_record(dialect, ticket, record) for record in append.records]
    parts = records + at.parts
    if len(parts) + len(at.looking) > PARTS_MAX:
        return None
    appending = parameters([ticket]) if ticket.writes or ticket.guards else ()
    written = [_written(parts, appending, len(records))]
    if at.looking:
        written.append(_written(at.looking))
    return written


def run(connection: Connection, written: Written) -> None:
    """Send them. Raises Conflict for what changed meanwhile or a key that was used."""
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        if len(written) == 1:
            driver.execute(*written[0], prepare=True)
        else:
            # Without a "begin", what is sent up to the end of a pipeline is one transaction.
            with driver.pipeline(), driver.cursor() as cursor:
                for text, values in written:
                    cursor.execute(text, values, prepare=True)
    except psycopg.Error as raised:
        error = first_error(raised)
        if isinstance(error, DivisionByZero):
            raise changed_meanwhile() from error
        lost = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(error)
        found = named(dialect, "append at once", error, lost=lost)
        if isinstance(found, IntegrityError) and error.diag.table_name in _OF_APPENDS:
            raise changed_meanwhile() from error
        raise found from error


def _record(dialect: Dialect, ticket: Ticket, record: RequestRecord) -> Part:
    made = rowtexts.inserting(dialect, RECORDS, tuple(column.name for column in RECORDS.columns))
    row = {**vars(record), "made_at": ticket.append.now}
    return f"{made.text} on conflict do nothing returning 1", made.parameters(row)


def _written(parts: Sequence[Part], appending: Sequence[Any] = (), records: int = 0) -> Part:
    """A statement of these parts, the first of which are records, behind an append if any."""
    known = bool(appending), records, tuple(text for text, _ in parts)
    text = _texts.get(known)
    if text is None:
        if len(_texts) >= TEXTS_MAX:
            _texts.clear()
        text = _texts[known] = _text(*known)
    values = list(appending)
    for _, more in parts:
        values += more
    return text, tuple(values)


def _text(appends: bool, records: int, parts: Sequence[str]) -> str:
    """One ``with`` of all parts, and a question that fails where one of them was refused."""
    named_parts = [f"part{n} as ({part})" for n, part in enumerate(parts)]
    conditions = [f"exists (select from part{n})" for n in range(records)]
    if appends:
        named_parts.insert(0, f"appended as materialized ({APPEND_IN} as refused)")
        conditions.append("(select refused from appended) is null")
    fine = " and ".join(conditions) or "true"
    return f"with {', '.join(named_parts)} select 1 / (case when {fine} then 1 else 0 end)"
