"""Names, phones, national numbers and accounts stand in no file outside the tables of read models.

The whole register is loaded, then every byte that the installation keeps is searched, in UTF-8,
UTF-16 and other forms. That they stand in the read models shows that they were loaded.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.all_in_one import definitions
from shared.database import server_url
from shared.settings import SERVICES, Settings
from tests.installation.commands import REGISTER, Commands
from tests.privacy.searching import Secrets
from tests.server_processes import find_program

pytestmark = pytest.mark.slow

READ_MODELS = {
    definition.name: {t.name for m in definition.view_metadata() for t in m.sorted_tables}
    for definition in definitions()
}
CORE = {
    "events", "log", "inbox", "pending", "claims", "idempotency_records", "dead_letters", "due",
    "cursors", "projections",
}  # fmt: skip

TABLE = re.compile(rb"^COPY (\S+) \(.*\) FROM stdin;\n", re.MULTILINE)
BYTES = re.compile(rb"\\\\x([0-9a-f]+)")


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    return Secrets.of_register(REGISTER)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    installation = Commands(tmp_path_factory.mktemp("embedded") / "home")
    installation.run("load", str(REGISTER), "--programme", "demo")
    return installation


def dump(path: Path) -> dict[str, bytes]:
    """Every table of a SQLite file, opened for reading only: all values, one after another."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = connection.execute("select name from sqlite_schema where type = 'table'")
        return {
            table: b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in connection.execute(f'select * from "{table}"')  # noqa: S608
                for value in row
            )
            for (table,) in tables.fetchall()
        }


def databases(home: Path) -> list[Path]:
    return [home / "data" / f"{service}.sqlite3" for service in SERVICES]


def test_the_read_models_tell_it(embedded: Commands, secrets: Secrets) -> None:
    """So that what is looked for elsewhere is what was loaded."""
    told = dump(embedded.home / "data" / "trainings.sqlite3")["registrations"]
    assert secrets.told(told, "full_name", "phone")
    assert len(secrets.found_in(told)) > 1_000


def test_no_table_but_those_of_read_models_tells_anything(
    embedded: Commands, secrets: Secrets
) -> None:
    for path in databases(embedded.home):
        tables = dump(path)
        kept = tables.keys() - READ_MODELS[path.stem]
        assert kept >= CORE
        for table in sorted(kept):
            assert secrets.found_in(tables[table]) == set(), f"{path.name}: {table}"
    assert len(dump(embedded.home / "data" / "grants.sqlite3")["events"]) > 1_000_000


def test_no_byte_of_a_database_tells_anything_once_read_models_are_dropped(
    embedded: Commands, secrets: Secrets, tmp_path: Path
) -> None:
    """Indexes, free pages and the write-ahead log are searched with it."""
    for path in databases(embedded.home):
        before = path.stat().st_size
        for part in path.parent.glob(f"{path.name}*"):
            shutil.copy(part, tmp_path / part.name)
        copy = tmp_path / path.name
        drop(copy, sorted(READ_MODELS[path.stem]))
        stored = b"".join(p.read_bytes() for p in sorted(tmp_path.glob(f"{path.name}*")))
        assert 50_000 < len(stored) <= before
        assert secrets.found_in(stored) == set(), path.name


def drop(path: Path, tables: Sequence[str]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in tables:
            connection.execute(f"drop table {table}")
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")


def test_no_other_file_of_the_home_tells_anything(embedded: Commands, secrets: Secrets) -> None:
    """Keyring, master key, attachments, locks, and the names of all files and folders."""
    data = {part for path in databases(embedded.home) for part in path.parent.glob(f"{path.name}*")}
    files = [path for path in embedded.home.rglob("*") if path.is_file() and path not in data]
    assert embedded.home / "keys" / "keyring.sqlite3" in files
    assert embedded.home / "keys" / "master.key" in files
    for path in files:
        assert secrets.found_in(path.read_bytes()) == set(), path.name
    names = "\n".join(str(path.relative_to(embedded.home)) for path in embedded.home.rglob("*"))
    assert secrets.found_in(names.encode()) == set()


def test_a_trace_that_is_left_is_found(
    embedded: Commands, secrets: Secrets, tmp_path: Path
) -> None:
    """The search itself: one name in an event, one phone in UTF-16 in free bytes of a file."""
    path = tmp_path / "grants.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table claims (value text)")
        connection.execute("insert into claims values ('x, dragan bajric.')")
        connection.commit()
    assert "full_name of participants.csv row 2" in secrets.found_in(path.read_bytes())
    phone = "+381 64 096253".encode("utf-16-le")
    for place in range(9):
        found = secrets.found_in(bytes(place) + phone + b"end")
        assert "phone of participants.csv row 2" in found


def test_no_table_of_postgresql_but_those_of_read_models_tells_anything(
    tmp_path: Path, database_url: str, secrets: Secrets
) -> None:
    program = find_program("pg_dump", "/usr/lib/postgresql/*/bin")
    if program is None:
        pytest.skip("pg_dump is not installed")
    installation = Commands(tmp_path, database_url=database_url)
    installation.run("load", str(REGISTER), "--programme", "demo")
    settings = Settings(home=tmp_path, database_url=database_url, installation=installation.name)
    for service in (*SERVICES, "keyring"):
        tables = dict(dumped(program, settings, service))
        models = {f"public.{table}" for table in READ_MODELS.get(service, ())}
        assert models <= tables.keys()
        for table in sorted(tables.keys() - models):
            assert secrets.found_in(tables[table]) == set(), f"{service}: {table}"
        if service == "trainings":
            assert tables["public.events"].count(b'"specversion":"1.0"') > 1_000
            assert secrets.told(tables["public.registrations"], "full_name", "phone")
        assert service == "keyring" or {f"public.{table}" for table in CORE} <= tables.keys()
    remove(settings)


def dumped(program: Path, settings: Settings, service: str) -> Iterator[tuple[str, bytes]]:
    """Each table's rows as pg_dump tells them, and its columns of bytes as the bytes they are."""
    url = server_url(settings, database=f"{settings.installation}_{service}")
    done = subprocess.run(
        [
            str(program),
            "--data-only",
            "--dbname",
            url.set(drivername="postgresql").render_as_string(False),
        ],
        capture_output=True,
        check=True,
        timeout=120,
    )
    parts = TABLE.split(done.stdout)
    yield "what is around the tables", parts[0]
    for name, content in zip(parts[1::2], parts[2::2], strict=True):
        raw = [bytes.fromhex(one.decode()) for one in BYTES.findall(content)]
        yield name.decode(), b"\n".join([BYTES.sub(b"", content), *raw])


def remove(settings: Settings) -> None:
    """The databases and roles that the load made."""
    engine = sa.create_engine(
        server_url(settings), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        for service in (*SERVICES, "keyring"):
            name = f"{settings.installation}_{service}"
            connection.exec_driver_sql(f"drop database if exists {name} with (force)")
        for service in SERVICES:
            connection.exec_driver_sql(f"drop role if exists {settings.installation}_{service}")
