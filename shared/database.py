"""Databases: one a service and one for the keyring, SQLite files or PostgreSQL.

    database = Database.open(settings, "grants")
    with database.reading() as connection: ...
    with database.reading_one_state() as connection: ...   # many questions, one answer
    with database.writing() as connection: ...   # one transaction, committed at the end

On SQLite a write transaction begins IMMEDIATE (otherwise the busy timeout is ignored) and writers
of one process queue on a lock, since the file allows one at a time anyway.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from psycopg.errors import PipelineAborted
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import NullPool

from shared.privacy.master_key import Masters
from shared.settings import Settings

C = TypeVar("C")
CONNECTIONS_HELD: Final = 8
"""Idle connections of a process to one database; as many as it has web threads, if those are more,
since otherwise a connection would be made and closed for every request beyond."""
TRIED_AFTER_SECONDS: Final = 1.0
SHORT_OF_BUSY_MS: Final = 200
_IDLE: Final = TransactionStatus.IDLE
_SQLITE_OPTIONS: Final[dict[str, Any]] = {
    "timeout": 30,
    "check_same_thread": False,
    "cached_statements": 256,
}
_SQLITE_PRAGMAS: Final = (
    # Of a new file. A commit writes each page that it touched: two thirds as much as by default.
    "page_size=2048",
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=4000",
    "secure_delete=ON",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "cache_size=-16000",
    # Of all connections of the process together: beyond it pages are used again, not added.
    "soft_heap_limit=25165824",
)


def database_name(settings: Settings, service: str) -> str:
    """The PostgreSQL database and role of a service: ``<installation>_<service>``."""
    return f"{settings.installation}_{service}"


def role_password(master_key: bytes, role: str) -> str:
    """The role's password, derived from the master key so that no second secret is kept."""
    digest = hmac.new(master_key, b"database role " + role.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Passwords:
    """The passwords of a role: one for each master key that is known, what worked last first.

    While the master key is changed the server may have either.
    """

    def __init__(self, masters: Masters, role: str) -> None:
        self._masters = masters
        self._role = role
        self.last = self._all()[0]

    def try_each(self, connect: Callable[[str], C]) -> C:
        """What ``connect`` gives with the first password that works; raises as it first did."""
        failed: psycopg.OperationalError | None = None
        tried: set[str] = set()
        for again in (False, True):
            if again and not self._masters.reread():
                break
            for password in (self.last, *self._all()):
                if password in tried:
                    continue
                tried.add(password)
                try:
                    found = connect(password)
                except psycopg.OperationalError as error:
                    failed = failed or error
                else:
                    self.last = password
                    return found
        raise failed or psycopg.OperationalError("no password is known")

    def _all(self) -> list[str]:
        return [role_password(one.secret, self._role) for one in self._masters.known()]


def server_url(settings: Settings, *, database: str | None = None) -> URL:
    """The owner's URL with psycopg 3, for ``database`` when given."""
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    return url.set(database=database) if database else url


def sqlite_path(settings: Settings, name: str) -> Path:
    """Where a service's SQLite file is; the keyring's stands apart from data that are backed up."""
    folder = "keys" if name == "keyring" else "data"
    return settings.home / folder / f"{name}.sqlite3"


@dataclass
class Database:
    """A service's database. ``write_lock`` orders SQLite's writers within the process.

    on_close: closes what others hold open beside the engine's pool.
    """

    engine: Engine
    write_lock: threading.RLock = field(default_factory=threading.RLock)
    on_close: list[Callable[[], None]] = field(default_factory=list)
    passwords: Passwords | None = None

    @classmethod
    def open(
        cls, settings: Settings, name: str, *, masters: Masters, role: str | None = None
    ) -> Database:
        """Open database ``name`` as ``role`` (default: the role of the same name)."""
        if not settings.database_url:
            return cls(sqlite_engine(sqlite_path(settings, name)))
        user = database_name(settings, role or name)
        passwords = Passwords(masters, user)
        url = server_url(settings, database=database_name(settings, name)).set(
            username=user, password=passwords.last
        )
        held = max(CONNECTIONS_HELD, settings.web_threads)
        return cls(_server_engine(url, passwords, held=held), passwords=passwords)

    @property
    def url(self) -> URL:
        """Its address, with the password that worked last."""
        url = self.engine.url
        return url.set(password=self.passwords.last) if self.passwords else url

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @cached_property
    def _asking(self) -> Engine:
        """The same pool; statements are sent without a transaction around them."""
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for questions, not for writing.

        On SQLite all that is asked sees one state. On PostgreSQL each statement sees what is
        committed when it begins, as it would within a transaction too (READ COMMITTED), so there
        is none: that saves two round trips. What needs one state begins a transaction by itself.
        """
        with (self.engine if self.is_sqlite else self._asking).connect() as connection:
            yield connection

    @contextmanager
    def reading_one_state(self) -> Iterator[Connection]:
        """A connection for questions that all see what was committed when the first was asked.

        It is a transaction on either database, so rows may be fetched piece by piece.
        """
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    @contextmanager
    def deciding(self) -> Iterator[Connection]:
        """A connection of PostgreSQL on which nothing has begun yet: for reading and deciding.

        What needs a transaction calls ``begin``; it is committed at the end, rolled back on an
        exception.
        """
        with self._asking.connect() as connection:
            try:
                yield connection
            except BaseException:
                _end(connection, "rollback")
                raise
            _end(connection, "commit")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back on an exception."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self.write_lock, self.engine.connect() as connection:
            connection.execution_options(zanat_write=True)
            with connection.begin():
                yield connection

    def postgresql_connection(self) -> psycopg.Connection[Any]:
        """A connection of the caller's own to the server, in autocommit, outside the pool."""
        words, options = self.engine.dialect.create_connect_args(self.engine.url)
        if self.passwords is None:
            return psycopg.connect(*words, **options, autocommit=True)

        def connect(password: str) -> psycopg.Connection[Any]:
            given = {**options, "password": password}
            found: psycopg.Connection[Any] = psycopg.connect(*words, **given, autocommit=True)
            return found

        return self.passwords.try_each(connect)

    def sqlite_connection(self) -> sqlite3.Connection:
        """A connection of the caller's own to the file, outside the pool."""
        words, options = self.engine.dialect.create_connect_args(self.engine.url)
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect
        return configured(connect(*words, **{**options, **_SQLITE_OPTIONS}))

    def empty_ahead_log(self) -> None:
        """Empty SQLite's write-ahead log, which still has what was deleted, if nobody reads it."""
        connection = self.sqlite_connection()
        try:
            connection.execute(f"pragma busy_timeout={SHORT_OF_BUSY_MS}")
            connection.execute("pragma wal_checkpoint(truncate)")
        finally:
            connection.close()

    def close(self) -> None:
        for close in self.on_close:
            close()
        self.engine.dispose()


def in_transaction(connection: Connection) -> bool:
    """Whether a transaction has begun on the server (PostgreSQL)."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.pgconn.transaction_status != _IDLE)


def begin(connection: Connection) -> None:
    """Begin a transaction on a connection of ``deciding``; elsewhere the driver does so itself."""
    driver: Any = connection.connection.driver_connection
    if driver.autocommit and not in_transaction(connection):
        connection.exec_driver_sql("begin")


def _end(connection: Connection, how: str) -> None:
    if not connection.invalidated and in_transaction(connection):
        connection.exec_driver_sql(how)


def sqlite_engine(path: Path) -> Engine:
    """An engine for a SQLite file: WAL, synchronous FULL, freed pages overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(f"sqlite:///{path}", connect_args=_SQLITE_OPTIONS)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        configured(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("zanat_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _server_engine(url: URL, passwords: Passwords, *, held: int) -> Engine:
    """An engine for PostgreSQL with at most ``held`` idle connections.

    A connection that was last given out some time ago is tried first, since the server or a
    firewall may have closed it meanwhile; one that worked a moment ago is not. If the server went
    away in that moment, one statement fails and SQLAlchemy renews all connections.
    """
    engine = create_engine(url, pool_size=held, max_overflow=24, pool_use_lifo=True)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, words: Any, options: dict[str, Any]) -> Any:
        return passwords.try_each(
            lambda password: dialect.connect(*words, **{**options, "password": password})
        )

    @event.listens_for(engine, "checkout")
    def given_out(connection: Any, record: Any, _proxy: Any) -> None:
        now = time.monotonic()
        before, record.info["given_out"] = record.info.get("given_out", now), now
        if now - before < TRIED_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool makes a new connection and asks here again.
            raise DisconnectionError from error

    return engine


def configured(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection with what every one to a SQLite file is told first."""
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def named(dialect: Dialect, statement: str, error: Exception, *, lost: bool = False) -> DBAPIError:
    """A driver's error as SQLAlchemy names it, without the values that were sent."""
    found = DBAPIError.instance(
        statement,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if not isinstance(found, DBAPIError):
        raise TypeError(f"{type(error).__name__} is no error of the driver's")
    return found


def first_error(error: psycopg.Error) -> psycopg.Error:
    """What went wrong first in a pipeline, of which one may hear last that it was broken off."""
    while isinstance(error, PipelineAborted) and isinstance(error.__context__, psycopg.Error):
        error = error.__context__
    return error


def owner_engine(settings: Settings, name: str) -> Engine:
    """An engine for migrations: the SQLite file, or the PostgreSQL database as its owner."""
    if not settings.database_url:
        return sqlite_engine(sqlite_path(settings, name))
    url = server_url(settings, database=database_name(settings, name))
    return create_engine(url, poolclass=NullPool)
