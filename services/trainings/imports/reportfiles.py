"""A report of what was found in a sheet, as a sheet: row, column, what is wrong, what to do.

report_file(findings, "xlsx")
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import Response

from services.trainings.imports.reporting import HEADERS, lines
from services.trainings.imports.rows import Finding
from shared.files.kinds import CSV, XLSX
from shared.language.marking import N_
from shared.sheets.writing import write_csv, write_xlsx
from shared.web.language import say
from shared.web.uploads import handed_out

TITLE = N_("Report")


def report_file(findings: Sequence[Finding], form: str) -> Response:
    """The report in the reader's language; anything but csv is xlsx."""
    headers = [say(one) for one in HEADERS]
    rows = lines(findings, say)
    kept = io.BytesIO()
    if form == "csv":
        write_csv(kept, headers, rows)
        return handed_out(kept.getvalue(), CSV, name="import-report")
    write_xlsx(kept, say(TITLE), headers, rows)
    return handed_out(kept.getvalue(), XLSX, name="import-report")
