"""A bundle as an answer: checked, recorded as an export, then sent while it is made.

return download(Selection(history=("person", "0192…")))
"""

from __future__ import annotations

from typing import Final

from flask import Response, stream_with_context

from services.audit.entries.views import Scope
from services.audit.evidence.bundling import file_name, prepare
from services.audit.evidence.selection import Selection
from shared.access.accesses import record_export
from shared.service import INSTALLATION_WIDE
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service

CONTENT_TYPE: Final = "application/zip"


def download(selection: Selection) -> Response:
    """The zip; that it leaves is on record before it does. Raises Missing and Refused."""
    reader = signed_in()
    bundle = prepare(service(), Scope.of(reader), selection)
    record_export(
        service(),
        reader,
        what="evidence",
        subject=f"/audit/evidence?{selection.words()}",
        programme=selection.search.programme or INSTALLATION_WIDE,
        correlation=correlation_id(),
    )
    response = Response(stream_with_context(bundle.parts()), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(bundle)}"'
    response.headers["Zanat-Control-Count"] = str(bundle.entries)
    return response
