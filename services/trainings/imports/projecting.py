"""The rows of imports, of what was said about columns, and of desks.

Judged(report=Report(rows=50_000, errors=1, …)) -> stage "ready", 1 error
"""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from services.trainings.cohorts.cohort_events import HeldForImport, ReleasedFromImport
from services.trainings.imports.desk import DeskEvent, DeskLeft, DeskTaken, HistoryClosed
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
from services.trainings.imports.importing import CERTIFICATES
from services.trainings.imports.tables import CERTIFICATE_DAYS, DESKS, HOLDS, IMPORTS, MAPPINGS
from shared.events.projection import Projecting, Projection, Recorded


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one import up to an event."""
    match recorded.event:
        case FileKept() as event:
            _sent(
                at,
                recorded,
                event.kept_by,
                until=event.until,
                history=event.history,
                media_type=event.media_type,
                size=event.size,
                sha256=event.sha256,
                stage="sent",
            )
        case CertifyingAsked() as event:
            _sent(
                at,
                recorded,
                event.asked_by,
                until=None,
                history=True,
                media_type="",
                size=0,
                sha256="",
                stage="ready",
                kind=CERTIFICATES,
                rows=event.cohorts,
                new=event.cohorts,
            )
        case SheetChosen() as event:
            _change(
                at,
                recorded,
                stage="chosen",
                kind=event.kind,
                part=event.part,
                header_rows=event.header_rows,
                headers_mark=event.headers_mark,
                sheet_rows=event.rows,
                columns="[]",
            )
        case Mapped() as event:
            _mapped(at, recorded, event)
        case event:
            _worked(at, recorded, event)


def _worked(at: Projecting, recorded: Recorded, event: Any) -> None:
    match event:
        case LookedThrough():
            _change(at, recorded, looked=event.rows)
        case Judged() | Stopped():
            _change(at, recorded, stage="ready", phase="", held=0, **_counts(event.report))
        case Begun():
            _change(at, recorded, stage="entering", phase="waiting", done=0)
        case PhaseReached():
            _change(at, recorded, phase=event.phase, held=event.done)
        case BatchEntered():
            _add(at, recorded, event.entered, known=event.known, erased=event.erased)
            _change(at, recorded, done=event.done, **_left(at, recorded, event))
        case CertificatesDated():
            key = {"cohort_id": event.cohort_id}
            day = {"issued_on": event.issued_on, "certified": False}
            at.put(CERTIFICATE_DAYS, key, programme=recorded.programme, **day)
            _change(at, recorded)
        case CohortCertified():
            at.change(CERTIFICATE_DAYS, {"cohort_id": event.cohort_id}, certified=True)
            _add(at, recorded, event.issued, done=1)
        case Finished():
            _change(at, recorded, stage="entered", phase="", over_at=recorded.at)
        case Discarded():
            stage = "expired" if event.because == "expired" else "discarded"
            _change(at, recorded, stage=stage, over_at=recorded.at, over_by=event.discarded_by)
        case FileDestroyed():
            _change(at, recorded, destroyed=True, sha256="", report="")


def _sent(at: Projecting, recorded: Recorded, by: str, **columns: Any) -> None:
    row = {
        "import_id": recorded.identifier,
        "programme": recorded.programme,
        "kept_by": by,
        "kept_at": recorded.at,
        "changed_at": recorded.at,
        "version": recorded.version,
        **columns,
    }
    at.make(IMPORTS, row)


def _mapped(at: Projecting, recorded: Recorded, event: Mapped) -> None:
    said = {
        "columns": msgspec.json.encode(event.columns).decode(),
        "day_order": event.day_order,
        "country": event.country,
        "words": msgspec.json.encode(event.words).decode(),
    }
    _change(at, recorded, stage="judging", looked=0, **said)
    key = {
        "programme": recorded.programme,
        "kind": event.kind,
        "headers_mark": event.headers_mark,
    }
    at.put(MAPPINGS, key, mapped_at=recorded.at, **said)


def _counts(report: Report) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "new": report.new,
        "already": report.known,
        "errors": report.errors,
        "warnings": report.warnings,
        "left_out": report.left,
        "report": report.sha256,
    }


def _left(at: Projecting, recorded: Recorded, event: BatchEntered) -> dict[str, str]:
    if not event.left:
        return {}
    row = at.row(IMPORTS, {"import_id": recorded.identifier})
    before = msgspec.json.decode(row["left_rows"], type=list[int]) if row is not None else []
    return {"left_rows": msgspec.json.encode([*before, *event.left]).decode()}


def _add(at: Projecting, recorded: Recorded, entered: int, **more: int) -> None:
    key = {"import_id": recorded.identifier}
    by = {"entered": entered, **more}
    at.add(IMPORTS, key, by, version=recorded.version, changed_at=recorded.at)


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"import_id": recorded.identifier}
    at.change(IMPORTS, key, version=recorded.version, changed_at=recorded.at, **columns)


def project_desk(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of a programme's desk up to an event."""
    key = {"programme": recorded.programme}
    match recorded.event:
        case DeskTaken() as event:
            at.put(DESKS, key, import_id=event.import_id)
        case DeskLeft():
            at.put(DESKS, key, import_id="")
        case HistoryClosed() as event:
            at.put(
                DESKS,
                key,
                closed_at=recorded.at,
                closed_by=event.closed_by,
                reason=event.reason,
            )


def project_holds(at: Projecting, recorded: Recorded) -> None:
    """Bring the row of a cohort that is held up to an event."""
    key = {"cohort_id": recorded.identifier}
    match recorded.event:
        case HeldForImport() as event:
            at.put(HOLDS, key, import_id=event.import_id)
        case ReleasedFromImport():
            at.remove(HOLDS, key)


IMPORT_LIST: Final = Projection(
    "imports",
    2,
    (IMPORTS, MAPPINGS, CERTIFICATE_DAYS),
    project,
    get_args(ImportEvent),
)
HOLD_LIST: Final = Projection(
    "import_holds", 1, (HOLDS,), project_holds, (HeldForImport, ReleasedFromImport)
)
DESK_LIST: Final = Projection("import_desks", 1, (DESKS,), project_desk, get_args(DeskEvent))
