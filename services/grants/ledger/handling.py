"""What people ask of the ledger, for the API and the pages alike: an entry, the file, its record.

found = entry("0192…")                     ->  Entry(postings=…, recorded=…, position=17)
file = announced("demo", Period(), "")     ->  what the export will hold
answer = download("demo", Period(), "")    ->  the same as an answer, on record
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy import Row

from services.grants.ledger import queries
from services.grants.ledger.exporting import (
    CONTENT_TYPE,
    LedgerFile,
    Period,
    control_headers,
    ledger_file,
)
from shared.access.accesses import record_export
from shared.errors import Missing, Refused
from shared.events.projection import Recorded
from shared.identifiers import is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.app import correlation_id
from shared.web.commands import service


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event with its postings. ``position``: in the log, None until it is sequenced."""

    postings: Sequence[Row[Any]]
    recorded: Recorded
    position: int | None


def entry(event_id: str) -> Entry:
    """An entry of the ledger. Raises Missing and Forbidden."""
    found = None
    rows: Sequence[Row[Any]] = ()
    if is_identifier(event_id):
        with service().database.reading() as connection:
            rows = queries.entry(connection, event_id)
            found = queries.event_of(connection, event_id)
    missing = Missing("entry-missing", N_("There is no such entry in the ledger."))
    if not rows or found is None:
        raise missing
    ensure("grants.ledger.read", rows[0].programme, missing=missing)
    raw, position = found
    return Entry(postings=rows, recorded=service().store.recorded(raw), position=position)


def announced(programme: str, period: Period, sha256: str) -> LedgerFile:
    """The file as it is now. Raises Refused when it is not the one announced by ``sha256``,

    Missing where there is no programme yet.
    """
    if not programme:
        raise Missing("programme-missing", N_("There is no such programme."))
    with service().database.reading() as connection:
        file = ledger_file(connection, programme, period)
    if sha256 and sha256 != file.sha256:
        raise Refused(
            "ledger-changed",
            N_("The ledger has changed since you looked. Look at the totals again, then export."),
            count=file.count,
            sha256=file.sha256,
        )
    return file


def download(programme: str, period: Period, sha256: str) -> Response:
    """The file as an answer; that it leaves is on record before it does, under its digest."""
    file = announced(programme, period, sha256)
    record_export(
        service(),
        signed_in(),
        what="disbursement_ledger",
        subject=f"ledger/{file.sha256}",
        programme=programme,
        correlation=correlation_id(),
    )
    response = Response(file.content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    for name, text in control_headers(file):
        response.headers[name] = text
    return response
