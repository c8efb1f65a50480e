"""A log of applications as a programme has them, many at once, and their list made again from it.

    with applications(folder, database_url, events=200_000) as home:
        rebuilt(home), fetched(home)   ->  events a second of both

An application is drafted, revised, submitted, sometimes sent back, examined, ranked and decided,
with sealed fields. The log is written in bulk, with the store's own bytes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from services.grants import app
from services.grants.applications import application_events as a
from services.grants.applications.eligibility import Check
from services.grants.applications.views import APPLICATION_LIST
from shared.database import database_name, server_url
from shared.events.append import Append, Context, StreamWrite
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.events.rebuilding import rebuild
from shared.log.leaf import leaf_hash
from shared.migrations.migrating import migrate
from shared.money import Money
from shared.privacy.keyring import KeyName
from shared.service import Service
from shared.settings import Settings

AT_ONCE: Final = 500
"""Applications that are in progress at the same time."""
FETCH: Final = 2_000
_EVENTS: Final = "events (event_id, stream, version, type, envelope)"
_LOG: Final = "log (position, event_id, leaf_hash)"
_BEGAN: Final = datetime(2026, 3, 1, 8, tzinfo=UTC)
_RULES: Final = ("late", "not_adult", "not_resident", "no_certificate", "over_ceiling")
_CHECKS: Final = tuple(Check(rule=rule, rule_version=1, passed=True) for rule in _RULES)


@dataclass(frozen=True)
class Home:
    """A service of grants with a log of applications."""

    service: Service
    events: int


@contextmanager
def applications(folder: Path, database_url: str, *, events: int) -> Iterator[Home]:
    """An installation with so many events of applications, or a few more; gone at the end."""
    name = f"bench{uuid.uuid4().hex[:10]}"
    home = prepare(folder, database_url, events=events, installation=name)
    try:
        yield home
    finally:
        home.service.close()
        _drop(home.service.settings)


def opened(settings: Settings) -> Service:
    """The service of an installation that was prepared before."""
    return Service.open(app.definition(), settings)


def prepare(folder: Path, database_url: str, *, events: int, installation: str) -> Home:
    """An installation with so many events of applications, or a few more."""
    settings = Settings(home=folder, database_url=database_url, installation=installation)
    definition = app.definition()
    migrate(settings, (definition,))
    service = Service.open(definition, settings)
    written = 0
    while written < events:
        written += _write(service, written, _applications(service, written))
    with service.database.writing() as connection:
        if not service.database.is_sqlite:
            connection.exec_driver_sql("analyze events, log")
    return Home(service, written)


def rebuilt(home: Home) -> float:
    """Events a second while the application list is made again."""
    began = time.perf_counter()
    rebuild(home.service, progress=lambda _done, _total: None, names=[APPLICATION_LIST.name])
    return home.events / (time.perf_counter() - began)


def fetched(home: Home) -> float:
    """Events a second that a bare cursor of the server's fetches in the order of the log."""
    began, count = time.perf_counter(), 0
    with home.service.database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor("bare") as cursor:
            cursor.itersize = FETCH
            cursor.execute(
                "select l.position, e.envelope from log l join events e on e.event_id = l.event_id"
                " where e.type like 'org.zanat.grants.application.%' order by l.position"
            )
            for _row in cursor:
                count += 1
    assert count == home.events
    return count / (time.perf_counter() - began)


def _applications(service: Service, start: int) -> list[Recorded]:
    """The events of some applications, each one's in order, step by step for all of them."""
    numbers = range(start, start + AT_ONCE)
    ids = {number: service.store.identifiers.new() for number in numbers}
    owners = {number: service.store.identifiers.new() for number in numbers}
    service.keyring.ensure(
        KeyName(owner, kind) for owner in owners.values() for kind in ("identity", "financial")
    )
    lives = {n: list(_life(n, ids[n], owners[n])) for n in numbers}
    steps = max(len(life) for life in lives.values())
    found: list[Recorded] = []
    for step in range(steps):
        found += service.store.prepare(
            Append(
                context=Context(
                    actor=f"staff-{step}",
                    programme="RS-2026",
                    correlation=service.store.identifiers.new(),
                    causation=service.store.identifiers.new(),
                ),
                now=_BEGAN + timedelta(hours=start + step),
                writes=tuple(
                    StreamWrite(f"application/{ids[number]}", step, (life[step],))
                    for number, life in lives.items()
                    if step < len(life)
                ),
            )
        )
    return found


