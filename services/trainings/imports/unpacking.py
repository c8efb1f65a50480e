"""From the shelf to rows: the sheet of an import, and how it is to be read.

with sheet_of(service, state) as sheet:
    job = job_of(service, programme, import_id, state, sheet)
"""

from __future__ import annotations

from typing import Final

from services.trainings.imports import shelving
from services.trainings.imports.field import Reading
from services.trainings.imports.import_state import Sent
from services.trainings.imports.job import Job
from services.trainings.imports.understanding import Words, plan
from shared.errors import Invalid
from shared.files.kinds import ENDINGS
from shared.language.marking import N_
from shared.service import Service
from shared.sheets.reading import Sheet, open_sheet


def sheet_of(
    service: Service, state: Sent, *, part: str | None = None, header_rows: int | None = None
) -> Sheet:
    """The sheet as it was chosen, or as it is asked for. Raises Invalid, Busy."""
    content = shelving.content(service, state.sha256)
    if content is None:
        raise Invalid("file-gone", N_("The file is not kept any more. Send it again."))
    return open_sheet(
        content,
        f"{_NAME}.{ENDINGS[state.media_type]}",
        part=part if part is not None else state.part,
        header_rows=header_rows or state.header_rows or None,
    )


def job_of(service: Service, programme: str, import_id: str, state: Sent, sheet: Sheet) -> Job:
    """The import as a job: by whom, how its columns are read."""
    how = Reading(
        day_order="mdy" if state.day_order == "mdy" else "dmy",
        from_1904=sheet.from_1904,
        words=Words(service.keyring, state.words),
    )
    return Job(
        programme=programme,
        import_id=import_id,
        by=state.by,
        own_only=state.own_only,
        numbers=state.numbers,
        history=state.history,
        now=service.clock.now(),
        plan=plan(state.kind, sheet.headers, state.columns, how=how, country=state.country),
    )


_NAME: Final = "sheet"
