"""Handing a credential out, for the page and JSON alike: put on record first, then a file.

return given(row, named=False)      # RS-2026-000123.json
"""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Row

from services.trainings.credentials.acting import CONTENT_TYPE, credential, file_name
from shared.access.accesses import record_export
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service


def given(row: Row[Any], *, named: bool) -> Response:
    """The credential of a certificate that the one who asks may take out. Missing, Refused."""
    body = credential(service(), row, named=named)
    record_export(
        service(),
        signed_in(),
        what="credential",
        subject=f"certificate/{row.certificate_id}",
        programme=row.programme,
        correlation=correlation_id(),
    )
    response = Response(body, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(row)}"'
    return response
