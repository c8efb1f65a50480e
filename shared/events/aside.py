"""Where rows of read models are made aside: a schema on PostgreSQL, an attached file on SQLite.

    with tables_aside(service, tables) as connection: ...    # empty ones, gone at the end

One process at a time has them. The tables have no indexes but their keys'; nothing is read from
them but by whoever fills them.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from shared import locks
from shared.service import Service

ASIDE: Final = "aside"


@contextlib.contextmanager
def tables_aside(service: Service, tables: Sequence[Table]) -> Iterator[Connection]:
    """A connection with these tables aside, empty; parents stand before what refers to them."""
    place = _attached if service.database.is_sqlite else _scheme
    with place(service) as connection:
        connection.execution_options(schema_translate_map={None: ASIDE})
        quote = connection.dialect.identifier_preparer.quote
        # A table that lasts refers to none that does not.
        lasting = service.database.is_sqlite or any(table.foreign_keys for table in tables)
        with connection.begin():
            for table in tables:
                connection.execute(CreateTable(table))
                if not lasting:
                    # After a crash they are made anew anyway.
                    connection.exec_driver_sql(
                        f"alter table {ASIDE}.{quote(table.name)} set unlogged"
                    )
        yield connection


@contextlib.contextmanager
def _attached(service: Service) -> Iterator[Connection]:
    """A connection with an empty file attached, which is removed with what it holds of people."""
    database = Path(str(service.database.engine.url.database))
    file = database.with_suffix(".aside.sqlite3")
    with database.with_suffix(".aside.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        with service.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise RuntimeError("the connection is closed")
            driver.execute("attach database ? as aside", (str(file),))
            driver.execute("pragma aside.journal_mode=memory")
            driver.execute("pragma aside.synchronous=off")
            try:
                yield connection
            finally:
                # The pool must not keep a connection with something attached.
                connection.invalidate()
                file.unlink(missing_ok=True)


@contextlib.contextmanager
def _scheme(service: Service) -> Iterator[Connection]:
    """A connection that alone may use the schema, emptied before and after."""
    with service.database.engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:k)"), {"k": locks.ASIDE})
        connection.commit()
        try:
            _empty_scheme(connection)
            yield connection
        finally:
            connection.rollback()
            connection.execution_options(isolation_level="READ COMMITTED")
            with contextlib.suppress(DBAPIError):
                _empty_scheme(connection)
            # A pooled connection must not keep the lock.
            connection.invalidate()


def _empty_scheme(connection: Connection) -> None:
    with connection.begin():
        names = connection.execute(
            text("select tablename from pg_tables where schemaname = :s"), {"s": ASIDE}
        ).scalars()
        quote = connection.dialect.identifier_preparer.quote
        for name in names.all():
            connection.exec_driver_sql(f"drop table {ASIDE}.{quote(name)} cascade")
