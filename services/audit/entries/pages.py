"""Pages of the audit: what happened, the history of a record, one entry with its proof, the copies.

GET /audit/                          what happened, newest first, with filters in the address
GET /audit/entries.csv               the same as a file, on record
GET /audit/streams/<kind>/<id>       one record, and what the same requests did to others
GET /audit/entries/<source>/<n>      one entry: who, when, why, its facts, its proof, its bytes
GET /audit/own                       what happened in the audit itself
GET /audit/copies                    whether the kept copies are whole
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from services.addresses import KINDS, address_of, kind_words
from services.audit.alarms.views import count_open
from services.audit.entries import exporting, views
from services.audit.entries.api import bounded, missing
from services.audit.entries.filtering import ACCESS_WORDS, filter_of
from services.audit.entries.following import FOLLOWED
from services.audit.entries.own import SOURCE, Entry, own_entries, own_entry
from services.audit.entries.proving import proof_of
from services.audit.entries.since import last_visit, since
from services.audit.entries.telling import told
from services.audit.entries.views import HISTORY_MAX, Scope, Search
from services.event_words import SOURCES, sentence
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

SINCE_SHOWN: Final = 12

blueprint = Blueprint("entries", __name__, url_prefix="/audit")


@blueprint.get("/")
@requires("audit.log.read")
def list_entries() -> ResponseReturnValue:
    """What happened, in words."""
    chosen = filter_of(request.args)
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    scope, given = Scope.of(signed_in()), chosen.values()
    with service().database.reading() as connection:
        rows = views.entries(
            connection,
            scope,
            chosen.search,
            limit=page.limit + 1,
            after=page.after(datetime, str),
        )
        answer = page.answer(rows, lambda row: (row.at.isoformat(), row.event_id))
        entries = told(connection, answer["items"])
        kept = views.gaps(connection)
        parked = views.parked(connection)
        alarms = count_open(connection) if may(signed_in(), "audit.alarms.read") else 0
        visit = {} if given or page.cursor else _since(connection, scope)
    return render_template(
        "audit/entries/list.html",
        entries=entries,
        typed=chosen.typed,
        errors=chosen.errors,
        filtered=bool(given),
        given=given,
        sources=[(code, say(SOURCES[code])) for code in FOLLOWED],
        kinds=[(code, say(words)) for code, words in KINDS.items()],
        accesses=[(code, say(words)) for code, words in ACCESS_WORDS.items()],
        alarms=alarms,
        missing=sum(expected - have for have, expected in kept.values()),
        parked=parked,
        checks=may(signed_in(), "audit.log.read", EVERY_PROGRAMME),
        exports=may(signed_in(), "audit.log.export"),
        visit=visit,
        following=_following(given, answer["next"]),
    )


@blueprint.get("/entries.csv")
@requires("audit.log.export", fresh=True)
def download() -> Response:
    """The filtered list as a file; that it leaves is recorded."""
    return exporting.download(filter_of(request.args).search)


@blueprint.get("/streams/<kind>/<identifier>")
@requires("audit.log.read")
def show_stream(kind: str, identifier: str) -> ResponseReturnValue:
    """A record's history, with what the same requests did elsewhere beside it."""
    stream, scope = f"{kind}/{identifier}", Scope.of(signed_in())
    with service().database.reading() as connection:
        rows = views.entries(connection, scope, Search(stream=stream), limit=HISTORY_MAX)
        if not rows:
            raise missing()
        requests = list(dict.fromkeys(row.correlation for row in rows))[:20]
        beside = [
            row
            for correlation in requests
            for row in views.entries(connection, scope, Search(correlation=correlation), limit=20)
            if row.stream != stream
        ]
        entries, others = told(connection, rows), told(connection, beside)
    return render_template(
        "audit/entries/stream.html",
        title=say(kind_words(kind)),
        stream=stream,
        record=address_of(stream) or "",
        kind=kind,
        identifier=identifier,
        entries=entries,
        beside=others,
        ledger=may(signed_in(), "grants.ledger.read"),
        cut=len(rows) == HISTORY_MAX,
    )


@blueprint.get("/entries/<source>/<int:position>")
@requires("audit.log.read")
def show_entry(source: str, position: int) -> ResponseReturnValue:
    """One entry with its facts and its proof; its bytes for those who may export."""
    with service().database.reading() as connection:
        row, raw = _entry(connection, Scope.of(signed_in()), source, bounded(position))
        entry = told(connection, [row], {(source, position): raw or b""})[0]
        proof = proof_of(connection, source, position, raw or b"", own=source == SOURCE)
    exports = may(signed_in(), "audit.log.export", row.programme)
    return render_template(
        "audit/entries/entry.html",
        entry=entry,
        proof=proof,
        ledger=may(signed_in(), "grants.ledger.read"),
        row=row,
        source=say(SOURCES.get(source, source)),
        text=raw.decode() if raw is not None and exports else "",
    )


@blueprint.get("/own")
@requires("audit.log.export")
def list_own() -> ResponseReturnValue:
    """Who read, exported and was refused in the audit itself, and what it raised."""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    after = page.after(int)
    with service().database.reading() as connection:
        found = own_entries(
            connection,
            Scope.of(signed_in()),
            limit=page.limit + 1,
            before=after[0] if after else None,
        )
        answer = page.answer(found, lambda one: (one[0].position,))
        raw = {(SOURCE, row.position): content for row, content in answer["items"]}
        entries = told(connection, [row for row, _ in answer["items"]], raw)
    following = url_for(".list_own", cursor=answer["next"]) if answer["next"] else ""
    return render_template("audit/entries/own.html", entries=entries, following=following)


@blueprint.get("/copies")
@requires("audit.log.read")
def list_copies() -> ResponseReturnValue:
    """Check every copy against the hashes that it had on arrival."""
    ensure("audit.log.read", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        kept = views.gaps(connection)
        changed = views.changed(connection, kept)
        parked = views.parked(connection)
    rows = [
        {
            "words": say(SOURCES[source]),
            "kept": kept.get(source, (0, 0))[0],
            "missing": kept.get(source, (0, 0))[1] - kept.get(source, (0, 0))[0],
            "changed": [position for one, position in changed if one == source],
        }
        for source in FOLLOWED
    ]
    return render_template("audit/entries/copies.html", rows=rows, parked=parked)


def _entry(
    connection: Connection, scope: Scope, source: str, position: int
) -> tuple[Entry, bytes | None]:
    """The row of an entry and its bytes. Raises Missing."""
    if source == SOURCE:
        own = own_entry(connection, scope, position)
        if own is None:
            raise missing()
        return own
    row = views.entry(connection, scope, source, position)
    if row is None:
        raise missing()
    return row, views.bytes_of(connection, source, position)


def _since(connection: Connection, scope: Scope) -> dict[str, Any]:
    """What happened since the reader's last visit; nothing for who is here for the first time."""
    moment = last_visit(connection, signed_in())
    if moment is None:
        return {}
    groups = since(connection, scope, moment)
    return {
        "moment": moment,
        "count": sum(group.count for group in groups),
        "href": url_for(".list_entries", after=moment.isoformat()),
        "groups": [
            {
                "what": say(sentence(group.type)),
                "count": group.count,
                "notable": group.notable,
                "href": url_for(".list_entries", after=moment.isoformat(), type=group.type),
            }
            for group in groups[:SINCE_SHOWN]
        ],
        "cut": len(groups) > SINCE_SHOWN,
    }


def _following(given: dict[str, str], cursor: str | None) -> str:
    values: dict[str, Any] = {**given, "cursor": cursor}
    return url_for(".list_entries", **values) if cursor else ""
