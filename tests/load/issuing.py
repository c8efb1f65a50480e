"""Thousands of certificates at once: every number is given once, and none is left out.

    python -m tests.load.issuing --count 10000                  # 16 threads of one process, SQLite
    python -m tests.load.issuing --count 10000 --postgresql     # four processes, PostgreSQL

Cohorts are made ready first; then everybody issues in the same series of numbers, a few
certificates a command, each in cohorts of their own and some of them in everybody's. At the end the
numbers are counted in the read model, in the numbering's stream and in the certificates' own
streams: all three say 1 to the last. ``--documents`` makes and keeps the documents as well.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from shared.service import Service
    from shared.settings import Settings

PROGRAMME: Final = "RS-2011"
TRAINER: Final = "trainer-1"
MORNING: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
COHORT_SIZE: Final = 25
AT_ONCE: Final = 5
THREADS: Final = 16
PROCESSES: Final = 4
TRIES_MAX: Final = 200
SHARED_COHORTS: Final = 2
"""So many cohorts everybody issues in: who is second finds the certificates there."""


@dataclass(frozen=True)
class Ready:
    """A cohort whose participants all qualify."""

    cohort_id: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands in the end, and how long it took."""

    in_table: list[str]
    in_numbering: list[str]
    in_streams: list[str]
    people: int
    seconds: float

    def faults(self) -> list[str]:
        """What is wrong; nothing when each number from 1 on was given once."""
        expected = [f"RS-2026-{n:06d}" for n in range(1, self.people + 1)]
        counted = {
            "the read model": sorted(self.in_table),
            "the numbering, in its order": self.in_numbering,
            "the certificates' streams": sorted(self.in_streams),
        }
        return [
            f"{where}: {len(numbers)} numbers, {len(set(numbers))} different, first "
            f"{numbers[:1]}, last {numbers[-1:]}"
            for where, numbers in counted.items()
            if numbers != expected
        ]


def opened(settings: Settings) -> Service:
    """Trainings at work, on the day of the last session."""
    from services.trainings.app import definition
    from shared.clock import FixedClock
    from shared.service import Service

    return Service.open(definition(), settings, clock=FixedClock(MORNING))


