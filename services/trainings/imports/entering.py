"""An import entered whole or not at all, though batch by batch.

    Entry(service, "RS-2011", import_id, deadline=monotonic() + 60).run(state)

Five parts, each begun only when the one before is over, each gone on with where it stopped:

waiting    the programme's desk is taken; another import's end is waited for.
holding    what rows will need is kept from changing: references are claimed, cohorts are held.
checking   every row is judged once more, against what is there now and will stay so; not where
           nothing was written since. One error, and everything is let go: nothing was entered.
entering   rows by some hundreds, with the import's own counter, in one append each. None of them
           can be refused any more. Rows about cohorts as such are one append altogether.
releasing  cohorts are let go, the desk is left.

Meanwhile a person's data may be erased, a number corrected, two registrations put together: rows
that a rule refuses by then are left out, counted and named. What stops all of it, as a file that is
gone, is reported with how much is entered by then; desk, cohorts and references are let go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from services.trainings.imports import shelving
from services.trainings.imports.certifying import certify_next, judge_certificates, waiting
from services.trainings.imports.cohort_rows import Otherwise
from services.trainings.imports.desk import DESK, TakeDesk
from services.trainings.imports.holding import (
    hold,
    let_all_go,
    let_go,
    reserve_part,
)
from services.trainings.imports.import_commands import (
    Finish,
    NoteEntered,
    ReachPhase,
    Stop,
)
from services.trainings.imports.import_state import Entering
from services.trainings.imports.importing import CERTIFICATES, IMPORT
from services.trainings.imports.job import Job
from services.trainings.imports.judging import Looked, context_of, judge
from services.trainings.imports.material import Material
from services.trainings.imports.outcome_rows import enter_outcome
from services.trainings.imports.people_rows import enter_people
from services.trainings.imports.reporting import report_of
from services.trainings.imports.rows import Finding
from services.trainings.imports.scheduling import schedule_forget, schedule_work
from services.trainings.imports.unchanged import unchanged
from services.trainings.imports.views import held, one
from services.trainings.people.handling import looking_again
from shared import memory
from shared.errors import Forbidden, Invalid, Missing, Problem, Refused
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.privacy.sealing import DataErased
from shared.service import Service

BATCH: Final = 600
DESK_PAUSE: Final = timedelta(seconds=2)
DECIDED: Final = (Refused, Invalid, Missing, Forbidden)
"""What a rule says; everything else passes, and is tried again."""
KEYS_FORGOTTEN_EVERY: Final = 10
"""Batches after which the keys made for them are not remembered any more."""


class SliceOver(Exception):
    """The time of this piece is used up; another goes on."""


class NotEntered(Exception):
    """Somebody discarded the import meanwhile."""


class Entry:
    """One piece of the work on an import that is being entered."""

    def __init__(
        self, service: Service, programme: str, import_id: str, *, deadline: float
    ) -> None:
        self._service = service
        self._programme = programme
        self._import_id = import_id
        self._deadline = deadline
        self._holds = False
        self._taken = False

    def run(self, state: Entering) -> None:
        """Go on until it is over, or until the time of this piece is."""
        self._begun = state
        self._material = Material(self._service, self._programme, self._import_id, state)
        try:
            now: Any = state
            while isinstance(now, Entering) and self._part(now):
                now = self._state()
        except NotEntered:
            return
        except DECIDED as problem:
            now = self._state()
            if isinstance(now, Entering):
                self._stop(_refusal(problem, now))
        except SliceOver:
            self._again(timedelta(milliseconds=1))
        finally:
            self._material.close()

    def _part(self, state: Entering) -> bool:
        """Do what the phase is about; whether to go on at once."""
        match state.phase:
            case "waiting":
                return self._take_desk(state)
            case "holding":
                self._hold(state.held)
                self._reach("checking")
            case "checking":
                if not self._holds:
                    self._hold(0, note=False)
                looked = self._looked_again(state)
                if looked.errors:
                    self._stop(looked)
                    return False
                self._reach("entering")
            case "entering":
                return self._entered(state)
            case _:
                self._release()
                self._finish()
        return True

    # Waiting

    def _take_desk(self, state: Entering) -> bool:
        def take(work: Work) -> None:
            self._check_entered(work)
            command = TakeDesk(
                by=state.by, now=work.now, import_id=self._import_id, history=state.history
            )
            work.decide(DESK, self._programme, command)
            self._decide(work, ReachPhase, phase="holding")

        try:
            self._service.transact(self._context, take)
        except Refused as refused:
            if refused.code == "desk-taken":
                self._again(DESK_PAUSE)
            else:
                self._stop(_refusal(refused))
            return False
        return True

    # Holding

    def _hold(self, done: int, *, note: bool = True) -> None:
        self._holds = True
        if self._kind == "people":
            for before, part in self._material.parts(done, BATCH):
                try:
                    self._hold_part(reserve_part, part, before + len(part) if note else 0)
                except Refused:
                    # Somebody has it: judging says who and where.
                    self._taken = True
                    return
            return
        for start in range(done, len(self._material.cohorts), BATCH):
            part = self._material.cohorts[start : start + BATCH]
            self._hold_part(hold, part, start + len(part) if note else 0)

    def _hold_part(
        self, keep: Callable[[Work, Job, Any], None], part: Sequence[Any], done: int
    ) -> None:
        self._check_time()

        def held(work: Work) -> None:
            self._check_entered(work)
            keep(work, self._material.job, part)
            if done:
                self._decide(work, ReachPhase, phase="holding", done=done)

        self._service.transact(self._context, held)

    # Checking

    def _looked_again(self, state: Entering) -> Looked:
        if not self._taken and unchanged(self._service, state.report.seen):
            return Looked()
        return self._judged()

    def _judged(self) -> Looked:
        if self._kind == CERTIFICATES:
            return judge_certificates(self._service, self._material.job)
        rows = self._material.opened.rows()
        return judge(self._service, self._material.job, rows, note=lambda _: None)

    def _stop(self, looked: Looked) -> None:
        with self._service.database.reading() as connection:
            row = one(connection, self._import_id)
        sha256 = shelving.put_report(self._service, self._import_id, looked.kept)
        report = report_of(looked, sha256)

        def stopped(work: Work) -> None:
            self._decide(work, Stop, report=report)
            let_all_go(work, by=self._begun.by, import_id=self._import_id)

        self._service.transact(self._context, stopped)
        shelving.remove(self._service, "" if row is None else row.report)

    # Entering

    def _entered(self, state: Entering) -> bool:
        self._enter(state)
        self._reach("releasing")
        return True

    def _enter(self, state: Entering) -> None:
        if self._kind == CERTIFICATES:
            for row in waiting(self._service, self._programme):
                self._check_time()
                certify_next(self._service, self._material.job, row)
            return
        for number, (before, part) in enumerate(self._material.parts(state.done, BATCH), 1):
            self._check_time()
            try:
                self._enter_part(before, part)
            except DECIDED:
                # What is one append altogether is there or not, and refused as a whole.
                if self._kind == "cohorts":
                    raise
                self._enter_singly(before, part)
            if number % KEYS_FORGOTTEN_EVERY == 0:
                self._forget()
        self._forget()

    def _forget(self) -> None:
        """Nobody asks for what was made for these rows alone."""
        self._service.keyring.forget()
        memory.give_back()

    def _enter_part(self, before: int, part: Sequence[Any]) -> None:
        done = before + len(part)

        def entered(work: Work) -> None:
            new, known = self._rows(work, part)
            self._decide(work, NoteEntered, before=before, done=done, entered=new, known=known)

        self._committed(entered)

    def _enter_singly(self, before: int, part: Sequence[Any]) -> None:
        for place, row in enumerate(part, before):
            try:
                self._enter_part(place, [row])
            except DataErased:
                self._leave_out(place, erased=1)
            except DECIDED:
                # Each was judged while cohorts are held; people's numbers and persons are not.
                self._leave_out(place, left=(row.row,))

    def _leave_out(self, place: int, **why: Any) -> None:
        said = {"before": place, "done": place + 1, "entered": 0, "known": 0, **why}
        self._committed(lambda work: self._decide(work, NoteEntered, **said))

    def _committed(self, handler: Callable[[Work], None]) -> None:
        try:
            looking_again(lambda: self._service.transact(self._context, handler))
        except Refused as refused:
            if refused.code == "import-discarded":
                raise NotEntered from refused
            # Another piece of this work was faster: these rows are entered.
            if refused.code != "batch-entered":
                raise

    def _rows(self, work: Work, part: Sequence[Any]) -> tuple[int, int]:
        if self._kind == "people":
            return enter_people(work, self._material.job, part)
        material, new = self._material, 0
        for row in part:
            try:
                if self._kind == "outcomes":
                    new += enter_outcome(work, material.job, material.referred.people, row)
                else:
                    new += material.cohort_entering.enter(work, row)
            except Otherwise:
                continue
        return new, len(part) - new

    # Releasing

    def _release(self) -> None:
        if self._kind == "people":
            return
        with self._service.database.reading() as connection:
            cohorts = held(connection, self._import_id)
        for start in range(0, len(cohorts), BATCH):
            self._let_go(let_go, cohorts[start : start + BATCH])

    def _let_go(self, release: Callable[[Work, Job, Any], None], part: Sequence[Any]) -> None:
        self._service.transact(self._context, lambda work: release(work, self._material.bare, part))

    def _finish(self) -> None:
        def finished(work: Work) -> None:
            self._decide(work, Finish)
            let_all_go(work, by=self._begun.by, import_id=self._import_id)
            schedule_forget(work, self._import_id)

        self._service.transact(self._context, finished)

    # What all of it needs

    @property
    def _kind(self) -> str:
        return self._begun.kind

    @property
    def _context(self) -> Context:
        return context_of(self._material.bare)

    def _decide(self, work: Work, command: Callable[..., Any], **facts: Any) -> None:
        made = command(by=self._begun.by, now=work.now, import_id=self._import_id, **facts)
        work.decide(IMPORT, self._import_id, made)

    def _reach(self, phase: str) -> None:
        self._service.transact(
            self._context, lambda work: self._decide(work, ReachPhase, phase=phase)
        )

    def _again(self, after: timedelta) -> None:
        self._service.transact(
            self._context, lambda work: schedule_work(work, self._import_id, after=after)
        )

    def _state(self) -> Any:
        with self._service.database.reading() as connection:
            stream = IMPORT.stream(self._import_id)
            events, _ = self._service.store.stream(connection, stream)
        return IMPORT.fold(events)

    def _check_entered(self, work: Work) -> None:
        if not isinstance(work.guard(IMPORT, self._import_id), Entering):
            raise NotEntered

    def _check_time(self) -> None:
        if monotonic() > self._deadline:
            raise SliceOver


def _refusal(problem: Problem, state: Entering | None = None) -> Looked:
    """What is said of the whole; what is entered by then stays, and is told."""
    looked = Looked()
    looked.take([Finding(0, "", True, problem.code, problem.sentence, dict(problem.facts))])
    if state is not None and state.done:
        sentence = N_("The first {done} were entered before that and stay as they are.")
        looked.take([Finding(0, "", False, "stays-entered", sentence, {"done": state.done})])
    return looked
