"""Rows that a rebuild keeps in memory end as those that were written one by one."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from shared.events import held
from shared.events.aside import ASIDE, tables_aside
from shared.events.comparing import compare
from shared.events.held import Holding
from shared.events.projection import Projecting
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text
from shared.service import Service
from tests.store.domain import BERTHS, HARBOUR, HARBOURS, Home, rows

TABLES = (HARBOUR, BERTHS)
Act = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A writer's name, what it is called with; "ask" reads through the connection."""


@pytest.fixture
def harbours(home: Home) -> Service:
    service = home.open(HARBOURS)
    with service.database.writing() as connection:
        for table in TABLES:
            connection.execute(table.delete())
    return service


def acts(service: Service, seed: int, count: int) -> list[Act]:
    """What may befall rows, at random, of a few keys so that much befalls each."""
    chance = random.Random(seed)
    captain = seal_text(service.keyring, KeyName("r-1", "identity"), "Ana")
    kinds = ("put", "put", "part", "change", "add", "add", "remove", "row", "ask")
    there: set[str] = set()
    found: list[Act] = []
    for number in range(count):
        key = {"id": f"b{chance.randrange(12)}"}
        row = {"trips": number, "history": f"{number}", "captain": captain if number % 3 else None}
        kind = chance.choice(kinds)
        if kind == "put" and key["id"] not in there and number % 2:
            found.append(("make", (HARBOUR, {**key, **row}), {}))
        elif kind == "put":
            found.append(("put", (HARBOUR, key), row))
        elif kind == "part" and key["id"] in there:
            found.append(("put", (HARBOUR, key), {"history": f"part {number}"}))
        elif kind == "change":
            found.append(("change", (HARBOUR, key), {"trips": number}))
        elif kind == "add":
            found.append(("put", (BERTHS, key), {"taken": 1}))
            found.append(("add", (BERTHS, key, {"taken": number}), {}))
        elif kind in ("remove", "row"):
            found.append((kind, (HARBOUR, key), {}))
        elif number % 5 == 0:
            found.append(("remove", (BERTHS, {"taken": 1}), {}))
            found.append(("ask", (), {}))
        there |= {key["id"]} if kind == "put" else set()
        there -= {key["id"]} if kind == "remove" else set()
    return found


def befall(at: Projecting, all_acts: list[Act]) -> list[Any]:
    seen: list[Any] = []
    for name, what, values in all_acts:
        if name == "ask":
            seen.append(at.connection.execute(sa.select(BERTHS).order_by(BERTHS.c.id)).all())
        else:
            seen.append(getattr(at, name)(*what, **values))
    return seen


@pytest.mark.parametrize("held_max", [16, 64, 500_000])
@pytest.mark.parametrize("seed", range(6))
def test_the_same_acts_make_the_same_rows(
    harbours: Service, monkeypatch: pytest.MonkeyPatch, held_max: int, seed: int
) -> None:
    monkeypatch.setattr(held, "HELD_MAX", held_max)
    done = acts(harbours, seed, 200)
    with harbours.database.writing() as connection:
        seen = befall(Projecting(connection, harbours.keyring), done)
    live = "main" if harbours.database.is_sqlite else "public"
    with tables_aside(harbours, TABLES) as connection:
        with connection.begin():
            at = Holding(connection, harbours.keyring, TABLES, schema=ASIDE)
            assert befall(at, done) == seen
            at.flush()
        for table in TABLES:
            assert compare(connection, table, live, ASIDE) == []
    assert {row[1] for row in rows(harbours, HARBOUR)} <= {None, "Ana"}


@pytest.mark.parametrize("count", [3, 200])
def test_what_befalls_written_rows_reaches_them(
    harbours: Service, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(held, "HELD_MAX", 40 * count)
    names = [f"b{number}" for number in range(count)]
    with tables_aside(harbours, TABLES) as connection, connection.begin():
        at = Holding(connection, harbours.keyring, TABLES, schema=ASIDE)
        at.make(HARBOUR, *({"id": n, "trips": 0, "history": "", "captain": None} for n in names))
        at.flush()
        for number, name in enumerate(names):
            at.change(HARBOUR, {"id": name}, trips=number)
            at.put(HARBOUR, {"id": name}, history="later")
            at.put(HARBOUR, {"id": f"new-{name}"}, trips=1, history="new", captain=None)
            at.change(HARBOUR, {"id": f"nobody-{name}"}, trips=9)
        found = at.connection.execute(sa.select(HARBOUR).order_by(HARBOUR.c.trips)).all()
    assert len(found) == 2 * count
    assert {row.history for row in found} == {"later", "new"}
    assert sorted(row.trips for row in found if row.history == "later") == list(range(count))


def test_a_row_is_made_once(harbours: Service) -> None:
    with tables_aside(harbours, TABLES) as connection, connection.begin():
        at = Holding(connection, harbours.keyring, TABLES, schema=ASIDE)
        at.make(BERTHS, {"id": "one", "taken": 1})
        with pytest.raises(ValueError, match="made twice"):
            at.make(BERTHS, {"id": "one", "taken": 2})
        at.flush()
        at.make(BERTHS, {"id": "one", "taken": 2})
        with pytest.raises((IntegrityError, UniqueViolation)), connection.begin_nested():
            at.flush()
