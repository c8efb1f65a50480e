"""One import: a file that is looked through and then entered, whole or not at all.

    KeepFile(…)        -> FileKept
    ChooseSheet(kind="people", …) -> SheetChosen
    MapColumns(…)      -> Mapped: every row is looked through
    NoteJudged(report) -> Judged
    Begin(…)           -> Refused while a row has an error; else Begun
    NoteEntered(before=0, done=400, …) -> BatchEntered, with the rows in the same append
    Finish(…)          -> Finished

How rows are kept from failing half-way is in ``entering.py``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar, get_args

from services.trainings.imports.import_commands import (
    AskCertifying,
    Begin,
    ChooseSheet,
    DateCertificates,
    Discard,
    Finish,
    ImportCommand,
    KeepFile,
    MapColumns,
    NoteCertified,
    NoteDestroyed,
    NoteEntered,
    NoteJudged,
    NoteLooked,
    ReachPhase,
    Stop,
)
from services.trainings.imports.import_events import (
    BatchEntered,
    Begun,
    CertificatesDated,
    CertifyingAsked,
    CohortCertified,
    Discarded,
    FileDestroyed,
    FileKept,
    Finished,
    ImportEvent,
    Judged,
    LookedThrough,
    Mapped,
    PhaseReached,
    Report,
    SheetChosen,
    Stopped,
)
from services.trainings.imports.import_state import (
    Entering,
    ImportState,
    Judging,
    NoImport,
    Over,
    Ready,
    Sent,
)
from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_

COLUMNS_MAX: Final = 200
WORDS_MAX: Final = 200
CERTIFICATES: Final = "certificates"
"""The kind of what is entered without a file: certificates from before."""

PHASES: Final = ("waiting", "holding", "checking", "entering", "releasing")
DAY_ORDERS: Final = ("dmy", "mdy")


S = TypeVar("S", bound=Sent)


def evolve(state: ImportState, event: ImportEvent) -> ImportState:
    """State after one more event."""
    match state, event:
        case NoImport(), FileKept():
            return Sent(
                by=event.kept_by,
                sha256=event.sha256,
                media_type=event.media_type,
                history=event.history,
            )
        case NoImport(), CertifyingAsked():
            report = all_new(event.cohorts)
            kept = Sent(by=event.asked_by, sha256="", media_type="", history=True)
            return _as(Ready, replace(kept, kind=CERTIFICATES), report=report)
        case Entering(), _:
            return _entering(state, event)
        case Sent(), SheetChosen():
            return replace(
                _as(Sent, state),
                kind=event.kind,
                part=event.part,
                header_rows=event.header_rows,
                headers_mark=event.headers_mark,
                rows=event.rows,
                columns=(),
            )
        case Sent(), Mapped():
            mapped = replace(
                _as(Sent, state),
                columns=event.columns,
                day_order=event.day_order,
                country=event.country,
                words=event.words,
                own_only=event.own_only,
                numbers=event.numbers,
                run=state.run + 1,
            )
            return _as(Judging, mapped)
        case Judging(), LookedThrough():
            return replace(state, looked=event.rows)
        case Judging(), Judged():
            return _as(Ready, state, report=event.report)
        case Ready(), Begun():
            return _as(Entering, state, report=state.report)
        case Sent(), Discarded():
            return Over(by=state.by, entered=False)
        case Over(), FileDestroyed():
            return replace(state, destroyed=True, key_ids=event.key_ids)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow {type(state).__name__}")


def _entering(state: Entering, event: ImportEvent) -> ImportState:
    match event:
        case PhaseReached():
            return replace(state, phase=event.phase, held=event.done)
        case BatchEntered():
            return replace(
                state,
                done=event.done,
                entered=state.entered + event.entered,
                known=state.known + event.known,
                erased=state.erased + event.erased,
            )
        case CertificatesDated():
            return state
        case CohortCertified():
            return replace(state, done=state.done + 1, entered=state.entered + event.issued)
        case Stopped():
            return _as(Ready, state, report=event.report)
        case Finished():
            return Over(by=state.by, entered=True)
        case Discarded():
            return Over(by=state.by, entered=False)
        case _:
            raise TypeError(f"{type(event).__name__} does not follow Entering")


def all_new(rows: int) -> Report:
    """The report of rows that are all new."""
    return Report(rows=rows, new=rows, known=0, errors=0, warnings=0, sha256="")


def _as(case: type[S], state: Sent, **more: object) -> S:
    kept = {name: getattr(state, name) for name in Sent.__dataclass_fields__}
    return case(**{**kept, **more})


# Decide


def decide(state: ImportState, command: ImportCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Missing."""
    if isinstance(command, KeepFile | AskCertifying):
        return _begin(state, command)
    if isinstance(state, NoImport):
        raise Missing("no-import", N_("There is no such import."))
    if isinstance(command, NoteDestroyed):
        if not isinstance(state, Over) or state.destroyed:
            return ()
        return (FileDestroyed(import_id=command.import_id, key_ids=command.key_ids),)
    if isinstance(state, Over):
        return _over(state, command)
    match command:
        case ChooseSheet():
            return _choose(state, command)
        case MapColumns():
            return _map(state, command)
        case NoteLooked() | NoteJudged():
            return _judge(state, command)
        case Begin():
            return _enter(state, command)
        case Discard():
            if isinstance(state, Entering) and not command.stuck:
                raise Refused("import-under-way", N_("It is being entered and ends by itself."))
            by = command.by if command.because == "discarded" else None
            return (
                Discarded(import_id=command.import_id, because=command.because, discarded_by=by),
            )
        case _:
            return _work(state, command)


