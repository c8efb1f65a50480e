"""Every row of a sheet looked through, nothing written: what is new, known, odd and wrong.

    found = judge(service, job, sheet.rows(), note=lambda rows: ...)
    found.judgement.new, found.errors, found.kept      # findings that the report has place for

The rows are decided by the same functions that enter them, on works that are thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Connection

from services.trainings.imports.cohort_known import Referred
from services.trainings.imports.cohort_rows import CohortEntering, Otherwise
from services.trainings.imports.job import Job, Judgement
from services.trainings.imports.outcome_rows import enter_outcome, outcome_id_of
from services.trainings.imports.people_rows import PeopleJudge
from services.trainings.imports.rows import Finding, OfCohort, OutcomeRow, PersonRow, Understood
from services.trainings.imports.understanding import understood
from shared.errors import Problem
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import Service
from shared.sheets.rows import Row

AT_ONCE: Final = 400
FINDINGS_MAX: Final = 20_000
ROWS_MAX: Final = {"cohorts": 5_000}
ROWS_MAX_DEFAULT: Final = 200_000
NOTED_EVERY: Final = 5_000

Note = Callable[[int], None]


@dataclass
class Looked:
    """What looking through gave. ``kept``: errors first; ``left``: findings beyond those kept."""

    rows: int = 0
    errors: int = 0
    warnings: int = 0
    left: int = 0
    kept: list[Finding] = field(default_factory=list)
    judgement: Judgement = field(default_factory=Judgement)

    def take(self, findings: Iterable[Finding]) -> None:
        """Count findings and keep as many as there is place for."""
        for one in findings:
            if one.error:
                self.errors += 1
            else:
                self.warnings += 1
            if len(self.kept) < FINDINGS_MAX or (one.error and self._makes_place()):
                self.kept.append(one)
            else:
                self.left += 1

    def _makes_place(self) -> bool:
        """An error goes before a warning, however late it comes."""
        for place in range(len(self.kept) - 1, -1, -1):
            if not self.kept[place].error:
                del self.kept[place]
                self.left += 1
                return True
        return False

    def drain(self) -> None:
        """Take over what a judge found until now."""
        self.take(self.judgement.findings)
        self.judgement.findings.clear()


def context_of(job: Job) -> Context:
    """Whose act it is; the import is what causes it."""
    return Context(
        actor=job.by,
        programme=job.programme,
        correlation=job.import_id,
        causation=job.import_id,
    )


def judge(service: Service, job: Job, rows: Iterator[Row], *, note: Note) -> Looked:
    """Look through all rows; ``note`` is told how many, now and then."""
    looked = Looked()
    good = _good(looked, job, rows, note)
    if job.plan.kind == "people":
        _people(service, job, good, looked)
    else:
        every = list(good)
        with service.database.reading() as connection:
            referred = Referred.found(connection, service.keyring, job, every)
        if job.plan.kind == "outcomes":
            _outcomes(service, job, every, referred, looked)
        else:
            _of_cohorts(service, job, every, referred, looked)
    looked.drain()
    looked.kept.sort(key=lambda one: (not one.error, one.row))
    return looked


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Rows about cohorts in the order in which they are entered: each cohort's together."""
    return sorted(rows, key=lambda row: row.order)


def chunks(rows: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """Rows in parts."""
    waiting = iter(rows)
    while part := list(islice(waiting, size)):
        yield part


def _good(looked: Looked, job: Job, rows: Iterator[Row], note: Note) -> Iterator[Understood]:
    most = ROWS_MAX.get(job.plan.kind, ROWS_MAX_DEFAULT)
    for said, findings in understood(rows, job.plan):
        looked.rows += 1
        if looked.rows % NOTED_EVERY == 0:
            note(looked.rows)
        if looked.rows > most:
            number = findings[0].row if said is None else said.row
            sentence = N_("There are more than {rows_max} rows. Send them in several files.")
            facts = {"rows_max": most}
            looked.take([Finding(number, "", True, "too-many-rows", sentence, facts)])
            return
        looked.take(findings)
        if said is not None:
            yield said


def _people(service: Service, job: Job, rows: Iterator[Understood], looked: Looked) -> None:
    judge = PeopleJudge(job, service.keyring)
    looked.judgement = judge.judgement
    with closing(judge):
        for part in chunks(rows):
            people = [row for row in part if isinstance(row, PersonRow)]
            with service.database.reading() as connection:
                judge.judge(connection, people)
            looked.drain()


def _outcomes(
    service: Service, job: Job, rows: Sequence[Understood], referred: Referred, looked: Looked
) -> None:
    seen: dict[str, int] = {}
    for part in chunks(rows):
        with service.database.reading() as connection:
            work = _scratch(service, job, connection)
            for row in part:
                if isinstance(row, OutcomeRow) and not _repeated(job, row, referred, seen, looked):
                    _try(job, looked, row, partial(enter_outcome, work, job, referred.people))
        looked.drain()


def _repeated(
    job: Job, row: OutcomeRow, referred: Referred, seen: dict[str, int], looked: Looked
) -> bool:
    person = referred.people.get(row.participant)
    if person is None:
        return False
    first = seen.setdefault(outcome_id_of(job, row, person[0]), row.row)
    if first == row.row:
        return False
    sentence = N_("The same stands in row {first} already.")
    looked.judgement.error(row.row, "", "repeated", sentence, first=first)
    return True


def _of_cohorts(
    service: Service, job: Job, rows: Sequence[Understood], referred: Referred, looked: Looked
) -> None:
    entering = CohortEntering(job, referred)
    ordered: list[OfCohort] = in_order(rows)
    # Cohorts share courses, so that all of them are judged in one work.
    groups = [ordered] if job.plan.kind == "cohorts" else _by_cohort(ordered)
    for group in groups:
        seen: dict[tuple[Any, ...], int] = {}
        with service.database.reading() as connection:
            work = _scratch(service, job, connection)
            for row in group:
                key = _key(row)
                first = seen.setdefault(key, row.row)
                if first != row.row:
                    sentence = N_("The same stands in row {first} already.")
                    looked.judgement.error(row.row, "", "repeated", sentence, first=first)
                    continue
                _try(job, looked, row, partial(entering.enter, work))
        looked.drain()


def _by_cohort(rows: Sequence[OfCohort]) -> Iterator[list[OfCohort]]:
    for _, group in groupby(rows, key=lambda row: row.cohort):
        yield list(group)


def _key(row: OfCohort) -> tuple[Any, ...]:
    names = ("cohort", "session", "participant")
    return tuple(getattr(row, name, None) for name in names)


def _scratch(service: Service, job: Job, connection: Connection) -> Work:
    """A work that nobody commits."""
    return Work(service.store, service.clock, context_of(job), connection)


def _try(job: Job, looked: Looked, row: Any, run: Callable[[Any], bool]) -> None:
    try:
        new = run(row)
    except Otherwise as otherwise:
        looked.judgement.known += 1
        looked.judgement.warn(row.row, "", otherwise.code, otherwise.sentence)
    except Problem as problem:
        looked.judgement.refuse(row.row, job.plan, problem)
    else:
        if new:
            looked.judgement.new += 1
        else:
            looked.judgement.known += 1