def _life(number: int, application: str, owner: str) -> Iterator[Event]:
    """What happens to one application; every fourth is sent back once, every tenth is refused."""
    call = f"0199c0de-0000-7000-8000-{number // 4000:012d}"
    told: dict[str, Any] = {
        "application_id": application,
        "call_id": call,
        "registration_id": owner,
    }
    of_person: dict[str, Any] = told | {"person_id": owner}
    named: dict[str, Any] = of_person | {"application_no": f"RS-2026-{number:06d}"}
    asked = Money(150_000_00 + number, "RSD")
    says: dict[str, Any] = {
        "kind": "start",
        "business": f"Пекара и посластичарница број {number}",
        "requested": asked,
        "own_contribution": Money(10_000_00, "RSD"),
    }
    handed_in: dict[str, Any] = {"kind": "start", "requested": asked, "channel": "self_service"}
    account = f"1600000000{number:08d}"
    yield a.Drafted(**named, **says, account=None, channel="self_service", assisted_by=None)
    own: dict[str, Any] = {"application_id": application, "registration_id": owner}
    yield a.Revised(**own, **says, account=account)
    moment = _BEGAN + timedelta(hours=number)
    yield a.Submitted(**named, **handed_in, version=1, submitted_at=moment)
    version = 1
    if number % 4 == 0:
        yield a.ChangesRequested(**told, note="Недостаје рачун за опрему.")
        yield a.Revised(**own, **says, account=account)
        version = 2
        yield a.Submitted(**named, **handed_in, version=2, submitted_at=moment)
    if number % 10 == 0:
        yield a.FoundIneligible(**of_person, version=version, reason="over_ceiling", checks=_CHECKS)
        return
    yield a.FoundEligible(**of_person, version=version, checks=_CHECKS)
    ranked: dict[str, Any] = {
        "meeting_id": call,
        "version": version,
        "score_hundredths": 8840,
        "rank": number,
    }
    yield a.Ranked(application_id=application, call_id=call, **ranked)
    decided: dict[str, Any] = named | ranked | {"amount": asked, "decided_on": date(2026, 6, 1)}
    if number % 3:
        yield a.Waitlisted(**decided)
    if number % 3 == 1:
        yield a.Rejected(**decided)
    else:
        yield a.Approved(**decided, kind="start", promoted=bool(number % 3))


def _drop(settings: Settings) -> None:
    if not settings.database_url:
        return
    engine = sa.create_engine(
        server_url(settings), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        for name in ("grants", "keyring"):
            database = database_name(settings, name)
            connection.exec_driver_sql(f"drop database if exists {database} with (force)")
        connection.exec_driver_sql(f"drop role if exists {database_name(settings, 'grants')}")


def _write(service: Service, position: int, found: list[Recorded]) -> int:
    """Into the log as it stands, without pending rows; returns how many."""
    rows = [(r.envelope.id, r.stream, r.version, r.envelope.type, r.raw) for r in found]
    leaves = [(position + n, r.envelope.id, leaf_hash(r.raw)) for n, r in enumerate(found)]
    with service.database.writing() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if service.database.is_sqlite:
            driver.executemany(f"insert into {_EVENTS} values (?, ?, ?, ?, ?)", rows)  # noqa: S608
            driver.executemany(f"insert into {_LOG} values (?, ?, ?)", leaves)  # noqa: S608
            return len(rows)
        with driver.cursor() as cursor:
            for table, part in ((_EVENTS, rows), (_LOG, leaves)):
                with cursor.copy(f"copy {table} from stdin") as copy:
                    for row in part:
                        copy.write_row(row)
    return len(rows)
