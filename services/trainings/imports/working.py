"""The work that goes on by itself once a person said so: looking through rows, entering them.

    Definition(..., due={WORK: work_on, FORGET: forget_due, EXPIRE: expire_due})
    work_on(service, b"RS-2011\\n0192…")

A piece of due work looks at the import's state and goes on from there, at most a minute; then the
next piece is due. A killed server goes on at its next start; two that work on one import at once
hinder each other by the stream's version and repeat nothing.
"""

from __future__ import annotations

from time import monotonic
from typing import Final

from services.trainings.imports import shelving
from services.trainings.imports.entering import Entry
from services.trainings.imports.import_commands import (
    Discard,
    NoteDestroyed,
    NoteJudged,
    NoteLooked,
)
from services.trainings.imports.import_state import Entering, ImportState, Judging, Over, Sent
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.job import Job
from services.trainings.imports.judging import Looked, context_of, judge
from services.trainings.imports.reporting import report_of
from services.trainings.imports.rows import Finding
from services.trainings.imports.scheduling import EXPIRE, FORGET, WORK, parsed
from services.trainings.imports.tables import IMPORTS
from services.trainings.imports.unchanged import as_of
from services.trainings.imports.unpacking import job_of, sheet_of
from services.trainings.imports.views import one
from shared.errors import Invalid
from shared.events.append import Context
from shared.events.work import Work
from shared.service import Service

__all__ = ["EXPIRE", "FORGET", "IMPORTS", "WORK", "expire_due", "forget_due", "work_on"]

SLICE_SECONDS: Final = 60.0


def work_on(service: Service, payload: bytes) -> None:
    """Go on with an import."""
    programme, import_id = parsed(payload)
    state = state_of(service, import_id)
    match state:
        case Judging():
            _judge(service, programme, import_id, state)
        case Entering():
            Entry(service, programme, import_id, deadline=monotonic() + SLICE_SECONDS).run(state)
        case _:
            return


def state_of(service: Service, import_id: str) -> ImportState:
    """What an import is now."""
    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, IMPORT.stream(import_id))
    return IMPORT.fold(events)


def _judge(service: Service, programme: str, import_id: str, state: Judging) -> None:
    job, before = None, _report_before(service, import_id)
    seen = as_of(service)
    try:
        with sheet_of(service, state) as sheet:
            job = job_of(service, programme, import_id, state, sheet)
            looked = judge(
                service, job, sheet.rows(), note=lambda rows: _note(service, job, state, rows)
            )
    except Invalid as error:
        looked = Looked()
        looked.take([Finding(0, "", True, error.code, error.sentence, error.facts)])
    sha256 = shelving.put_report(service, import_id, looked.kept)
    report = report_of(looked, sha256, seen)
    taken = False

    def judged(work: Work) -> None:
        nonlocal taken
        command = NoteJudged(
            by=work.context.actor, now=work.now, import_id=import_id, run=state.run, report=report
        )
        taken = bool(work.decide(IMPORT, import_id, command))

    service.transact(_by_itself(service, programme, import_id), judged)
    shelving.remove(service, before if taken else sha256)


def _report_before(service: Service, import_id: str) -> str:
    with service.database.reading() as connection:
        row = one(connection, import_id)
    return "" if row is None else str(row.report)


def _note(service: Service, job: Job | None, state: Judging, rows: int) -> None:
    if job is None:
        return
    identifier = job.import_id

    def noted(work: Work) -> None:
        command = NoteLooked(
            by=work.context.actor, now=work.now, import_id=identifier, run=state.run, rows=rows
        )
        work.decide(IMPORT, identifier, command)

    service.transact(context_of(job), noted)


def _by_itself(service: Service, programme: str, import_id: str) -> Context:
    return service.system_context(programme, cause=import_id)


def forget_due(service: Service, payload: bytes) -> None:
    """Destroy the key of an import that is over, and put that on record."""
    programme, import_id = parsed(payload)
    state = state_of(service, import_id)
    if not isinstance(state, Over) or state.destroyed:
        return
    with service.database.reading() as connection:
        row = one(connection, import_id)
    files = () if row is None else (row.sha256, row.report)
    key_ids = shelving.forget(service, import_id, files)

    def forgotten(work: Work) -> None:
        command = NoteDestroyed(
            by=work.context.actor, now=work.now, import_id=import_id, key_ids=key_ids
        )
        work.decide(IMPORT, import_id, command)

    service.transact(_by_itself(service, programme, import_id), forgotten)


def expire_due(service: Service, payload: bytes) -> None:
    """Discard an import that nobody entered in time."""
    programme, import_id = parsed(payload)
    state = state_of(service, import_id)
    if not isinstance(state, Sent) or isinstance(state, Entering):
        return

    def expired(work: Work) -> None:
        command = Discard(
            by=work.context.actor, now=work.now, import_id=import_id, because="expired"
        )
        work.decide(IMPORT, import_id, command)

    service.transact(_by_itself(service, programme, import_id), expired)
    forget_due(service, payload)
