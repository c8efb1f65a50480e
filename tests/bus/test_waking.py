"""Who waits is woken: within a process, and by the server from another process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from shared.database import Database
from shared.log import sequencer as sequencing
from shared.log.sequencer import Sequencer
from shared.log.waking import Bell, Notifier, listening
from shared.service import Service
from tests.store.domain import BOATS, Home, launch, until

LONG = 20.0
"""A poll that none of these tests waits for."""


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[Home]:
    found = Home.make(tmp_path, database_url=database_url)
    yield found
    found.close()


def is_head(service: Service, position: int) -> bool:
    with service.database.reading() as connection:
        return service.store.head(connection) == position


def test_a_bell_that_rang_before_one_waits_is_heard() -> None:
    bell = Bell()
    with bell.open():
        bell.set()
        began = time.monotonic()
        bell.wait(LONG)
        bell.clear()
        threading.Timer(0.05, bell.set).start()
        bell.wait(LONG)
        bell.wait(LONG)
    assert time.monotonic() - began < LONG / 2
    bell.set()


def test_what_was_told_while_a_statement_ran_is_heard(home: Home) -> None:
    """The driver has read it with the statement's answer: the socket alone would not show it."""
    service = home.open(BOATS)
    bell = Bell()
    url = service.database.engine.url.set(drivername="postgresql")
    with psycopg.connect(
        url.render_as_string(hide_password=False), autocommit=True
    ) as connection, listening(connection, bell):  # fmt: skip
        for turn in range(5):
            bell.clear()
            with service.database.engine.connect() as other:
                other = other.execution_options(isolation_level="AUTOCOMMIT")
                other.exec_driver_sql("notify zanat_pending")
            if turn % 2:
                connection.execute("select pg_sleep(0.05)")
            began = time.monotonic()
            bell.wait(LONG)
            assert time.monotonic() - began < LONG / 2


@pytest.mark.parametrize("own", [True, False], ids=["same process", "another process"])
def test_the_sequencer_is_woken_by_a_commit(
    home: Home, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    """By the listeners of a store, or by the server: two services opened apart share nothing."""
    monkeypatch.setattr(sequencing, "_POLL_SECONDS", LONG)
    working, writing = home.open(BOATS), home.open(BOATS)
    sequencer = Sequencer(working.database, working.store.notify)
    if own:
        working.store.listeners.append(sequencer.wake.set)
        writing.notifier.needless = lambda: True
        writing.store.listeners.append(sequencer.wake.set)
    home.sequencers.append(sequencer)
    home.start(sequencer.run)
    until(sequencer.leads)
    for n in range(10):
        time.sleep(0.03)
        launch(writing, f"woken-{own}-{n}")
        until(partial(is_head, working, n), seconds=LONG / 4)


def test_many_commits_are_told_by_few_notifications(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = home.open(BOATS)
    told: list[float] = []
    monkeypatch.setattr("shared.log.waking.GAP_SECONDS", 0.2)

    class Counting(Database):
        @property
        def engine(self):
            told.append(time.monotonic())
            return service.database.engine

        @engine.setter
        def engine(self, _engine: object) -> None: ...

    notifier = Notifier(Counting(service.database.engine))
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        notifier.wake()
    notifier.close()
    assert 1 <= len(told) <= 4


def test_a_sequencer_that_stands_by_keeps_its_connection(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.log.sequencer._STANDBY_SECONDS", 0.02)
    first = home.sequence(home.open(BOATS))
    assert first is not None
    until(first.leads)
    boats = home.open(BOATS)
    made: list[float] = []
    tries: list[str] = []
    sa.event.listen(boats.database.engine, "connect", lambda *_: made.append(time.monotonic()))
    sa.event.listen(
        boats.database.engine, "before_cursor_execute", lambda *found: tries.append(found[2])
    )
    second = home.sequence(boats)
    assert second is not None
    until(lambda: len(tries) > 4)
    assert len(made) == 1 and not second.leads()
    first.stop()
    until(second.leads)
