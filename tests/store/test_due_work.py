"""Due work is done once it is due, again after a failure, and never by two at a time."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from shared.clock import FixedClock, SystemClock
from shared.due.worker import (
    ATTEMPTS_MAX,
    LEASE,
    DueWorker,
    finish,
    lease_next,
    pause_after,
    retry_due,
    run_due_once,
    waiting,
)
from shared.events.append import Append, Context, DueWork
from shared.events.tables import DUE
from shared.migrations.migrating import migrate
from shared.service import Definition, Service
from shared.settings import Settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTEXT = Context(actor="system/grants", programme="RS-2011", correlation="c", causation="c")


class Handler:
    """Remembers what it was given; raises as long as it is told to."""

    def __init__(self) -> None:
        self.done: list[bytes] = []
        self.failing = False

    def __call__(self, service: Service, payload: bytes) -> None:
        if self.failing:
            raise ConnectionRefusedError("mira@example.org cannot be reached")
        self.done.append(payload)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request, tmp_path: Path, handler: Handler):
    settings = Settings(home=tmp_path)
    if request.param == "postgresql":
        url = request.getfixturevalue("database_url")
        settings = replace(settings, database_url=url, installation=f"due{uuid4().hex[:8]}")
    definition = Definition(name="grants", due={"grants.award.lapse": handler})
    migrate(settings, [definition])
    opened = Service.open(definition, settings, clock=FixedClock(NOON))
    yield opened
    opened.close()
    if request.param == "postgresql":
        _drop(settings)


def _drop(settings: Settings) -> None:
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    from shared.database import database_name, server_url

    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for name in ("grants", "keyring"):
            found = database_name(settings, name)
            connection.execute(text(f"drop database if exists {found} with (force)"))
        connection.execute(text(f"drop role if exists {database_name(settings, 'grants')}"))


def schedule(service: Service, due_id: str, at: datetime, *, kind: str = "grants.award.lapse"):
    work = DueWork(due_id, kind, at, due_id.encode())
    service.store.commit(Append(context=CONTEXT, now=NOON, writes=(), due=(work,)))


def row(service: Service, due_id: str):
    with service.database.reading() as connection:
        return connection.execute(select(DUE).where(DUE.c.due_id == due_id)).one()


def test_work_is_done_when_it_is_due_and_not_before(service, handler):
    schedule(service, "one", NOON + timedelta(hours=1))
    assert run_due_once(service, NOON) == 0
    assert run_due_once(service, NOON + timedelta(hours=1)) == 1
    assert run_due_once(service, NOON + timedelta(days=1)) == 0
    assert handler.done == [b"one"]


def test_work_scheduled_twice_is_one_piece(service, handler):
    schedule(service, "one", NOON)
    schedule(service, "one", NOON)
    assert run_due_once(service, NOON) == 1
    assert handler.done == [b"one"]


def test_what_fell_due_while_nobody_worked_is_caught_up_with_the_oldest_first(service, handler):
    for day in (3, 1, 2):
        schedule(service, f"day-{day}", NOON - timedelta(days=10 - day))
    assert run_due_once(service, NOON) == 3
    assert handler.done == [b"day-1", b"day-2", b"day-3"]


def test_a_kind_that_nobody_here_does_waits(service, handler):
    schedule(service, "other", NOON, kind="grants.award.unknown")
    assert run_due_once(service, NOON) == 0
    assert row(service, "other").done_at is None


def test_a_failure_is_tried_again_after_a_pause_and_keeps_no_personal_data(service, handler):
    handler.failing = True
    schedule(service, "one", NOON)
    assert run_due_once(service, NOON) == 1
    assert row(service, "one").error == "ConnectionRefusedError"
    assert run_due_once(service, NOON) == 0
    handler.failing = False
    assert run_due_once(service, NOON + pause_after(1)) == 1
    found = row(service, "one")
    assert handler.done == [b"one"] and found.done_at is not None and found.error is None


def test_attempts_are_bounded_until_an_operator_asks_again(service, handler):
    handler.failing = True
    schedule(service, "one", NOON)
    now = NOON
    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert run_due_once(service, now) == 1
        now += pause_after(attempt)
    assert run_due_once(service, now + timedelta(days=30)) == 0
    with service.database.reading() as connection:
        assert waiting(connection) == (1, 1)
    handler.failing = False
    assert retry_due(service, "one")
    assert run_due_once(service, now) == 1
    assert not retry_due(service, "one")


def test_leased_work_is_nobody_elses_until_the_lease_runs_out(service):
    schedule(service, "one", NOON)
    first = lease_next(service, NOON)
    assert first is not None and lease_next(service, NOON) is None
    second = lease_next(service, NOON + LEASE)
    assert second is not None and second.fence == first.fence + 1
    # Whoever lost the lease may come late, but says nothing about the piece any more.
    assert not finish(service, first, NOON + LEASE)
    assert row(service, "one").done_at is None
    assert finish(service, second, NOON + LEASE)


def test_several_workers_do_each_piece_once(service, handler):
    for number in range(24):
        schedule(service, f"{number:02}", NOON)
    threads = [threading.Thread(target=run_due_once, args=(service, NOON)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(handler.done) == [f"{number:02}".encode() for number in range(24)]


def test_the_worker_wakes_when_work_is_committed_and_stops(tmp_path: Path, handler):
    definition = Definition(name="grants", due={"grants.award.lapse": handler})
    settings = Settings(home=tmp_path)
    migrate(settings, [definition])
    service = Service.open(definition, settings, clock=SystemClock())
    worker = DueWorker(service)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        schedule(service, "now", datetime.now(UTC))
        deadline = time.monotonic() + 10
        while not handler.done and time.monotonic() < deadline:
            time.sleep(0.01)
        assert handler.done == [b"now"]
    finally:
        worker.stop()
        thread.join(10)
        service.close()
    assert not thread.is_alive()