def _begin(state: ImportState, command: KeepFile | AskCertifying) -> tuple[Event, ...]:
    if not isinstance(state, NoImport):
        raise Refused("import-exists", N_("This file was sent before."))
    if isinstance(command, AskCertifying):
        if not command.cohorts:
            raise Refused("nothing-to-certify", N_("No cohort from before waits for certificates."))
        return (
            CertifyingAsked(
                import_id=command.import_id, asked_by=command.by, cohorts=command.cohorts
            ),
        )
    return (
        FileKept(
            import_id=command.import_id,
            sha256=command.sha256,
            size=command.size,
            media_type=command.media_type,
            history=command.history,
            kept_by=command.by,
            until=command.until,
        ),
    )


def _over(state: Over, command: ImportCommand) -> tuple[Event, ...]:
    match command:
        case Begin() | Finish() if state.entered:
            return ()
        case Discard() if not state.entered:
            return ()
        case NoteLooked() | NoteJudged() | ReachPhase():
            return ()
        case NoteEntered() if state.entered:
            return ()
        case _ if state.entered:
            raise Refused("import-entered", N_("This import is entered; nothing can be changed."))
        case _:
            raise Refused("import-discarded", N_("This import was discarded. Send the file again."))


def _choose(state: Sent, command: ChooseSheet) -> tuple[Event, ...]:
    _at_rest(state)
    if command.header_rows not in (1, 2):
        raise Invalid("header-rows", N_("There are one or two rows of headers."))
    chosen = SheetChosen(
        import_id=command.import_id,
        kind=command.kind,
        part=command.part,
        header_rows=command.header_rows,
        headers_mark=command.headers_mark,
        rows=command.rows,
    )
    same = (state.kind, state.part, state.header_rows, state.headers_mark, state.rows)
    found = (chosen.kind, chosen.part, chosen.header_rows, chosen.headers_mark, chosen.rows)
    return () if same == found else (chosen,)


def _map(state: Sent, command: MapColumns) -> tuple[Event, ...]:
    _at_rest(state)
    if not state.kind:
        raise Refused("sheet-not-chosen", N_("Say first what the file holds."))
    named = [one for one in command.columns if one]
    if len(command.columns) > COLUMNS_MAX or len(command.words) > WORDS_MAX:
        raise Invalid("too-many-columns", N_("That is more than a sheet of this kind has."))
    if len(set(named)) != len(named):
        raise Invalid("field-twice", N_("Two columns cannot be the same."))
    if command.day_order not in DAY_ORDERS:
        raise Invalid("day-order", N_("Say whether the day or the month stands first."))
    return (
        Mapped(
            import_id=command.import_id,
            kind=state.kind,
            headers_mark=state.headers_mark,
            columns=command.columns,
            day_order=command.day_order,
            country=command.country,
            words=command.words,
            own_only=command.own_only,
            numbers=command.numbers,
        ),
    )


def _at_rest(state: Sent) -> None:
    if isinstance(state, Entering):
        raise Refused("import-under-way", N_("It is being entered and ends by itself."))
    if state.kind == CERTIFICATES:
        raise Refused("no-file", N_("There is no file in this import."))


def _judge(state: Sent, command: NoteLooked | NoteJudged) -> tuple[Event, ...]:
    if not isinstance(state, Judging) or command.run != state.run:
        return ()
    if isinstance(command, NoteLooked):
        return (LookedThrough(import_id=command.import_id, rows=command.rows),)
    return (Judged(import_id=command.import_id, report=command.report),)


def _enter(state: Sent, command: Begin) -> tuple[Event, ...]:
    if isinstance(state, Entering):
        return ()
    if not isinstance(state, Ready):
        raise Refused("not-looked-through", N_("The rows must be looked through first."))
    if state.report.errors:
        raise Refused(
            "rows-with-errors", N_("Rows have errors. Correct them in the file and send it again.")
        )
    if not state.report.rows:
        raise Refused("no-rows", N_("There is no row to enter."))
    return (Begun(import_id=command.import_id, begun_by=command.by),)


def _work(state: Sent, command: ImportCommand) -> tuple[Event, ...]:
    """What the work that goes on by itself says; what comes late changes nothing."""
    if not isinstance(state, Entering):
        return ()
    identifier = command.import_id
    match command:
        case ReachPhase():
            at, to = PHASES.index(state.phase), PHASES.index(command.phase)
            if to < at or (to == at and command.done <= state.held):
                return ()
            return (PhaseReached(import_id=identifier, phase=command.phase, done=command.done),)
        case NoteEntered():
            if command.before != state.done:
                raise Refused("batch-entered", N_("These rows were entered before."))
            return (
                BatchEntered(
                    import_id=identifier,
                    done=command.done,
                    entered=command.entered,
                    known=command.known,
                    erased=command.erased,
                    left=command.left,
                ),
            )
        case DateCertificates():
            return (
                CertificatesDated(
                    import_id=identifier, cohort_id=command.cohort_id, issued_on=command.issued_on
                ),
            )
        case NoteCertified():
            return (
                CohortCertified(
                    import_id=identifier, cohort_id=command.cohort_id, issued=command.issued
                ),
            )
        case Stop():
            return (Stopped(import_id=identifier, report=command.report),)
        case Finish():
            return (
                Finished(
                    import_id=identifier,
                    entered=state.entered,
                    known=state.known,
                    erased=state.erased,
                ),
            )
        case _:
            raise TypeError(f"{type(command).__name__} is no command for an import")


IMPORT: Final[Decider[ImportState]] = Decider(
    kind="import",
    initial=NoImport(),
    evolve=evolve,
    decide=decide,
    events=get_args(ImportEvent),
)
