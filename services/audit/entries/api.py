"""JSON routes of entries, under ``/audit/api/v1``.

GET /entries                               search, newest first
GET /entries.csv                           the same as a file, on record
GET /entries/<source>/<position>           one
GET /entries/<source>/<position>/bytes     its exact bytes, personal fields sealed
GET /copies                                whether the kept copies are whole
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify

from services.audit.entries import exporting, views
from services.audit.entries.following import FOLLOWED
from services.audit.entries.schemas import (
    CopySchema,
    EntryArguments,
    EntryPageSchema,
    EntrySchema,
    FileArguments,
)
from services.audit.entries.views import Scope, Search
from shared.access.accesses import record_export
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint
from shared.web.app import correlation_id
from shared.web.commands import service
from shared.web.etag import not_modified, set_version
from shared.web.pagination import PageRequest

ENVELOPE_TYPE = "application/cloudevents+json"

blueprint = ApiBlueprint("entries_api", __name__, url_prefix="/audit/api/v1")


@blueprint.route("/entries", methods=["GET"])
@requires("audit.log.read")
@blueprint.arguments(EntryArguments, location="query")
@blueprint.response(200, EntryPageSchema)
def list_entries(arguments: dict[str, Any]) -> dict[str, Any]:
    """Search the entries of all logs that the reader may see, newest first."""
    page: PageRequest = arguments.pop("page")
    with service().database.reading() as connection:
        rows = views.entries(
            connection,
            Scope.of(signed_in()),
            Search(**arguments),
            limit=page.limit + 1,
            after=page.after(datetime, str),
        )
    return page.answer(rows, lambda row: (row.at.isoformat(), row.event_id))


@blueprint.route("/entries.csv", methods=["GET"])
@requires("audit.log.export", fresh=True)
@blueprint.arguments(FileArguments, location="query")
@blueprint.response(
    200,
    content_type="text/csv",
    headers={
        "Zanat-Control-Count": {
            "description": "How many entries the file has.",
            "schema": {"type": "integer"},
        },
    },
)
def download_entries(arguments: dict[str, Any]) -> Response:
    """Give the entries of a search as CSV: UTF-8, no cell a formula; the export is recorded."""
    return exporting.download(Search(**arguments))


@blueprint.route("/entries/<source>/<int:position>", methods=["GET"])
@requires("audit.log.read")
@blueprint.response(200, EntrySchema)
def show_entry(source: str, position: int) -> Response:
    """Show one entry. It never changes: its ETag is its version in its stream."""
    with service().database.reading() as connection:
        row = views.entry(connection, Scope.of(signed_in()), source, bounded(position))
    if row is None:
        raise missing()
    if not_modified(row.stream_version):
        return set_version(Response(status=304), row.stream_version)
    return set_version(jsonify(EntrySchema().dump(row)), row.stream_version)


@blueprint.route("/entries/<source>/<int:position>/bytes", methods=["GET"])
@requires("audit.log.export")
@blueprint.response(200, content_type=ENVELOPE_TYPE)
def show_bytes(source: str, position: int) -> Response:
    """Give the exact bytes of an entry, over which its leaf hash is."""
    with service().database.reading() as connection:
        row = views.entry(connection, Scope.of(signed_in()), source, bounded(position))
        raw = views.bytes_of(connection, source, bounded(position)) if row else None
    if row is None or raw is None:
        raise missing()
    record_export(
        service(),
        signed_in(),
        what="entry_bytes",
        subject=row.stream,
        programme=row.programme,
        correlation=correlation_id(),
    )
    return Response(raw, content_type=ENVELOPE_TYPE)


@blueprint.route("/copies", methods=["GET"])
@requires("audit.log.read")
@blueprint.response(200, CopySchema(many=True))
def list_copies() -> list[dict[str, Any]]:
    """Check the copy of every log: one row a log, so there is nothing to page through."""
    ensure("audit.log.read", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        kept = views.gaps(connection)
        changed = views.changed(connection, kept)
    return [
        {
            "source": source,
            "kept": kept.get(source, (0, 0))[0],
            "expected": kept.get(source, (0, 0))[1],
            "changed": [position for one, position in changed if one == source],
        }
        for source in FOLLOWED
    ]


def bounded(position: int) -> int:
    """A position that a database can be asked for. Raises Missing beyond."""
    if position >= 2**53:
        raise missing()
    return position


def missing() -> Missing:
    """No entry, or none that this reader may see."""
    return Missing("entry-missing", N_("There is no such entry."))
