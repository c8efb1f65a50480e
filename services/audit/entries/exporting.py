"""A filtered list of entries as a file: CSV, UTF-8, no cell a formula, streamed in order of time.

    answer = download(Search(access="exports"))    # on record before it leaves

Columns: at (UTC), service, position, programme, kind, record, what, state_before, state, facts,
why, actor, on_behalf_of, type, correlation, leaf_hash. Accounts are given by their identifiers and
people not at all, so the file holds no name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Final

from flask import Response, stream_with_context

from services.audit.entries import views
from services.audit.entries.facts import Fact
from services.audit.entries.telling import Told, told
from services.audit.entries.views import Scope, Search
from shared.access.accesses import WHAT_LENGTH_MAX, record_export
from shared.access.reader import Reader
from shared.errors import Refused
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.spreadsheets import formula_safe
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service

CONTENT_TYPE: Final = "text/csv; charset=utf-8; header=present"
ENTRIES_MAX: Final = 100_000
"""More than this is asked for in periods, or as evidence."""

COLUMNS: Final = (
    *("at", "service", "position", "programme", "kind", "record", "what", "state_before"),
    *("state", "facts", "why", "actor", "on_behalf_of", "type", "correlation", "leaf_hash"),
)
_BATCH: Final = 500


def download(search: Search) -> Response:
    """The file as an answer; that it leaves is on record before it does. Raises Refused."""
    reader = signed_in()
    with service().database.reading() as connection:
        count = views.count(connection, Scope.of(reader), search)
    if count > ENTRIES_MAX:
        raise Refused(
            "export-too-large",
            N_("One file holds at most {entries_max} entries. Choose a shorter period."),
            entries_max=ENTRIES_MAX,
        )
    record_export(
        service(),
        reader,
        what="entries",
        subject=_subject(search),
        programme=search.programme or INSTALLATION_WIDE,
        correlation=correlation_id(),
    )
    response = Response(
        stream_with_context(_lines(reader, search, service().clock.now())),
        content_type=CONTENT_TYPE,
    )
    response.headers["Content-Disposition"] = 'attachment; filename="entries.csv"'
    response.headers["Zanat-Control-Count"] = str(count)
    return response


def _lines(reader: Reader, search: Search, now: datetime) -> Iterator[str]:
    """The newest first, as the page has them, up to what there was when it was asked for."""
    yield _line(COLUMNS)
    after: tuple[datetime, str] | None = (now, "~")
    while after is not None:
        with service().database.reading() as connection:
            rows = views.entries(connection, Scope.of(reader), search, limit=_BATCH, after=after)
            entries = told(connection, rows)
        yield from (_line(_cells(entry)) for entry in entries)
        after = (rows[-1].at, rows[-1].event_id) if len(rows) == _BATCH else None


def _cells(entry: Told) -> tuple[str, ...]:
    row = entry.row
    said = "; ".join(_said(fact) for fact in entry.facts)
    return (
        row.at.astimezone(UTC).isoformat(),
        row.source,
        str(row.position),
        entry.programme,
        entry.record.words,
        row.stream,
        entry.what,
        entry.was,
        entry.state,
        said,
        entry.why,
        row.actor,
        row.on_behalf_of or "",
        row.type,
        row.correlation,
        row.leaf_hash.hex(),
    )


def _said(fact: Fact) -> str:
    value = f"{fact.was} → {fact.value}" if fact.was else fact.value
    return f"{fact.words}: {value}" if value else fact.words


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
        formula_safe(cell) for cell in cells
    )
    return out.getvalue()


def _subject(search: Search) -> str:
    """Which entries, for the record of the export: the search as it stands in an address."""
    asked = {field.name: getattr(search, field.name) for field in fields(search)}
    parts = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    return f"/audit/entries.csv?{parts}"[:WHAT_LENGTH_MAX]
