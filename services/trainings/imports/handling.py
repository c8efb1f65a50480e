"""What is done with imports, for JSON and pages alike: handlers of one unit of work.

import_id = keep(work, by=actor(), import_id=made, reference=kept, history=True)
map_columns(work, by=actor(), import_id=import_id, columns=("reference", …), …)
begin(work, by=actor(), import_id=import_id)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.imports import views
from services.trainings.imports.desk import DESK, CloseHistory
from services.trainings.imports.holding import let_all_go
from services.trainings.imports.import_commands import (
    AskCertifying,
    Begin,
    ChooseSheet,
    Discard,
    KeepFile,
    MapColumns,
)
from services.trainings.imports.import_events import Word
from services.trainings.imports.import_state import Entering
from services.trainings.imports.importing import IMPORT
from services.trainings.imports.scheduling import (
    KEPT,
    schedule_expiry,
    schedule_forget,
    schedule_work,
)
from shared.clock import day_in
from shared.events.work import Work
from shared.files.attachments import FileReference
from shared.language.formats import DEFAULT_ZONE

STUCK_AFTER: Final = timedelta(minutes=15)
"""An import that is being entered is heard of each minute; after that somebody may discard it."""


def keep(work: Work, *, by: str, import_id: str, reference: FileReference, history: bool) -> None:
    """Begin an import with a file that is kept; it waits two weeks at most."""
    if history:
        work.guard(DESK, work.context.programme)
    command = KeepFile(
        by=by,
        now=work.now,
        import_id=import_id,
        sha256=reference.sha256,
        size=reference.size,
        media_type=reference.media_type,
        history=history,
        until=day_in(work.now + KEPT, DEFAULT_ZONE),
    )
    work.decide(IMPORT, import_id, command)
    schedule_expiry(work, import_id)


def ask_certifying(work: Work, *, by: str) -> str:
    """Begin to enter the certificates of cohorts from before; returns the import's id."""
    import_id = work.new_id()
    cohorts = len(views.to_certify(work.connection, work.context.programme))
    command = AskCertifying(by=by, now=work.now, import_id=import_id, cohorts=cohorts)
    work.decide(IMPORT, import_id, command)
    schedule_expiry(work, import_id)
    return import_id


def choose_sheet(
    work: Work,
    *,
    by: str,
    import_id: str,
    kind: str,
    part: str | None,
    header_rows: int,
    headers_mark: str,
    rows: int,
) -> None:
    """Say what the file holds."""
    command = ChooseSheet(
        by=by,
        now=work.now,
        import_id=import_id,
        kind=kind,
        part=part,
        header_rows=header_rows,
        headers_mark=headers_mark,
        rows=rows,
    )
    work.decide(IMPORT, import_id, command)


def map_columns(
    work: Work,
    *,
    by: str,
    import_id: str,
    columns: Sequence[str],
    day_order: str,
    country: str,
    words: Sequence[Word],
    own_only: bool,
    numbers: bool,
) -> None:
    """Say which column is what; the rows are looked through by due work.

    own_only, numbers: what who says so reaches, see ``job.Job``.
    """
    command = MapColumns(
        by=by,
        now=work.now,
        import_id=import_id,
        columns=tuple(columns),
        day_order=day_order,
        country=country,
        words=tuple(words),
        own_only=own_only,
        numbers=numbers,
    )
    work.decide(IMPORT, import_id, command)
    schedule_work(work, import_id)


def begin(work: Work, *, by: str, import_id: str) -> None:
    """Have it entered by due work; a second time changes nothing."""
    if work.decide(IMPORT, import_id, Begin(by=by, now=work.now, import_id=import_id)):
        schedule_work(work, import_id)


def discard(work: Work, *, by: str, import_id: str) -> None:
    """Enter nothing, or no more of it when it is stuck; the file's key is destroyed."""
    row = views.one(work.connection, import_id)
    stuck = row is not None and is_stuck(row, work.now)
    entering = isinstance(work.load(IMPORT, import_id), Entering)
    command = Discard(by=by, now=work.now, import_id=import_id, because="discarded", stuck=stuck)
    if work.decide(IMPORT, import_id, command):
        if entering:
            let_all_go(work, by=by, import_id=import_id)
        schedule_forget(work, import_id)


def discard_for_erasure(work: Work, *, import_id: str) -> None:
    """Enter no more of a sheet that names somebody whose data are erased."""
    by = work.context.actor
    entering = isinstance(work.load(IMPORT, import_id), Entering)
    command = Discard(by=by, now=work.now, import_id=import_id, because="erasure", stuck=True)
    if work.decide(IMPORT, import_id, command):
        if entering:
            let_all_go(work, by=by, import_id=import_id)
        schedule_forget(work, import_id)


def is_stuck(row: Row[Any], now: datetime) -> bool:
    """Whether an import that is being entered waits for another, or has stood still."""
    if row.stage != "entering":
        return False
    return row.phase == "waiting" or bool(now - row.changed_at >= STUCK_AFTER)


def close_history(work: Work, *, by: str, reason: str) -> None:
    """Close the past of the programme for good."""
    command = CloseHistory(by=by, now=work.now, reason=reason)
    work.decide(DESK, work.context.programme, command)
