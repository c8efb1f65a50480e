"""Many rows of one statement in few steps: the same rows as one by one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from shared.events.rowtexts import in_steps

INSERT = "insert into boats (id, name) values (?, ?)"
UPSERT = f"{INSERT} on conflict (id) do update set name = excluded.name"


def written(text: str, rows: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], int]:
    """What stands in the table then, and in how many steps it came there."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table boats (id integer primary key, name text)")
        steps = list(in_steps(text, rows))
        for statement, parameters in steps:
            many = parameters and isinstance(parameters[0], tuple)
            (database.executemany if many else database.execute)(statement, parameters)
        return database.execute("select id, name from boats order by id").fetchall(), len(steps)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 64, 65, 600, 1_001])
def test_every_row_is_written_once(count: int) -> None:
    rows = [(number, f"boat {number}") for number in range(count)]
    found, steps = written(INSERT, rows)
    assert found == rows
    assert steps <= count // 64 + 14


def test_the_last_of_rows_with_one_key_stands() -> None:
    rows = [(number % 50, f"boat {number}") for number in range(600)]
    found, _ = written(UPSERT, rows)
    assert found == sorted(dict(rows).items())


def test_what_is_no_insert_is_one_statement_for_all() -> None:
    assert list(in_steps("delete from boats where id = ?", [(1,), (2,)])) == [
        ("delete from boats where id = ?", [(1,), (2,)])
    ]
