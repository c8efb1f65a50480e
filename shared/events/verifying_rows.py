"""What verifying reads of a database at rest: in batches, by the driver alone.

    with closing(open_rows("data/grants.sqlite3")) as rows:
        rows.whole(0, 2048)      # [(leaf hash, id, stream, version, type, bytes), ...] or None
        rows.each(0, 2048)       # one by one, with their positions, whatever state they are in

Rows of the driver, without SQLAlchemy and without the service: a file is enough. On SQLite the
rows of ``events`` are found by their number where they were written in the order of the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

Row = tuple[Any, ...]
Whole = tuple[bytes, str, str, int, str, bytes]

_BESIDE: Final = "e.event_id, e.stream, e.version, e.type, e.envelope"
_RANGE: Final = "where l.position >= ? and l.position < ? order by l.position"
_OWN: Final = (
    f"select l.position, l.event_id, l.leaf_hash, {_BESIDE} from log l "  # noqa: S608 (our names)
    f"left join events e on e.event_id = l.event_id {_RANGE}"
)
_BY_NUMBER: Final = (
    f"select l.leaf_hash, {_BESIDE} from log l "  # noqa: S608 (our names)
    f"left join events e on e.rowid = l.position + ? and e.event_id = l.event_id {_RANGE}"
)
# What could not be applied waits with the dead letters instead.
_FOLLOWED: Final = (
    "select i.position, null, h.hash, null, null, null, i.type, i.envelope from ("
    "select source, position, type, envelope from inbox union all "
    "select d.source, d.position, d.type, d.envelope from dead_letters d where not exists "
    "(select 1 from inbox k where k.source = d.source and k.position = d.position)) i "
    "left join log_hashes h on h.log = i.source and h.level = 0 and h.position = i.position "
    "where i.source = ? and i.position >= ? and i.position < ? order by i.position"
)
_MAPPED_BYTES_MAX: Final = 1 << 40
"""SQLite takes at most what it was built for, mostly 2 GiB, and reads what lies behind."""
_SEEN_BYTES_MAX: Final = 32 << 20
"""Of envelopes, before the file is mapped anew: what was seen counts as this process's memory."""
DAMAGED: Final = "damaged"
"""In the place of a row's leaf hash: the database cannot read its own row."""
# What SQLite says of a damaged schema may be no UTF-8.
_DAMAGES: Final = (sqlite3.Error, UnicodeDecodeError)


class Unreadable(ValueError):
    """No database, or none with a log."""


class Rows(Protocol):
    """A database at rest. ``log``: None for its own, else the name of one that it follows."""

    kind: str

    def query(self, statement: str, *values: Any) -> list[Row]:
        """Rows of one statement, whose parameters are written ``?``."""
        ...

    def whole(self, start: int, end: int) -> list[Whole] | None:
        """The entries of the own log from ``start`` to ``end - 1``; None when one is not there."""
        ...

    def each(self, log: str | None, start: int, end: int) -> Iterator[Row]:
        """(position, id in the log, leaf hash, id, stream, version, type, bytes), by position."""
        ...

    def uncounted(self, column: str) -> str:
        """The condition that a column's value is no whole number from 0 on."""
        ...

    def guards(self) -> dict[tuple[str, str], str]:
        """(table, name) of what is in force against change, with its definition."""
        ...

    def close(self) -> None: ...


def open_rows(target: str, *, mapped: bool = False) -> Rows:
    """A SQLite file by its path, or PostgreSQL by its address. Raises Unreadable.

    mapped: read the file where the system keeps it, which takes a third less time. Should somebody
    cut it meanwhile the system ends the process: for one that another waits for.
    """
    rows = _Postgres(target) if target.startswith("postgresql") else _Sqlite(target, mapped=mapped)
    try:
        rows.query("select position from log limit 1")
    except Exception as error:
        rows.close()
        # The driver's words may name a host or a user, never a password.
        raise Unreadable(f"no log can be read there: {type(error).__name__}") from error
    return rows


