"""A database of one row's own on the test server, and a folder of its own on the same disk.

with database("bench_append") as url: ...      # postgresql://owner:…@127.0.0.1:…/bench_append
with folder("append") as path: ...
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from tests import servers

FOLDER: Final = Path(__file__).resolve().parents[2] / "var" / "load"


@contextmanager
def database(name: str) -> Iterator[str]:
    """The owner's address of an empty database, dropped at the end. Raises Unavailable."""
    server = servers.ensure("postgresql").url
    drop = SQL("drop database if exists {} with (force)").format(Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(SQL("create database {}").format(Identifier(name)))
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(drop)


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """An empty folder under var/load, removed at the end."""
    path = FOLDER / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
