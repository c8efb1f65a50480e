"""Databases of an installation on PostgreSQL as SQL text: made, put back under a new name, dropped.

    texts = {name: dump(settings, name) for name in NAMES}
    restore(settings, texts, name_then="upgrade")
    drop(settings)

The text has rows as ``insert``, so that putting it back needs no program of PostgreSQL's.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from shared.database import database_name, server_url
from shared.settings import SERVICES, Settings
from tests.server_processes import require_program

NAMES = (*SERVICES, "keyring")


def dump(settings: Settings, name: str) -> str:
    """One database without owners and rights, as ``pg_dump`` writes it."""
    program = require_program("pg_dump", "/usr/lib/postgresql/*/bin", package="postgresql")
    url = server_url(settings, database=database_name(settings, name)).set(drivername="postgresql")
    done = subprocess.run(
        [
            *(str(program), "--no-owner", "--no-privileges"),
            *("--inserts", "--rows-per-insert=100", "--dbname"),
            url.set(password=None).render_as_string(hide_password=False),
        ],
        env={**os.environ, "PGPASSWORD": str(url.password or "")},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def restore(settings: Settings, texts: Mapping[str, str], *, name_then: str) -> None:
    """Put databases back under the name of these settings; ``migrate`` then gives the rights."""
    with _server(settings) as connection:
        for service in SERVICES:
            connection.exec_driver_sql(f"create role {database_name(settings, service)}")
        for name in texts:
            connection.exec_driver_sql(
                f"create database {database_name(settings, name)} encoding 'UTF8'"
            )
    for name, text in texts.items():
        with _connected(settings, database_name(settings, name)) as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            # Without parameters psycopg sends all statements at once, and no sign is special.
            driver.execute(_renamed(text, name_then, settings.installation))


def _renamed(text: str, then: str, now: str) -> str:
    """Roles in policies under the new name, and no commands that are psql's own."""
    text = re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.MULTILINE)
    return re.sub(rf"^(CREATE POLICY .* TO ){then}_", rf"\g<1>{now}_", text, flags=re.MULTILINE)


def drop(settings: Settings) -> None:
    """Remove an installation's databases and roles, whether or not they are there."""
    with _server(settings) as connection:
        for name in NAMES:
            database = database_name(settings, name)
            connection.exec_driver_sql(f"drop database if exists {database} with (force)")
        for service in SERVICES:
            connection.exec_driver_sql(f"drop role if exists {database_name(settings, service)}")


@contextmanager
def _server(settings: Settings) -> Iterator[sa.Connection]:
    with _connected(settings, None) as connection:
        yield connection


@contextmanager
def _connected(settings: Settings, database: str | None) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        server_url(settings, database=database),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()