class _Sqlite:
    """A file, opened for reading; beside it a second connection that reads text of any kind."""

    kind = "sqlite"

    def __init__(self, path: str, *, mapped: bool) -> None:
        if not Path(path).is_file():
            raise Unreadable(f"there is no file {Path(path).name}")
        self._path, self._mapped = path, mapped
        self._exact = _connect(path)
        self._exact.text_factory = _any_text
        self._fast = self._connect_fast()
        self._seen = 0
        self._ahead: int | None = None

    def query(self, statement: str, *values: Any) -> list[Row]:
        try:
            return self._exact.execute(statement, values).fetchall()
        except _DAMAGES as error:
            raise Unreadable("it cannot be read: the file is damaged") from error

    def whole(self, start: int, end: int) -> list[Whole] | None:
        if self._ahead is None:
            self._ahead = self._offset(start)
        try:
            found = self._fast.execute(_BY_NUMBER, (self._ahead, start, end)).fetchall()
        except _DAMAGES:
            return None
        # Where another row of events stands in the place, all of it is null.
        if len(found) == end - start and found[0][1] is not None and found[-1][1] is not None:
            self._count(found)
            return found
        self._ahead = None
        return None

    def each(self, log: str | None, start: int, end: int) -> Iterator[Row]:
        statement, first = (_OWN, ()) if log is None else (_FOLLOWED, (log,))
        try:
            yield from self._exact.execute(statement, (*first, start, end)).fetchall()
            return
        except _DAMAGES:
            pass
        for position in range(start, end):
            try:
                yield from self._exact.execute(statement, (*first, position, position + 1))
            except _DAMAGES:
                yield (position, None, DAMAGED, None, None, None, None, None)

    def uncounted(self, column: str) -> str:
        # SQLite keeps text in a column of numbers, and sorts it behind all of them.
        return f"(typeof({column}) <> 'integer' or {column} < 0)"

    def guards(self) -> dict[tuple[str, str], str]:
        rows = self.query("select tbl_name, name, sql from sqlite_master where type = 'trigger'")
        return {(str(table), str(name)): str(sql) for table, name, sql in rows}

    def close(self) -> None:
        self._exact.close()
        self._fast.close()

    def _connect_fast(self) -> sqlite3.Connection:
        connection = _connect(self._path)
        # Each row is read once: what was read need not be kept.
        connection.execute("pragma cache_size = -4000")
        if self._mapped:
            connection.execute(f"pragma mmap_size = {_MAPPED_BYTES_MAX}")
        return connection

    def _count(self, rows: Sequence[Whole]) -> None:
        """Map the file anew now and then, so that memory stays flat however large it is."""
        if not self._mapped:
            return
        self._seen += sum(len(row[5] or b"") for row in rows)
        if self._seen > _SEEN_BYTES_MAX:
            self._seen = 0
            self._fast.close()
            self._fast = self._connect_fast()

    def _offset(self, position: int) -> int:
        """How far a row's number in ``events`` is ahead of its position in the log."""
        try:
            rows = self.query(
                "select e.rowid from log l join events e on e.event_id = l.event_id "
                "where l.position = ?",
                position,
            )
        except Unreadable:
            rows = []
        return rows[0][0] - position if rows else 1


class _Postgres:
    """A database of a server; each batch is a statement of its own: nothing waits for it."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        import psycopg

        address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        try:
            self._connection = psycopg.connect(address, autocommit=True, prepare_threshold=0)
        except psycopg.Error as error:
            raise Unreadable(f"the server does not answer: {type(error).__name__}") from error
        self._connection.execute("set default_transaction_read_only = on")
        self._cursor = self._connection.cursor(binary=True)

    def query(self, statement: str, *values: Any) -> list[Row]:
        text = statement.replace("?", "%s").encode()
        return self._cursor.execute(text, values or None).fetchall()

    def whole(self, start: int, end: int) -> list[Whole] | None:
        found = self.query(_OWN, start, end)
        if len(found) != end - start or any(row[1] != row[3] for row in found):
            return None
        return [(row[2], *row[3:]) for row in found]

    def each(self, log: str | None, start: int, end: int) -> Iterator[Row]:
        if log is None:
            yield from self.query(_OWN, start, end)
        else:
            yield from self.query(_FOLLOWED, log, start, end)

    def uncounted(self, column: str) -> str:
        return f"({column} < 0)"

    def guards(self) -> dict[tuple[str, str], str]:
        triggers = self.query(
            "select c.relname::text, t.tgname::text, pg_get_triggerdef(t.oid) || p.prosrc "
            "from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal and t.tgenabled = 'A'"
        )
        checks = self.query(
            "select c.relname::text, k.conname::text, pg_get_constraintdef(k.oid) "
            "from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'c'"
        )
        return {
            (str(table), str(name)): str(words).removesuffix(" NOT VALID")
            for table, name, words in (*triggers, *checks)
        }

    def close(self) -> None:
        self._connection.close()


def _connect(path: str) -> sqlite3.Connection:
    """For reading; a file on a medium that cannot be written is taken as it is."""
    address = f"file:{quote(str(Path(path).resolve()))}"
    for how in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{address}?{how}", uri=True, isolation_level=None, timeout=30)
        try:
            connection.execute("select 1 from sqlite_master limit 1").fetchall()
        except sqlite3.OperationalError:
            connection.close()
            continue
        except _DAMAGES as error:
            connection.close()
            raise Unreadable("it cannot be read: no database, or a damaged one") from error
        return connection
    raise Unreadable("the file cannot be opened to be read")


def _any_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def columns(rows: Sequence[Whole]) -> tuple[tuple[Any, ...], ...]:
    """Rows turned into columns."""
    return tuple(zip(*rows, strict=True))