@contextmanager
def installed(home: Path, database_url: str = "") -> Iterator[Settings]:
    """An installation of trainings alone; its databases go at the end."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    from services.trainings.app import definition
    from shared.migrations.migrating import migrate
    from shared.settings import Settings

    settings = Settings(
        home=home,
        public_url="http://localhost:8000",
        database_url=database_url,
        installation=f"l{uuid.uuid4().hex[:10]}",
    )
    migrate(settings, [definition()])
    try:
        yield settings
    finally:
        if database_url:
            with psycopg.connect(database_url, autocommit=True) as connection:
                for name in ("trainings", "keyring"):
                    database = Identifier(f"{settings.installation}_{name}")
                    drop = SQL("drop database if exists {} with (force)").format(database)
                    connection.execute(drop)
                role = Identifier(f"{settings.installation}_trainings")
                connection.execute(SQL("drop role if exists {}").format(role))


def prepare(service: Service, count: int, *, threads: int = 4) -> list[Ready]:
    """Cohorts of COHORT_SIZE people, ``count`` of them in all, who attended and passed."""
    from services.trainings.courses import handling as courses
    from services.trainings.courses.handling import NewContent

    content = NewContent(title="Starting a business", kind="business", hours=6, modules=("Plan",))
    course_id = _act(service, lambda work: courses.create(work, by=TRAINER, content=content))
    sizes = [min(COHORT_SIZE, count - first) for first in range(0, count, COHORT_SIZE)]
    made: list[Ready] = []
    waiting = list(enumerate(sizes))
    lock = threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                number, size = waiting.pop()
            ready = _ready(service, course_id, number, size)
            with lock:
                made.append(ready)

    _in_threads([run] * threads)
    return made


def _ready(service: Service, course_id: str, number: int, size: int) -> Ready:
    from services.trainings.cohorts import handling as cohorts
    from services.trainings.cohorts.cohort_commands import Mark, Score
    from services.trainings.cohorts.handling import NewCohort
    from services.trainings.people import handling as people
    from services.trainings.people.handling import NewPerson

    references = [f"P-{number:05d}-{n:02d}" for n in range(size)]

    def register(work: Any) -> list[str]:
        return [
            people.register(
                work,
                by="officer-1",
                person=NewPerson(
                    full_name=f"Mira Primer {one}",
                    birth_date="1990-01-01",
                    sex="F",
                    country="RS",
                    municipality="Kragujevac",
                    jmbg=None,
                    phone=None,
                    declared_roma="declined",
                    consented=False,
                    reference=one,
                ),
            )
            for one in references
        ]

    registered = _act(service, register)
    new = NewCohort(
        reference=f"RS-{number:05d}",
        course_id=course_id,
        country="RS",
        place="Kragujevac",
        trainers=(TRAINER,),
    )

    def plan(work: Any) -> str:
        for one in registered:
            people.confirm(work, by="officer-2", registration_id=one, means="identity_card")
        return str(cohorts.plan(work, by=TRAINER, cohort=new))

    cohort_id = _act(service, plan)

    def run(work: Any) -> None:
        day = date(2026, 3, 2)
        cohorts.schedule(work, by=TRAINER, cohort_id=cohort_id, session=None, on=day, minutes=360)
        for one in references:
            cohorts.enrol(work, by=TRAINER, cohort_id=cohort_id, reference=one)
        marks = tuple(Mark(registration_id=one, attended_minutes=360) for one in registered)
        cohorts.attendance(work, by=TRAINER, cohort_id=cohort_id, session=1, marks=marks)
        scores = tuple(Score(registration_id=one, pre_test=30, post_test=80) for one in registered)
        cohorts.tests(work, by=TRAINER, cohort_id=cohort_id, scores=scores)

    _act(service, run)
    return Ready(cohort_id, tuple(registered))


def issue_all(service: Service, ready: Sequence[Ready], *, at_once: int = AT_ONCE) -> None:
    """Issue to everybody in these cohorts, a few a command, again when others were faster."""
    from services.trainings.certificates import handling

    for cohort in ready:
        for first in range(0, len(cohort.people), at_once):
            chosen = cohort.people[first : first + at_once]

            def handler(work: Any, cohort: Ready = cohort, chosen: Any = chosen) -> list[str]:
                return handling.issue(
                    work,
                    by=TRAINER,
                    trainer="Ana Trenerica",
                    issuer="Udruženje Primer",
                    cohort_id=cohort.cohort_id,
                    registrations=chosen,
                )

            _act(service, handler)


def _act(service: Service, handler: Any) -> Any:
    from shared.errors import Conflict
    from shared.events.append import Context

    context = Context(actor=TRAINER, programme=PROGRAMME, correlation="c", causation="c")
    for _ in range(TRIES_MAX):
        try:
            return service.transact(context, handler)
        except Conflict:
            continue
    raise RuntimeError("others were faster two hundred times")


def shares(ready: Sequence[Ready], parts: int) -> list[list[Ready]]:
    """Whose cohorts are whose: each in one share, and the first few in every one."""
    common, own = list(ready[:SHARED_COHORTS]), ready[SHARED_COHORTS:]
    return [[*common, *own[part::parts]] for part in range(parts)]


def by_threads(service: Service, ready: Sequence[Ready], threads: int = THREADS) -> float:
    """Issue by threads of this process; how many seconds it took."""
    started = time.perf_counter()
    runs = [lambda part=part: issue_all(service, part) for part in shares(ready, threads)]
    _in_threads(runs)
    return time.perf_counter() - started


def by_processes(settings: Settings, ready: Sequence[Ready], processes: int = PROCESSES) -> float:
    """Issue by processes of their own; how many seconds the slowest took, from the start of all."""
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(processes + 1)
    running = [
        spawning.Process(target=_process, args=(settings, part, barrier))
        for part in shares(ready, processes)
    ]
    for one in running:
        one.start()
    barrier.wait(120)
    started = time.perf_counter()
    for one in running:
        one.join()
    seconds = time.perf_counter() - started
    if any(one.exitcode != 0 for one in running):
        raise RuntimeError("a process that issued ended badly")
    return seconds


def _process(settings: Settings, ready: list[Ready], barrier: Any) -> None:
    service = opened(settings)
    try:
        barrier.wait(120)
        issue_all(service, ready)
    finally:
        service.close()


def _in_threads(runs: Sequence[Any]) -> None:
    failed: list[BaseException] = []

    def guarded(run: Any) -> None:
        try:
            run()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def found(service: Service, ready: Sequence[Ready], seconds: float) -> Found:
    """What numbers stand in the read model, in the numbering and in the certificates' streams."""
    from services.trainings.certificates.certificate_events import Issued
    from services.trainings.certificates.numbering import NUMBERING, NumberTaken, numbering_id
    from services.trainings.tables import CERTIFICATES

    stream = NUMBERING.stream(numbering_id(programme=PROGRAMME, country="RS", year=2026))
    with service.database.reading() as connection:
        in_table = list(connection.execute(CERTIFICATES.select()).scalars(CERTIFICATES.c.number))
        taken, _ = service.store.stream(connection, stream)
        issued = [
            event.number
            for one in connection.execute(CERTIFICATES.select()).scalars(
                CERTIFICATES.c.certificate_id
            )
            for event in service.store.stream(connection, f"certificate/{one}")[0]
            if isinstance(event, Issued)
        ]
    return Found(
        in_table=in_table,
        in_numbering=[event.number for event in taken if isinstance(event, NumberTaken)],
        in_streams=issued,
        people=sum(len(one.people) for one in ready),
        seconds=seconds,
    )


def documents_of(service: Service) -> float:
    """Make and keep every document that is due; how many seconds it took."""
    from shared.due.worker import run_due_once

    started = time.perf_counter()
    while run_due_once(service, service.clock.now() + timedelta(seconds=1)):
        pass
    return time.perf_counter() - started


@click.command()
@click.option("--count", default=10_000, show_default=True, help="How many certificates.")
@click.option("--postgresql", is_flag=True, help="Four processes on PostgreSQL.")
@click.option("--documents", is_flag=True, help="Make the documents as well.")
def main(count: int, postgresql: bool, documents: bool) -> None:
    """Issue many certificates at once and count the numbers."""
    from tests import servers
    from tests.load.databases import folder

    with ExitStack() as stack:
        home = stack.enter_context(folder("issuing"))
        address = servers.ensure("postgresql").url if postgresql else ""
        settings = stack.enter_context(installed(home, address))
        service = opened(settings)
        stack.callback(service.close)
        started = time.perf_counter()
        ready = prepare(service, count)
        click.echo(f"{count} people in {len(ready)} cohorts: {time.perf_counter() - started:.1f} s")
        seconds = by_processes(settings, ready) if postgresql else by_threads(service, ready)
        told = found(service, ready, seconds)
        who = f"{PROCESSES} processes, PostgreSQL" if postgresql else f"{THREADS} threads, SQLite"
        click.echo(f"issued by {who}: {seconds:.1f} s, {count / seconds:.0f} a second")
        if documents:
            took = documents_of(service)
            click.echo(f"documents made and kept: {took:.1f} s, {count / took:.0f} a second")
        faults = told.faults()
        click.echo("\n".join(faults) or f"no gap, no double: RS-2026-000001 to {count:06d}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
