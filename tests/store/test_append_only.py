"""What was recorded stays: the databases refuse every change, whatever way somebody tries.

The guards are asked as an attacker would: by plain SQL, past the code of the store. On SQLite there
are no roles, so whoever holds the file may take the guards away; then verifying names the position.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from shared.bus.applying import apply_batch
from shared.database import database_name, sqlite_path
from shared.events.tables import APPEND_ONLY, COSIGNATURES, LOG_HASHES
from shared.events.verifying import verify_log
from shared.log import keys
from shared.log.checkpoints import make_checkpoint
from shared.log.notes import Note
from shared.migrations.migrating import migrate
from shared.service import Service
from tests.store.domain import BOATS, HARBOURS, Home, launch, number, sail

TABLES = tuple(table.name for table in APPEND_ONLY)
Snapshot = dict[str, list[tuple[Any, ...]]]

# Each is tried on each of the tables; ``words`` fills in their names.
CHANGES = {
    "update": "update {table} set {last} = {last}",
    "update of one": "update {table} set {last} = x'00' "
    "where {key} = (select min({key}) from {table})",
    "delete": "delete from {table}",
    "delete of one": "delete from {table} where {key} = (select max({key}) from {table})",
}
SQLITE_CHANGES = {
    **CHANGES,
    "update or replace": "update or replace {table} set {key} = (select max({key}) from {table})",
    "update or ignore": "update or ignore {table} set {last} = x'00'",
    "insert or replace": "insert or replace into {table} select * from {table}",
    "replace": "replace into {table} select * from {table} limit 1",
    "upsert": "insert into {table} select * from {table} where true "
    "on conflict do update set {last} = x'00'",
    "replace by row number": "insert or replace into {table} (rowid, {unnumbered}) "
    "select 1, {fresh} from {table} limit 1",
    "replace by the last row number": "insert or replace into {table} (rowid, {unnumbered}) "
    "select (select max(rowid) from {table}), {fresh} from {table} limit 1",
}
# Tables whose rows are named by their keys alone know no row number.
ON_SQLITE = [
    (change, table.name)
    for table in APPEND_ONLY
    for change, statement in SQLITE_CHANGES.items()
    if table.dialect_options["sqlite"]["with_rowid"] or "rowid" not in statement
]
POSTGRESQL_CHANGES = {
    "update": CHANGES["update"],
    "delete": CHANGES["delete"],
    "truncate": "truncate {table}",
    "truncate with all that hangs on it": "truncate {table} restart identity cascade",
    "upsert": "insert into {table} select * from {table} on conflict ({keys}) "
    "do update set {last} = excluded.{last}",
    "merge": "merge into {table} t using {table} s on t.{key} = s.{key} when matched then delete",
    "hidden delete": "with gone as (delete from {table} returning 1) select count(*) from gone",
}
ONLY_THE_OWNER_MAY = {
    "drop trigger": "drop trigger {table}_no_change on {table}",
    "drop truncate trigger": "drop trigger {table}_no_truncate on {table}",
    "disable trigger": "alter table {table} disable trigger {table}_no_change",
    "disable every trigger": "alter table {table} disable trigger all",
    "enable as replica only": "alter table {table} enable replica trigger {table}_no_change",
    "drop column": "alter table {table} drop column {last}",
    "rename": "alter table {table} rename to {table}_old",
    "own it": "alter table {table} owner to current_user",
    "drop table": "drop table {table} cascade",
    "rule": "create rule gone as on insert to {table} do instead nothing",
    "trigger": "create trigger mine before insert on {table} "
    "for each row execute function refuse_change()",
    "row security": "alter table {table} enable row level security",
    "lock out readers": "lock table {table} in access exclusive mode",
    "inherit": "create table aside.{table}_more () inherits (public.{table})",
}
ONLY_THE_SERVER_MAY = {
    "replica": "set session_replication_role = replica",
    "replace function": "create or replace function refuse_change() returns trigger "
    "language plpgsql as $$ begin return old; end $$",
    "drop function": "drop function refuse_change() cascade",
    "superuser": "alter role current_user superuser",
    "become the owner": "set role {owner}",
    "grant itself": "grant all on events, log, inbox to current_user",
    "drop schema": "drop schema public cascade",
    "own sequence": "alter sequence append_order restart with 1",
    "set back the sequence": "select setval('append_order', 1)",
    "catalogue": "delete from pg_trigger",
    "file": "copy events to '/tmp/nobody-may'",
    "program": "copy events to program 'true'",
    "extension": "create extension file_fdw",
    "lower trust": "alter database {database} set session_replication_role = replica",
}


def words(table: str) -> dict[str, str]:
    """The names that the statements above leave open."""
    found = next(one for one in APPEND_ONLY if one.name == table)
    columns = [column.name for column in found.columns]
    # A position of the log is its row number.
    unnumbered = columns[1:] if table == "log" else columns
    fresh = {
        "events": "'new', 'boat/new', 1, type, envelope",
        "log": "'new', leaf_hash",
        "log_hashes": "'new', 1, position, hash",
        "checkpoints": "'new', size, root, note, made_at",
        "cosignatures": "'new', size, key_name, line, made_at",
        "inbox": "'new', 9999, type, envelope",
    }
    return {
        "table": table,
        "key": "position" if "position" in columns else columns[0],
        "keys": ", ".join(column.name for column in found.primary_key.columns),
        "last": columns[-1],
        "unnumbered": ", ".join(unnumbered),
        "fresh": fresh[table],
    }


def snapshot(connection: sa.Connection | sqlite3.Connection) -> Snapshot:
    """Every row of the tables."""
    statement = "select * from {} order by 1, 2"
    if isinstance(connection, sqlite3.Connection):
        return {t: connection.execute(statement.format(t)).fetchall() for t in TABLES}
    found = {}
    for table in TABLES:
        rows = connection.exec_driver_sql(statement.format(table))
        found[table] = [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in r) for r in rows
        ]
    return found


def recorded(home: Home) -> Service:
    """The receiving service, with rows in each of the tables."""
    boats, harbours = home.open(BOATS), home.open(HARBOURS)
    for boat in ("one", "two", "three", "four"):
        launch(boats, boat, sail=2)
    sail(boats, "one")
    number(boats)
    with boats.database.reading() as connection:
        apply_batch(harbours, {"trainings": dict(boats.store.whole_log(connection))})
    number(harbours)
    note = make_checkpoint(harbours)
    assert note is not None
    keys.ensure(home.settings, "trainings", witness=True)
    witness = keys.cosigner(home.settings, "trainings")
    now = datetime.now(UTC)
    cosigned = witness.cosign(Note.parse(note).text, int(now.timestamp()))
    line = {"log": "grants", "size": 4, "key_name": witness.name, "line": cosigned, "made_at": now}
    with harbours.database.writing() as connection:
        leaf = {"log": "trainings", "level": 0, "position": 0, "hash": bytes(32)}
        connection.execute(LOG_HASHES.insert().values(leaf))
        connection.execute(COSIGNATURES.insert().values(line))
    return harbours


@pytest.fixture(scope="module")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home.make(tmp_path_factory.mktemp("sqlite"))
    recorded(home)
    yield home
    home.close()


@pytest.fixture(scope="module")
def postgresql_home(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Home]:
    home = Home.make(tmp_path_factory.mktemp("postgresql"), database_url=database_url)
    recorded(home)
    yield home
    home.close()


def file_of(home: Home) -> Path:
    return sqlite_path(home.settings, "grants")


def refused_by_the_guard(run: Callable[[str], Any], statement: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="append-only"):
        run(statement)


@pytest.mark.parametrize("recursive", ["off", "on"])
@pytest.mark.parametrize(("change", "table"), ON_SQLITE)
def test_sqlite_refuses_whoever_opens_the_file(
    sqlite_home: Home, change: str, table: str, recursive: str
) -> None:
    """Also without recursive triggers, where REPLACE passes a trigger on delete unnoticed."""
    with closing(sqlite3.connect(file_of(sqlite_home))) as connection:
        connection.execute(f"pragma recursive_triggers = {recursive}")
        before = snapshot(connection)
        assert all(before.values())
        statement = SQLITE_CHANGES[change].format(**words(table))
        refused_by_the_guard(connection.execute, statement, sqlite3.IntegrityError)
        connection.commit()
        assert snapshot(connection) == before


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_refuses_the_service_itself(sqlite_home: Home, table: str) -> None:
    service = sqlite_home.open(HARBOURS)
    with service.database.reading() as connection:
        before = snapshot(connection)
    for change in (change for change, changed in ON_SQLITE if changed == table):
        with pytest.raises(DBAPIError, match="append-only"), service.database.writing() as at:
            at.exec_driver_sql(SQLITE_CHANGES[change].format(**words(table)))
    with service.database.reading() as connection:
        assert snapshot(connection) == before
    assert verify_log(service)[1] == []


def test_what_is_new_may_still_be_written_on_sqlite(sqlite_home: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file_of(sqlite_home))) as connection:
        for table in TABLES:
            statement = "insert into {table} ({unnumbered}) select {fresh} from {table} limit 1"
            if table == "log":
                # A position is always given, from 0 on.
                statement = statement.replace("(", "(position, ").replace("select", "select 9999,")
            connection.execute(statement.format(**words(table)))
        connection.rollback()


def test_who_takes_the_guards_off_a_sqlite_file_is_found_by_verifying(tmp_path: Path) -> None:
    """A file belongs to whoever may write it. A changed row no longer fits its leaf hash."""
    home = Home.make(tmp_path)
    service = recorded(home)
    assert verify_log(service)[1] == []
    with closing(sqlite3.connect(file_of(home))) as connection:
        connection.execute("drop trigger events_no_update")
        connection.execute("drop trigger events_no_delete")
        changed = "replace(cast(envelope as text), '\"rs\"', '\"ba\"')"
        at = " where event_id = (select event_id from log where position = ?)"
        for position, value in enumerate((f"cast({changed} as blob)", changed, "x'ff00'")):
            connection.execute("update events set envelope = " + value + at, (position,))  # noqa: S608
        connection.execute("delete from events" + at, (3,))  # noqa: S608
        connection.commit()
    assert verify_log(service)[1] == [
        "position 0: the bytes do not fit their hash",
        "position 1: these are no bytes",
        "position 2: the bytes do not fit their hash",
        "position 2: the bytes are no envelope",
        "position 3: the event is gone",
        "3 events stand beside 4 positions",
        "the guard events_no_update is gone: rows of events could be changed",
        "the guard events_no_delete is gone: rows of events could be changed",
    ]
    home.close()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", [*POSTGRESQL_CHANGES, *ONLY_THE_OWNER_MAY])
def test_postgresql_refuses_the_role_of_the_service(
    postgresql_home: Home, change: str, table: str
) -> None:
    service = postgresql_home.open(HARBOURS)
    with service.database.reading() as connection:
        before = snapshot(connection)
    assert all(before.values())
    statement = (POSTGRESQL_CHANGES | ONLY_THE_OWNER_MAY)[change].format(**words(table))
    with (
        pytest.raises(DBAPIError) as refusal,
        service.database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert refusal.value.orig.sqlstate == "42501", refusal.value  # type: ignore[union-attr]
    with service.database.reading() as connection:
        assert snapshot(connection) == before


@pytest.mark.parametrize("trick", ONLY_THE_SERVER_MAY)
def test_postgresql_lets_the_role_pass_no_guard(postgresql_home: Home, trick: str) -> None:
    service = postgresql_home.open(HARBOURS)
    statement = ONLY_THE_SERVER_MAY[trick].format(
        database=database_name(postgresql_home.settings, "grants"),
        owner=sa.make_url(postgresql_home.settings.database_url).username,
    )
    with service.database.reading() as connection:
        before = snapshot(connection)

    def try_it() -> None:
        with service.database.writing() as connection:
            connection.exec_driver_sql(statement)
            connection.exec_driver_sql("delete from events")

    with pytest.raises(DBAPIError) as refusal:
        try_it()
    assert refusal.value.orig.sqlstate == "42501", refusal.value  # type: ignore[union-attr]
    with service.database.reading() as connection:
        assert snapshot(connection) == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("change", ["update", "delete", "truncate", "upsert"])
def test_postgresql_refuses_even_the_owner(
    postgresql_home: Home, change: str, role: str, table: str
) -> None:
    """Also where the owner, a superuser, says that it only replays what happened elsewhere."""
    engine = postgresql_home.owner("grants")
    statement = POSTGRESQL_CHANGES[change].format(**words(table))
    with engine.connect() as connection:
        before = snapshot(connection)
        connection.exec_driver_sql(f"set session_replication_role = {role}")
        with pytest.raises(DBAPIError, match="is append-only"):
            connection.exec_driver_sql(statement)
        connection.rollback()
        assert snapshot(connection) == before


def test_a_service_cannot_enter_the_database_of_another(postgresql_home: Home) -> None:
    service = postgresql_home.open(HARBOURS)
    other = database_name(postgresql_home.settings, "trainings")
    engine = sa.create_engine(service.database.engine.url.set(database=other))
    with pytest.raises(DBAPIError, match="permission denied for database"), engine.connect():
        pass
    engine.dispose()


def test_migrating_again_changes_no_row_and_leaves_every_guard(postgresql_home: Home) -> None:
    service = postgresql_home.open(HARBOURS)
    with service.database.reading() as connection:
        before = snapshot(connection)
    migrate(postgresql_home.settings, (BOATS, HARBOURS))
    with service.database.reading() as connection:
        assert snapshot(connection) == before
        guards = connection.exec_driver_sql(
            "select tgrelid::regclass::text, tgname from pg_trigger "
            "where tgenabled = 'A' and not tgisinternal order by 1, 2"
        ).all()
    assert [tuple(row) for row in guards] == [
        (table, f"{table}_no_{what}") for table in sorted(TABLES) for what in ("change", "truncate")
    ]
