"""The export of a batch over HTTP: the file is made before the commit and given out after it.

step, export = export_step(batch_id)
perform(step.programme, lambda work: step.take(work, export))
file_answer(batch_id)     # text/csv, each time the same bytes
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from services.grants.awards.acting import Step
from services.grants.payments.acting import batch_of, batch_step
from services.grants.payments.batch_views import batch_lines
from services.grants.payments.exporting import batch_csv, export_batch, file_of, keep_file
from shared.access.accesses import record_export
from shared.errors import Missing
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service


def export_step(batch_id: str) -> tuple[Step, Callable[..., None]]:
    """The step of exporting, with what it does.

    The file is made of what is read now; the step is for the version that was seen, and each
    payment for the version of its account, so that nothing else than this file is exported.
    """
    step = batch_step(batch_id, "grants.batches.export")
    row = batch_of(batch_id, "grants.batches.export")
    sha256 = row.file_sha256 or "0" * 64
    if row.status == "released" and row.version == step.version:
        with service().database.reading() as connection:
            lines = batch_lines(connection, batch_id)
        sha256 = keep_file(service(), batch_id, batch_csv(lines))

    def export(work: Work, batch_id: str, *, by: str) -> None:
        export_batch(work, batch_id, by=by, file_sha256=sha256)

    return step, export


def file_answer(batch_id: str) -> Response:
    """The file of an exported batch; that somebody took it is on record before it leaves."""
    row = batch_of(batch_id, "grants.batches.export")
    if row.file_sha256 is None:
        raise Missing("batch-not-exported", N_("This batch has not been exported yet."))
    content = file_of(service(), row.file_sha256)
    record_export(
        service(),
        signed_in(),
        what="batch_file",
        subject=f"batch/{batch_id}",
        programme=row.programme,
        correlation=correlation_id(),
    )
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="batch-{batch_id}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
